// Decimals and integers of Arrow to the numbers of CQL that have no fixed width, and whole decimals to integers.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "columnar/value_encoder.hpp"

namespace cqlbulk::columnar {

namespace {

/// The shortest two's complement of an integer given as little-endian bytes.
void append_shortest(const std::uint8_t* little_endian, std::size_t size, cql::Buffer& out) {
  const auto redundant = [&](std::size_t top) {
    const bool next_negative = (little_endian[top - 1] & 0x80U) != 0;
    return little_endian[top] == (next_negative ? 0xFF : 0x00);
  };
  std::size_t top = size - 1;
  while (top > 0 && redundant(top)) --top;
  for (std::size_t i = top + 1; i != 0; --i) out.push_back(static_cast<std::byte>(little_endian[i - 1]));
}

/// decimal32 … decimal256 to decimal and varint.
class DecimalValue final : public ValueEncoder {
 public:
  DecimalValue(const arrow::DecimalType& from, bool with_scale)
      : width_(static_cast<std::size_t>(from.byte_width())), scale_(from.scale()), with_scale_(with_scale) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const std::size_t at = open_length(out);
    if (with_scale_) out.append_integer(scale_);
    append_shortest(static_cast<const arrow::FixedSizeBinaryArray&>(array).GetValue(index), width_, out);
    return close_length(out, at, reason);
  }

 private:
  std::size_t width_;
  std::int32_t scale_;
  bool with_scale_;
};

/// Decimals without fraction to the integer types.
class DecimalInteger final : public ValueEncoder {
 public:
  DecimalInteger(const arrow::DecimalType& from, std::int32_t target_size, std::string target)
      : width_(static_cast<std::size_t>(from.byte_width())), target_size_(target_size), target_(std::move(target)) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const std::uint8_t* value = static_cast<const arrow::FixedSizeBinaryArray&>(array).GetValue(index);
    const auto size = static_cast<std::size_t>(target_size_);
    const std::uint8_t sign = (value[std::min(size, width_) - 1] & 0x80U) != 0 ? 0xFF : 0x00;
    for (std::size_t i = size; i < width_; ++i) {
      if (value[i] == sign) continue;
      reason = "out of range for " + target_;
      return false;
    }
    out.append_integer(target_size_);
    for (std::size_t i = size; i != 0; --i) out.push_back(static_cast<std::byte>(i <= width_ ? value[i - 1] : sign));
    return true;
  }

 private:
  std::size_t width_;
  std::int32_t target_size_;
  std::string target_;
};

/// Integers to varint and decimal (scale 0).
class IntegerValue final : public ValueEncoder {
 public:
  IntegerValue(std::unique_ptr<ValueEncoder> to_bigint, bool is_uint64, bool with_scale)
      : to_bigint_(std::move(to_bigint)), is_uint64_(is_uint64), with_scale_(with_scale) {}
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    std::array<std::uint8_t, 9> little_endian{};  // The ninth keeps a uint64 positive.
    if (is_uint64_) {
      const std::uint64_t value = static_cast<const arrow::UInt64Array&>(array).Value(index);
      std::memcpy(little_endian.data(), &value, sizeof value);
    } else {
      scratch_.clear();
      (void)to_bigint_->append(array, index, scratch_, reason);  // All others fit 64 bits.
      const auto value = cql::load_big_endian<std::int64_t>(scratch_.data() + sizeof(std::int32_t));
      std::memcpy(little_endian.data(), &value, sizeof value);
      little_endian[8] = value < 0 ? 0xFF : 0x00;
    }
    const std::size_t at = open_length(out);
    if (with_scale_) out.append_integer(std::int32_t{0});
    append_shortest(little_endian.data(), little_endian.size(), out);
    return close_length(out, at, reason);
  }

 private:
  std::unique_ptr<ValueEncoder> to_bigint_;
  bool is_uint64_;
  bool with_scale_;
  cql::Buffer scratch_;
};

std::unique_ptr<ValueEncoder> integer_of_decimal(const arrow::DecimalType& from, const cql::DataType& to) {
  using enum cql::TypeKind;
  if (from.scale() != 0) return nullptr;
  const std::int32_t size = to.kind == tinyint                        ? 1
                            : to.kind == smallint                     ? 2
                            : to.kind == int_                         ? 4
                            : to.kind == bigint || to.kind == counter ? 8
                                                                      : 0;
  if (size == 0) return nullptr;
  return std::make_unique<DecimalInteger>(from, size, to.to_string());
}

}  // namespace

std::unique_ptr<ValueEncoder> make_number_encoder(const arrow::DataType& from, const cql::DataType& to) {
  const bool decimal = to.kind == cql::TypeKind::decimal;
  if (arrow::is_decimal(from.id())) {
    const auto& type = static_cast<const arrow::DecimalType&>(from);
    if (decimal || (to.kind == cql::TypeKind::varint && type.scale() == 0)) {
      return std::make_unique<DecimalValue>(type, decimal);
    }
    return integer_of_decimal(type, to);
  }
  if ((decimal || to.kind == cql::TypeKind::varint) && arrow::is_integer(from.id())) {
    std::string ignored;
    return std::make_unique<IntegerValue>(
        make_value_encoder(from, cql::DataType::scalar(cql::TypeKind::bigint), ignored),
        from.id() == arrow::Type::UINT64, decimal);
  }
  return nullptr;
}

}  // namespace cqlbulk::columnar
