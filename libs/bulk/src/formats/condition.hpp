// Conditions on the fields of an input: which records a load takes. "amount >= 10 AND name = 'x' AND gone IS NULL".
// Pure: what the literals mean is for whoever knows the field's type.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cqlbulk::formats {

struct Condition {
  enum class Operator { equal, unequal, less, less_or_equal, greater, greater_or_equal, null, not_null };
  std::string field;
  Operator comparison = Operator::equal;
  std::string literal;  ///< Without quotes.
  bool quoted = false;
};

/// All of which must hold. Names as in the file, in double quotes where they are no plain words; literals are numbers,
/// true, false, or text in single quotes, doubled within. Throws cqlbulk::Error{usage} quoting what it cannot read.
[[nodiscard]] std::vector<Condition> parse_conditions(std::string_view text);

}  // namespace cqlbulk::formats
