// The partitions with the most rows, out of any number, in memory for as many as are wanted.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cqlbulk::operations {

class LargestPartitions {
 public:
  struct Partition {
    std::uint64_t rows = 0;
    std::string key;  ///< The key columns in wire layout.
  };

  explicit LargestPartitions(std::size_t wanted) : wanted_(wanted) {}

  [[nodiscard]] std::size_t wanted() const noexcept { return wanted_; }

  void add(std::string_view key, std::uint64_t rows);
  void merge(LargestPartitions other);
  /// The largest first; equal ones in the order of their keys' bytes.
  [[nodiscard]] std::vector<Partition> sorted() const;

 private:
  std::size_t wanted_;
  std::vector<Partition> heap_;  ///< The smallest that is kept lies at the front.
};

}  // namespace cqlbulk::operations
