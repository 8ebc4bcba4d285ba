// How a value of an Arrow column stands to a condition's literal.
#pragma once

#include <compare>
#include <cstdint>
#include <memory>

#include "formats/condition.hpp"

namespace arrow {
class Array;
class DataType;
}  // namespace arrow

namespace cqlbulk::formats {

class ValueComparer {
 public:
  virtual ~ValueComparer() = default;
  /// The value beside the literal. `array` is of the type that the comparer was made for, and the value is not null.
  [[nodiscard]] virtual std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const = 0;
};

/// Nothing when the literal is none of the type, or the type has no order.
[[nodiscard]] std::unique_ptr<ValueComparer> make_value_comparer(const Condition& condition,
                                                                 const arrow::DataType& type);

}  // namespace cqlbulk::formats
