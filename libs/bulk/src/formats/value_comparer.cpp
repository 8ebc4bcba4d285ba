// Comparing Arrow values with literals: what is counted as whole numbers, floats as floats, text as bytes.
#include "formats/value_comparer.hpp"

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>
#include <arrow/util/decimal.h>

#include <charconv>
#include <cstring>
#include <optional>

#include "text/cell_text.hpp"
#include "text/decimal_order.hpp"

namespace cqlbulk::formats {
namespace {

using Whole = arrow::Decimal256;  ///< Holds every integer, time in nanoseconds and decimal there is.

std::partial_ordering order_of(const Whole& one, const Whole& other) {
  return one < other    ? std::partial_ordering::less
         : one == other ? std::partial_ordering::equivalent
                        : std::partial_ordering::greater;
}

template <typename Array>
class WholeComparer final : public ValueComparer {
 public:
  /// Values are counted in `scale` of what the literal is.
  WholeComparer(Whole literal, std::int64_t scale) : literal_(literal), scale_(scale) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    return order_of(Whole(static_cast<const Array&>(array).Value(index)) * scale_, literal_);
  }

 private:
  Whole literal_;
  Whole scale_;
};

class DecimalComparer final : public ValueComparer {
 public:
  DecimalComparer(Whole literal, std::size_t width) : literal_(literal), width_(width) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    const std::uint8_t* const bytes = static_cast<const arrow::FixedSizeBinaryArray&>(array).GetValue(index);
    std::uint8_t wide[32];
    std::memset(wide, (bytes[width_ - 1] & 0x80U) != 0 ? 0xFF : 0, sizeof wide);
    std::memcpy(wide, bytes, width_);
    return order_of(Whole(wide), literal_);
  }

 private:
  Whole literal_;
  std::size_t width_;
};

template <typename Array>
class RealComparer final : public ValueComparer {
 public:
  explicit RealComparer(double literal) : literal_(literal) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    return static_cast<double>(static_cast<const Array&>(array).Value(index)) <=> literal_;
  }

 private:
  double literal_;
};

template <typename Array>
class BytesComparer final : public ValueComparer {
 public:
  explicit BytesComparer(std::string literal) : literal_(std::move(literal)) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    return static_cast<const Array&>(array).GetView(index).compare(literal_) <=> 0;
  }

 private:
  std::string literal_;
};

template <typename Array>
class NumberTextComparer final : public ValueComparer {
 public:
  explicit NumberTextComparer(std::string literal)
      : literal_(std::move(literal)), number_(*text::DecimalOrder::parse(literal_)) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    const auto value = text::DecimalOrder::parse(static_cast<const Array&>(array).GetView(index));
    return value ? *value <=> number_ : std::partial_ordering::unordered;
  }

 private:
  const std::string literal_;
  const text::DecimalOrder number_;  ///< In literal_.
};

class BooleanComparer final : public ValueComparer {
 public:
  explicit BooleanComparer(bool literal) : literal_(literal) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    return static_cast<const arrow::BooleanArray&>(array).Value(index) <=> literal_;
  }

 private:
  bool literal_;
};

class DictionaryComparer final : public ValueComparer {
 public:
  explicit DictionaryComparer(std::unique_ptr<ValueComparer> value) : value_(std::move(value)) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    const auto& dictionary = static_cast<const arrow::DictionaryArray&>(array);
    const std::int64_t place = dictionary.GetValueIndex(index);
    if (place < 0 || place >= dictionary.dictionary()->length()) return std::partial_ordering::unordered;
    return value_->compare(*dictionary.dictionary(), place);
  }

 private:
  std::unique_ptr<ValueComparer> value_;
};

class StorageComparer final : public ValueComparer {
 public:
  explicit StorageComparer(std::unique_ptr<ValueComparer> value) : value_(std::move(value)) {}
  [[nodiscard]] std::partial_ordering compare(const arrow::Array& array, std::int64_t index) const override {
    return value_->compare(*static_cast<const arrow::ExtensionArray&>(array).storage(), index);
  }

 private:
  std::unique_ptr<ValueComparer> value_;
};

using Made = std::unique_ptr<ValueComparer>;

/// A number's digits as a whole number of 10^-scale.
std::optional<Whole> whole_of(const Condition& condition, std::int32_t scale) {
  if (condition.quoted) return std::nullopt;
  Whole value;
  std::int32_t precision = 0;
  std::int32_t written_scale = 0;
  if (!Whole::FromString(condition.literal, &value, &precision, &written_scale).ok()) return std::nullopt;
  const auto scaled = value.Rescale(written_scale, scale);
  return scaled.ok() ? std::optional(*scaled) : std::nullopt;
}

template <typename Array>
Made whole(const Condition& condition) {
  const auto literal = whole_of(condition, 0);
  return literal ? std::make_unique<WholeComparer<Array>>(*literal, 1) : nullptr;
}

template <typename Array, typename Real>
Made real(const Condition& condition) {
  if (condition.quoted) return nullptr;
  std::string_view text = condition.literal;
  if (text.starts_with('+')) text.remove_prefix(1);
  Real literal{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), literal);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size()) return nullptr;
  return std::make_unique<RealComparer<Array>>(static_cast<double>(literal));
}

/// The bytes of a CQL value written as text.
std::optional<cql::Buffer> parsed(const Condition& condition, cql::TypeKind kind) {
  const cql::DataType type = cql::DataType::scalar(kind);
  cql::Buffer value;
  if (!condition.quoted || condition.literal.empty()) return std::nullopt;
  if (text::CellParser(type).append(condition.literal, value) != nullptr) return std::nullopt;
  cql::Buffer bytes;
  bytes.append(value.view().subspan(sizeof(std::int32_t)));
  return bytes;
}

