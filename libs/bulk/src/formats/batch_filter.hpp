// Conditions on the columns of record batches, checked value by value, and on the smallest and largest of a column.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/condition.hpp"

namespace arrow {
class Array;
class DataType;
class Scalar;
}  // namespace arrow

namespace cqlbulk::formats {

/// One condition on the values of one Arrow type.
class ValueCondition {
 public:
  virtual ~ValueCondition() = default;
  /// False for null, unless null is what is asked for.
  [[nodiscard]] virtual bool holds(const arrow::Array& array, std::int64_t index) const = 0;

  struct Extent {
    std::shared_ptr<arrow::Scalar> smallest;  ///< Null where nothing is known.
    std::shared_ptr<arrow::Scalar> largest;
    std::int64_t null_count = -1;  ///< -1: not known.
    std::int64_t value_count = 0;  ///< Nulls included.
  };
  /// False when no value of a column of that extent can hold.
  [[nodiscard]] virtual bool may_hold(const Extent& extent) const = 0;
};

/// Nothing when the literal is none of the type, or the type has no order; the reason goes to `why`. Times are read as
/// CSV has them; a number is compared with a float as the nearest float, and with text as the number that it is.
[[nodiscard]] std::unique_ptr<ValueCondition> make_value_condition(const Condition& condition,
                                                                   const arrow::DataType& type, std::string& why);

}  // namespace cqlbulk::formats
