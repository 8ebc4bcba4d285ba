#include "text/decimal_order.hpp"

#include <algorithm>
#include <charconv>

namespace cqlbulk::text {

namespace {

bool is_digit(char character) { return character >= '0' && character <= '9'; }

/// Takes the next digit, leaving out a point; '0' when there is none.
char take_digit(std::string_view& digits) {
  if (digits.starts_with('.')) digits.remove_prefix(1);
  if (digits.empty()) return '0';
  const char digit = digits.front();
  digits.remove_prefix(1);
  return digit;
}

std::strong_ordering order_of_digits(std::string_view one, std::string_view other) {
  while (!one.empty() || !other.empty()) {
    const auto order = take_digit(one) <=> take_digit(other);
    if (order != 0) return order;
  }
  return std::strong_ordering::equal;
}

}  // namespace

std::optional<DecimalOrder> DecimalOrder::parse(std::string_view text) {
  DecimalOrder number;
  number.negative_ = text.starts_with('-');
  if (number.negative_ || text.starts_with('+')) text.remove_prefix(1);
  std::int32_t exponent = 0;
  if (const std::size_t letter = text.find_first_of("eE"); letter != std::string_view::npos) {
    std::string_view digits = text.substr(letter + 1);
    if (digits.starts_with('+') && !digits.starts_with("+-")) digits.remove_prefix(1);
    const auto end = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    if (end.ec != std::errc() || end.ptr != digits.data() + digits.size()) return std::nullopt;
    text = text.substr(0, letter);
  }
  const std::size_t point = std::min(text.find('.'), text.size());
  std::size_t first = text.size();
  std::size_t digits = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i == point) continue;
    if (!is_digit(text[i])) return std::nullopt;
    ++digits;
    if (first == text.size() && text[i] != '0') first = i;
  }
  if (digits == 0) return std::nullopt;
  number.digits_ = text.substr(first);
  const auto place = static_cast<std::int64_t>(point) - static_cast<std::int64_t>(first);
  number.magnitude_ = (place > 0 ? place - 1 : place) + exponent;
  return number;
}

std::strong_ordering DecimalOrder::operator<=>(const DecimalOrder& other) const {
  if (sign() != other.sign() || sign() == 0) return sign() <=> other.sign();
  auto order = magnitude_ <=> other.magnitude_;
  if (order == 0) order = order_of_digits(digits_, other.digits_);
  return negative_ ? 0 <=> order : order;
}

}  // namespace cqlbulk::text