constexpr std::int64_t nanoseconds_of_day = 86'400'000'000'000;

/// Nanoseconds since 1970, or since midnight.
std::optional<Whole> moment(const Condition& condition, cql::TypeKind kind) {
  const auto bytes = parsed(condition, kind);
  if (!bytes) return std::nullopt;
  if (kind == cql::TypeKind::date) {
    const auto days = static_cast<std::int32_t>(cql::load_big_endian<std::uint32_t>(bytes->data()) ^ 0x8000'0000U);
    return Whole(days) * Whole(nanoseconds_of_day);
  }
  const auto count = cql::load_big_endian<std::int64_t>(bytes->data());
  return kind == cql::TypeKind::timestamp ? Whole(count) * Whole(1'000'000) : Whole(count);
}

std::int64_t nanoseconds_of(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return 1'000'000'000;
    case arrow::TimeUnit::MILLI:
      return 1'000'000;
    case arrow::TimeUnit::MICRO:
      return 1'000;
    case arrow::TimeUnit::NANO:
      return 1;
  }
  return 1;
}

template <typename Array>
Made at_moment(const Condition& condition, cql::TypeKind kind, std::int64_t unit_nanoseconds) {
  const auto literal = moment(condition, kind);
  return literal ? std::make_unique<WholeComparer<Array>>(*literal, unit_nanoseconds) : nullptr;
}

/// Text with text; with a number as a number, as decimals are kept that no type of Arrow holds.
template <typename Array>
Made text_or_number(const Condition& condition) {
  if (condition.quoted) return std::make_unique<BytesComparer<Array>>(condition.literal);
  return text::DecimalOrder::parse(condition.literal) ? std::make_unique<NumberTextComparer<Array>>(condition.literal)
                                                      : nullptr;
}

Made uuid(const Condition& condition, const arrow::DataType& type) {
  if (static_cast<const arrow::FixedSizeBinaryType&>(type).byte_width() != 16) return nullptr;
  const auto value = parsed(condition, cql::TypeKind::uuid);
  if (!value) return nullptr;
  return std::make_unique<BytesComparer<arrow::FixedSizeBinaryArray>>(std::string(cql::as_text(value->view())));
}

Made boolean(const Condition& condition) {
  // The only literals that are words are true and false.
  const char first = condition.quoted || condition.literal.empty() ? '\0' : condition.literal.front();
  const bool is_true = first == 't' || first == 'T';
  if (!is_true && first != 'f' && first != 'F') return nullptr;
  return std::make_unique<BooleanComparer>(is_true);
}

Made decimal(const Condition& condition, const arrow::DataType& type) {
  const auto& decimal_type = static_cast<const arrow::DecimalType&>(type);
  const auto literal = whole_of(condition, decimal_type.scale());
  if (!literal) return nullptr;
  return std::make_unique<DecimalComparer>(*literal, static_cast<std::size_t>(decimal_type.byte_width()));
}

}  // namespace

std::unique_ptr<ValueComparer> make_value_comparer(const Condition& condition, const arrow::DataType& type) {
  using enum arrow::Type::type;
  using cql::TypeKind;
  switch (type.id()) {
    case INT8:
      return whole<arrow::Int8Array>(condition);
    case INT16:
      return whole<arrow::Int16Array>(condition);
    case INT32:
      return whole<arrow::Int32Array>(condition);
    case INT64:
      return whole<arrow::Int64Array>(condition);
    case UINT8:
      return whole<arrow::UInt8Array>(condition);
    case UINT16:
      return whole<arrow::UInt16Array>(condition);
    case UINT32:
      return whole<arrow::UInt32Array>(condition);
    case UINT64:
      return whole<arrow::UInt64Array>(condition);
    case FLOAT:
      return real<arrow::FloatArray, float>(condition);
    case DOUBLE:
      return real<arrow::DoubleArray, double>(condition);
    case BOOL:
      return boolean(condition);
    case STRING:
      return text_or_number<arrow::StringArray>(condition);
    case LARGE_STRING:
      return text_or_number<arrow::LargeStringArray>(condition);
    case STRING_VIEW:
      return text_or_number<arrow::StringViewArray>(condition);
    case FIXED_SIZE_BINARY:
      return uuid(condition, type);
    case DATE32:
      return at_moment<arrow::Date32Array>(condition, TypeKind::date, nanoseconds_of_day);
    case DATE64:
      return at_moment<arrow::Date64Array>(condition, TypeKind::date, 1'000'000);
    case TIMESTAMP:
      return at_moment<arrow::TimestampArray>(condition, TypeKind::timestamp,
                                              nanoseconds_of(static_cast<const arrow::TimestampType&>(type).unit()));
    case TIME32:
      return at_moment<arrow::Time32Array>(condition, TypeKind::time,
                                           nanoseconds_of(static_cast<const arrow::Time32Type&>(type).unit()));
    case TIME64:
      return at_moment<arrow::Time64Array>(condition, TypeKind::time,
                                           nanoseconds_of(static_cast<const arrow::Time64Type&>(type).unit()));
    case DECIMAL32:
    case DECIMAL64:
    case DECIMAL128:
    case DECIMAL256:
      return decimal(condition, type);
    case DICTIONARY: {
      auto value = make_value_comparer(condition, *static_cast<const arrow::DictionaryType&>(type).value_type());
      return value ? std::make_unique<DictionaryComparer>(std::move(value)) : nullptr;
    }
    case EXTENSION: {
      auto value = make_value_comparer(condition, *static_cast<const arrow::ExtensionType&>(type).storage_type());
      return value ? std::make_unique<StorageComparer>(std::move(value)) : nullptr;
    }
    default:
      return nullptr;
  }
}

}  // namespace cqlbulk::formats
