// What the parts of a directory target are called.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cqlbulk::storage {

/// Names with a number in them. Pure.
class PartNames {
 public:
  /// `pattern`: a file's name with "{number}" in it once: "orders-{number}.csv". Empty: "part-{number}" and `suffix`.
  /// The number has five digits, or more when it needs them. Throws cqlbulk::Error{usage} for what is no such name.
  PartNames(std::string_view pattern, std::string_view suffix);

  [[nodiscard]] std::string name(std::uint64_t number) const;
  /// A name that these make, whatever stands behind the number in those without a pattern: "part-00012.csv.gz".
  [[nodiscard]] bool matches(std::string_view name) const;

 private:
  std::string before_;
  std::string after_;
  bool any_suffix_;
};

}  // namespace cqlbulk::storage
