// Conditions on values: by comparing them with a literal, or by their being null.
#include "formats/batch_filter.hpp"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/scalar.h>
#include <arrow/type_traits.h>
#include <fmt/format.h>

#include "columnar/columnar.hpp"
#include "formats/value_comparer.hpp"

namespace cqlbulk::formats {
namespace {

using Operator = Condition::Operator;

bool holds(Operator comparison, std::partial_ordering order) {
  switch (comparison) {
    case Operator::equal:
      return order == 0;
    case Operator::unequal:
      return order != 0;
    case Operator::less:
      return order < 0;
    case Operator::less_or_equal:
      return order <= 0;
    case Operator::greater:
      return order > 0;
    case Operator::greater_or_equal:
      return order >= 0;
    default:
      return false;
  }
}

/// Whether a smallest and a largest of the type are what the comparison takes them for: of uuids and decimals some
/// writers compare the bytes wrongly, and numbers that are kept as text are not in the order of numbers.
bool has_order(arrow::Type::type type, const Condition& condition) {
  if (type == arrow::Type::EXTENSION || type == arrow::Type::FIXED_SIZE_BINARY || arrow::is_decimal(type)) return false;
  return condition.quoted || !arrow::is_base_binary_like(type);
}

class ComparedValue final : public ValueCondition {
 public:
  ComparedValue(Condition condition, std::unique_ptr<ValueComparer> comparer)
      : condition_(std::move(condition)), comparer_(std::move(comparer)) {}

  [[nodiscard]] bool holds(const arrow::Array& array, std::int64_t index) const override {
    return !columnar::is_null(array, index) && formats::holds(condition_.comparison, comparer_->compare(array, index));
  }

  [[nodiscard]] bool may_hold(const Extent& extent) const override {
    if (extent.null_count >= 0 && extent.null_count == extent.value_count) return false;
    if (!extent.smallest || !extent.largest) return true;
    const std::partial_ordering smallest = order(*extent.smallest);
    const std::partial_ordering largest = order(*extent.largest);
    if (smallest == std::partial_ordering::unordered || largest == std::partial_ordering::unordered) return true;
    switch (condition_.comparison) {
      case Operator::equal:
        return smallest <= 0 && largest >= 0;
      case Operator::less:
        return smallest < 0;
      case Operator::less_or_equal:
        return smallest <= 0;
      case Operator::greater:
        return largest > 0;
      case Operator::greater_or_equal:
        return largest >= 0;
      default:
        return true;
    }
  }

 private:
  /// Of the smallest or largest, whose type may be a plainer one than the column's.
  [[nodiscard]] std::partial_ordering order(const arrow::Scalar& scalar) const {
    if (!scalar.is_valid || !has_order(scalar.type->id(), condition_)) return std::partial_ordering::unordered;
    const std::unique_ptr<ValueComparer> comparer = make_value_comparer(condition_, *scalar.type);
    const auto array = arrow::MakeArrayFromScalar(scalar, 1);
    return comparer && array.ok() ? comparer->compare(**array, 0) : std::partial_ordering::unordered;
  }

  Condition condition_;
  std::unique_ptr<ValueComparer> comparer_;
};

class NullValue final : public ValueCondition {
 public:
  explicit NullValue(bool wanted) : wanted_(wanted) {}
  [[nodiscard]] bool holds(const arrow::Array& array, std::int64_t index) const override {
    return columnar::is_null(array, index) == wanted_;
  }
  [[nodiscard]] bool may_hold(const Extent& extent) const override {
    if (extent.null_count < 0) return true;
    return wanted_ ? extent.null_count > 0 : extent.null_count < extent.value_count;
  }

 private:
  bool wanted_;
};

}  // namespace

std::unique_ptr<ValueCondition> make_value_condition(const Condition& condition, const arrow::DataType& type,
                                                     std::string& why) {
  if (condition.comparison == Operator::null || condition.comparison == Operator::not_null) {
    return std::make_unique<NullValue>(condition.comparison == Operator::null);
  }
  auto comparer = make_value_comparer(condition, type);
  if (comparer) return std::make_unique<ComparedValue>(condition, std::move(comparer));
  const char* const quote = condition.quoted ? "'" : "";
  why = fmt::format("{}{}{} cannot be compared with {}", quote, condition.literal, quote, type.ToString());
  return nullptr;
}

}  // namespace cqlbulk::formats
