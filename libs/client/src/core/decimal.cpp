// Decimals and their text, by the rules of java.math.BigDecimal: the scale survives the way out and back.
#include <charconv>
#include <limits>

#include "cql/types.hpp"

namespace cql {
namespace {

constexpr bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Reads "e+12" at the end of a number. Exponents that no scale can hold are refused here already.
bool parse_exponent(std::string_view text, std::int64_t& out) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  constexpr std::int64_t bound = std::int64_t{1} << 40U;
  return error == std::errc{} && end == text.data() + text.size() && out > -bound && out < bound;
}

}  // namespace

bool Decimal::parse(std::string_view text, Decimal& out) {
  std::string digits;
  digits.reserve(text.size());
  if (text.starts_with('-') || text.starts_with('+')) {
    digits += text.front();
    text.remove_prefix(1);
  }
  const std::size_t sign_size = digits.size();
  std::int64_t fraction = 0;
  bool after_point = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (is_digit(text[at])) {
      digits += text[at];
      if (after_point) ++fraction;
    } else if (text[at] == '.' && !after_point) {
      after_point = true;
    } else {
      return false;
    }
  }
  if (digits.size() == sign_size) return false;
  std::int64_t exponent = 0;
  if (at < text.size() && !parse_exponent(text.substr(at + 1), exponent)) return false;
  const std::int64_t scale = fraction - exponent;
  if (scale < std::numeric_limits<std::int32_t>::min() || scale > std::numeric_limits<std::int32_t>::max())
    return false;
  out.scale = static_cast<std::int32_t>(scale);
  return Varint::parse(digits, out.unscaled);
}

std::string Decimal::to_string() const {
  std::string text = unscaled.to_string();
  if (scale == 0 || text.empty()) return text;
  const std::size_t sign_size = text.front() == '-' ? 1 : 0;
  const auto digits = static_cast<std::int64_t>(text.size() - sign_size);
  const std::int64_t adjusted = digits - 1 - scale;
  if (scale > 0 && adjusted >= -6) {
    if (digits <= scale) text.insert(sign_size, static_cast<std::size_t>(scale - digits + 1), '0');
    text.insert(text.size() - static_cast<std::size_t>(scale), 1, '.');
    return text;
  }
  if (digits > 1) text.insert(sign_size + 1, 1, '.');
  text += 'E';
  if (adjusted >= 0) text += '+';
  text += std::to_string(adjusted);
  return text;
}

}  // namespace cql
