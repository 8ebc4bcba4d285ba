// Integers, floats, varints, decimals and booleans, to text and back.
#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>
#include <type_traits>

#include "cql/types.hpp"
#include "text/digits.hpp"
#include "text/scalars.hpp"
#include "text/short_decimal.hpp"

namespace cqlbulk::text {
namespace {

/// Converting from decimal takes time quadratic in the digits: a million take seconds, more would look like a hang.
constexpr std::size_t max_digits = 1'000'000;

template <typename Integer>
void write_integer(const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() != sizeof(Integer)) {
    if (value.empty()) return;
    refuse_bytes(type, value);
  }
  char digits[20];
  append_text(out, digits,
              std::to_chars(digits, digits + sizeof digits, cql::load_big_endian<Integer>(value.data())).ptr);
}

/// 1e5 to 1e15 reads better in full than as "1e+05"; beyond, and for tiny numbers, the shortest form is taken.
template <typename Real, typename Bits>
void write_real(const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() != sizeof(Real)) {
    if (value.empty()) return;
    refuse_bytes(type, value);
  }
  const auto real = std::bit_cast<Real>(cql::load_big_endian<Bits>(value.data()));
  if (!std::isfinite(real)) {
    out += std::isnan(real) ? "NaN" : real > 0 ? "Infinity" : "-Infinity";
    return;
  }
  const Real size = std::fabs(real);
  char digits[48];
  char* const end = digits + sizeof digits;
  const bool plain = size == 0 || (size >= static_cast<Real>(1e-5) && size < static_cast<Real>(1e15));
  if constexpr (std::is_same_v<Real, double>) {
    if (const char* const written = plain ? put_short_decimal(digits, real) : nullptr) {
      return append_text(out, digits, written);
    }
  }
  append_text(
      out, digits,
      plain ? std::to_chars(digits, end, real, std::chars_format::fixed).ptr : std::to_chars(digits, end, real).ptr);
}

/// Of a text that is not empty.
template <typename Integer>
const char* parse_integer(std::string_view text, const char* out_of_range, cql::Buffer& out) {
  constexpr auto largest = static_cast<std::uint64_t>(std::numeric_limits<Integer>::max());
  const char* at = text.data();
  const char* const end = at + text.size();
  const bool negative = *at == '-';
  if (negative || *at == '+') ++at;
  if (at == end) return "not an integer";
  std::uint64_t magnitude = 0;
  bool overflow = false;
  for (; at != end; ++at) {
    if (!is_digit(*at)) return "not an integer";
    const auto digit = static_cast<std::uint64_t>(*at - '0');
    overflow |= __builtin_mul_overflow(magnitude, 10U, &magnitude);
    overflow |= __builtin_add_overflow(magnitude, digit, &magnitude);
  }
  if (overflow || magnitude > largest + (negative ? 1 : 0)) return out_of_range;
  return append_integer_value(out, static_cast<Integer>(negative ? 0 - magnitude : magnitude));
}

constexpr char lower(char letter) {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != word[i]) return false;
  }
  return true;
}

template <typename Real, typename Bits>
const char* parse_real(std::string_view text, const char* out_of_range, cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  const bool negative = text.front() == '-';
  if (negative || text.front() == '+') text.remove_prefix(1);
  Real real = 0;
  if (!text.empty() && (is_digit(text.front()) || text.front() == '.')) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), real);
    if (error == std::errc::result_out_of_range) return out_of_range;
    if (error != std::errc{} || end != text.data() + text.size()) return "not a number";
  } else if (is_word(text, "nan")) {
    real = std::numeric_limits<Real>::quiet_NaN();
  } else if (is_word(text, "infinity") || is_word(text, "inf")) {
    real = std::numeric_limits<Real>::infinity();
  } else {
    return "not a number";
  }
  // Java knows one NaN, without a sign.
  if (negative && !std::isnan(real)) real = -real;
  return append_integer_value(out, std::bit_cast<Bits>(real));
}

}  // namespace

void write_tinyint(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_integer<std::int8_t>(type, value, out);
}
void write_smallint(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_integer<std::int16_t>(type, value, out);
}
void write_int(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_integer<std::int32_t>(type, value, out);
}
void write_bigint(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_integer<std::int64_t>(type, value, out);
}
void write_float(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_real<float, std::int32_t>(type, value, out);
}
void write_double(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_real<double, std::int64_t>(type, value, out);
}

void write_varint(const FormTable& /*forms*/, const cql::DataType& /*type*/, cql::ByteView value, std::string& out) {
  cql::append_varint_text(value, out);
}

void write_decimal(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  if (value.size() < sizeof(std::int32_t) + 1) refuse_bytes(type, value);
  cql::Decimal decimal;
  decimal.scale = cql::load_big_endian<std::int32_t>(value.data());
  const cql::ByteView unscaled = value.subspan(sizeof(std::int32_t));
  decimal.unscaled.bytes.assign(unscaled.begin(), unscaled.end());
  out += decimal.to_string();
}

void write_boolean(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() > 1) refuse_bytes(type, value);
  if (!value.empty()) out += value[0] != std::byte{0} ? "true" : "false";
}

const char* parse_tinyint(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                          cql::Buffer& out) {
  return text.empty() ? "a tinyint cannot be empty" : parse_integer<std::int8_t>(text, "out of range for tinyint", out);
}
const char* parse_smallint(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                           cql::Buffer& out) {
  return text.empty() ? "a smallint cannot be empty"
                      : parse_integer<std::int16_t>(text, "out of range for smallint", out);
}
const char* parse_int(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                      cql::Buffer& out) {
  return text.empty() ? append_empty_value(out) : parse_integer<std::int32_t>(text, "out of range for int", out);
}
const char* parse_bigint(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                         cql::Buffer& out) {
  return text.empty() ? append_empty_value(out) : parse_integer<std::int64_t>(text, "out of range for 64 bits", out);
}
const char* parse_float(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                        cql::Buffer& out) {
  return parse_real<float, std::int32_t>(text, "out of range for float", out);
}
const char* parse_double(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                         cql::Buffer& out) {
  return parse_real<double, std::int64_t>(text, "out of range for double", out);
}

const char* parse_varint(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                         cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text.size() > max_digits) return "more than a million digits";
  cql::Varint varint;
  if (!cql::Varint::parse(text, varint)) return "not an integer";
  return append_value(out, varint.bytes);
}

const char* parse_decimal(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                          cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text.size() > max_digits) return "more than a million digits";
  cql::Decimal decimal;
  if (!cql::Decimal::parse(text, decimal)) return "not a decimal number";
  const std::vector<std::byte>& unscaled = decimal.unscaled.bytes;
  std::byte* const at = append_uninitialized_value(out, sizeof decimal.scale + unscaled.size());
  cql::store_big_endian(at, decimal.scale);
  std::memcpy(at + sizeof decimal.scale, unscaled.data(), unscaled.size());
  return nullptr;
}

const char* parse_boolean(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                          cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text == "1" || is_word(text, "true") || is_word(text, "yes")) return append_integer_value(out, std::int8_t{1});
  if (text == "0" || is_word(text, "false") || is_word(text, "no")) return append_integer_value(out, std::int8_t{0});
  return "not a boolean (true or false)";
}

}  // namespace cqlbulk::text
