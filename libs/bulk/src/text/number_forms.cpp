// Numbers without exponents, booleans by words, and numbers that are rounded or held within bounds on their way in.
#include <bit>
#include <charconv>
#include <cmath>
#include <limits>

#include "cql/types.hpp"
#include "cqlbulk/error.hpp"
#include "text/decimal_text.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {
namespace {

/// A decimal of one byte can stand for a number of two billion digits.
constexpr std::int64_t most_plain_digits = 10'000;

template <typename Real, typename Bits, WriteFunction otherwise>
void write_plain_real(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() == sizeof(Real)) {
    const auto real = std::bit_cast<Real>(cql::load_big_endian<Bits>(value.data()));
    if (std::isfinite(real)) {
      // Below 1e-308 some 1,100 digits; the shortest that come back are far fewer, but behind 320 zeros.
      char digits[512];
      out.append(digits, std::to_chars(digits, digits + sizeof digits, real, std::chars_format::fixed).ptr);
      return;
    }
  }
  otherwise(forms, type, value, out);
}

/// A default parser and the type it is for.
template <typename Integer, ParseFunction parse>
const char* parse_integer_by_policy(const FormTable& forms, const cql::DataType& type, std::string_view text,
                                    cql::Buffer& out) {
  const char* const problem = parse(forms, type, text, out);
  DecimalText number;
  if (problem == nullptr || !DecimalText::parse(text, number)) return problem;
  if (!number.round(0, forms.settings.rounding)) return "not a whole number";
  constexpr std::int64_t most_digits = 20;
  if (number.digits.empty() || number.integer_digits() <= most_digits) {
    const char* const rounded = parse(forms, type, number.integer(), out);
    if (rounded == nullptr || forms.settings.overflow == Overflow::refuse) return rounded;
  } else if (forms.settings.overflow == Overflow::refuse) {
    return "out of range";
  }
  using Limits = std::numeric_limits<Integer>;
  return append_integer_value(out, number.negative ? Limits::min() : Limits::max());
}

template <typename Real, typename Bits, ParseFunction parse>
const char* parse_real_by_policy(const FormTable& forms, const cql::DataType& type, std::string_view text,
                                 cql::Buffer& out) {
  const char* const problem = parse(forms, type, text, out);
  DecimalText number;
  if (problem == nullptr || !DecimalText::parse(text, number)) return problem;
  using Limits = std::numeric_limits<Real>;
  const bool large = number.integer_digits() > 0;
  // Too small to be told from nothing, or larger than any.
  if (large ? forms.settings.overflow == Overflow::refuse : forms.settings.rounding == Rounding::refuse) return problem;
  const Real size = large ? Limits::max() : 0;
  return append_integer_value(out, std::bit_cast<Bits>(number.negative ? -size : size));
}

bool is_word(std::string_view text, std::string_view word) {
  const auto lower = [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  };
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (lower(text[i]) != lower(word[i])) return false;
  }
  return true;
}

}  // namespace

void write_plain_float(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_plain_real<float, std::int32_t, write_float>(forms, type, value, out);
}
void write_plain_double(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  write_plain_real<double, std::int64_t, write_double>(forms, type, value, out);
}

void write_plain_decimal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() < sizeof(std::int32_t) + 1) return write_decimal(forms, type, value, out);
  const std::int64_t scale = cql::load_big_endian<std::int32_t>(value.data());
  if (scale > most_plain_digits || scale < -most_plain_digits) {
    std::string text;
    write_decimal(forms, type, value, text);
    constexpr std::size_t shown = 40;
    if (text.size() > shown) text = text.substr(0, shown) + "…";
    throw Error(ErrorClass::failed, "the decimal " + text + " is beyond 10,000 digits without an exponent",
                "Leave numbers in their shortest form (--numbers shortest).");
  }
  const std::size_t start = out.size();
  cql::append_varint_text(value.subspan(sizeof(std::int32_t)), out);
  const std::size_t first = start + (out[start] == '-' ? 1 : 0);
  if (scale < 0) {
    if (out.compare(first, std::string::npos, "0") != 0) out.append(static_cast<std::size_t>(-scale), '0');
  } else if (scale > 0) {
    const auto places = static_cast<std::size_t>(scale);
    const std::size_t digits = out.size() - first;
    if (digits <= places) out.insert(first, places - digits + 1, '0');
    out.insert(out.size() - places, 1, '.');
  }
}

void write_boolean_word(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() > 1) refuse_bytes(type, value);
  if (!value.empty()) out += value[0] != std::byte{0} ? forms.settings.true_word : forms.settings.false_word;
}

const char* parse_boolean_word(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                               cql::Buffer& out) {
  if (is_word(text, forms.settings.true_word)) return append_integer_value(out, std::int8_t{1});
  if (is_word(text, forms.settings.false_word)) return append_integer_value(out, std::int8_t{0});
  if (text.empty()) return append_empty_value(out);
  return "neither of the two words for booleans";
}

const char* parse_varint_by_policy(const FormTable& forms, const cql::DataType& type, std::string_view text,
                                   cql::Buffer& out) {
  const char* const problem = parse_varint(forms, type, text, out);
  DecimalText number;
  if (problem == nullptr || text.size() > max_digits || !DecimalText::parse(text, number)) return problem;
  if (!number.round(0, forms.settings.rounding)) return "not a whole number";
  constexpr auto most = static_cast<std::int64_t>(max_digits);
  if (!number.digits.empty() && number.integer_digits() > most) return "more than a million digits";
  return parse_varint(forms, type, number.integer(), out);
}

void use_policies(FormTable& table) {
  const auto use = [&table](cql::TypeKind kind, ParseFunction parse) {
    table.of(kind).parse = table.of(kind).parse_inner = parse;
  };
  using cql::TypeKind;
  use(TypeKind::tinyint, parse_integer_by_policy<std::int8_t, parse_tinyint>);
  use(TypeKind::smallint, parse_integer_by_policy<std::int16_t, parse_smallint>);
  use(TypeKind::int_, parse_integer_by_policy<std::int32_t, parse_int>);
  use(TypeKind::bigint, parse_integer_by_policy<std::int64_t, parse_bigint>);
  use(TypeKind::counter, parse_integer_by_policy<std::int64_t, parse_bigint>);
  use(TypeKind::varint, parse_varint_by_policy);
  use(TypeKind::float_, parse_real_by_policy<float, std::int32_t, parse_float>);
  use(TypeKind::double_, parse_real_by_policy<double, std::int64_t, parse_double>);
}

}  // namespace cqlbulk::text
