#include "text/decimal_text.hpp"

#include <charconv>

#include "text/digits.hpp"

namespace cqlbulk::text {
namespace {

/// Whether what is left of a number grows away from zero, given how what is cut off compares with a half.
bool grows(Rounding rounding, bool negative, bool odd, int against_half) {
  switch (rounding) {
    case Rounding::half_even:
      return against_half > 0 || (against_half == 0 && odd);
    case Rounding::half_up:
      return against_half >= 0;
    case Rounding::half_down:
      return against_half > 0;
    case Rounding::up:
      return true;
    case Rounding::ceiling:
      return !negative;
    case Rounding::floor:
      return negative;
    default:  // Rounding::down. Where rounding is refused nothing comes here.
      return false;
  }
}

void add_one(std::string& digits) {
  for (std::size_t at = digits.size(); at > 0; --at) {
    if (digits[at - 1] != '9') {
      ++digits[at - 1];
      return;
    }
    digits[at - 1] = '0';
  }
  digits.insert(digits.begin(), '1');
}

bool parse_exponent(std::string_view text, std::int64_t& out) {
  constexpr std::int64_t bound = 1'000'000'000'000;
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return false;
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc{} && end == text.data() + text.size() && out > -bound && out < bound;
}

}  // namespace

bool DecimalText::parse(std::string_view text, DecimalText& out) {
  out = {};
  out.negative = text.starts_with('-');
  if (out.negative || text.starts_with('+')) text.remove_prefix(1);
  bool any = false;
  bool after_point = false;
  std::size_t at = 0;
  for (; at < text.size() && text[at] != 'e' && text[at] != 'E'; ++at) {
    if (text[at] == '.' && !after_point) {
      after_point = true;
      continue;
    }
    if (!is_digit(text[at])) return false;
    any = true;
    if (after_point) ++out.scale;
    if (text[at] != '0' || !out.digits.empty()) out.digits += text[at];
  }
  if (!any) return false;
  std::int64_t exponent = 0;
  if (at < text.size() && !parse_exponent(text.substr(at + 1), exponent)) return false;
  out.scale -= exponent;
  return true;
}

bool DecimalText::round(std::int64_t most, Rounding rounding) {
  if (scale <= most) return true;
  const auto size = static_cast<std::int64_t>(digits.size());
  const std::int64_t kept = size - (scale - most);
  const std::size_t cut = kept > 0 ? static_cast<std::size_t>(kept) : 0;
  const bool exact = digits.find_first_not_of('0', cut) == std::string::npos;
  if (!exact && rounding == Rounding::refuse) return false;
  int against_half = -1;
  if (!exact && kept >= 0 && digits[cut] >= '5') {
    against_half = digits[cut] > '5' || digits.find_first_not_of('0', cut + 1) != std::string::npos ? 1 : 0;
  }
  const bool odd = cut > 0 && (digits[cut - 1] - '0') % 2 != 0;
  digits.resize(cut);
  if (!exact && grows(rounding, negative, odd, against_half)) add_one(digits);
  scale = most;
  return true;
}

std::string DecimalText::integer() const {
  if (digits.empty()) return "0";
  std::string text = negative ? "-" : "";
  text += digits;
  if (scale < 0) text.append(static_cast<std::size_t>(-scale), '0');
  return text;
}

bool round_quotient(std::int64_t value, std::int64_t divisor, bool more, Rounding rounding, std::int64_t& out) {
  const bool negative = value < 0;
  std::int64_t quotient = value / divisor;
  std::int64_t rest = value % divisor;
  if (rest < 0) {
    rest += divisor;
    --quotient;
  }
  out = quotient;
  if (rest == 0 && !more) return true;
  if (rounding == Rounding::refuse) return false;
  // Of a negative value the floor lies further from zero, and what would be cut off is the other part.
  const std::int64_t other = divisor - rest;
  int against_half = rest > other ? 1 : rest < other ? -1 : more ? 1 : 0;
  if (negative) against_half = -against_half;
  const bool odd = (negative ? quotient + 1 : quotient) % 2 != 0;
  const bool away = grows(rounding, negative, odd, against_half);
  if (away != negative) ++out;
  return true;
}

}  // namespace cqlbulk::text
