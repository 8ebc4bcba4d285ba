// Decimal numbers of any size as their digits: rounding without going through a binary form.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "cqlbulk/text_forms.hpp"

namespace cqlbulk::text {

/// Converting from decimal takes time quadratic in the digits: a million take seconds, more would look like a hang.
inline constexpr std::size_t max_digits = 1'000'000;

/// Its value is digits × 10^-scale.
struct DecimalText {
  bool negative = false;
  std::string digits;  ///< Without zeros in front; empty for zero.
  std::int64_t scale = 0;

  /// "-12.5e3"; false for anything else, and for exponents beyond 10^12.
  static bool parse(std::string_view text, DecimalText& out);
  /// Takes away digits until at most `most` stand behind the point. False when that would change the value and rounding
  /// is refused; nothing has changed then.
  bool round(std::int64_t most, Rounding rounding);
  /// How many digits stand before the point; negative when zeros stand behind it first.
  [[nodiscard]] std::int64_t integer_digits() const { return static_cast<std::int64_t>(digits.size()) - scale; }
  /// Once rounded to none behind the point: all digits, zeros at the end included. integer_digits() must be bearable.
  [[nodiscard]] std::string integer() const;
};

/// The quotient of a value and a positive divisor, rounded; `more`: the value has a further fraction above zero. False
/// when it has no exact quotient and rounding is refused.
bool round_quotient(std::int64_t value, std::int64_t divisor, bool more, Rounding rounding, std::int64_t& out);

}  // namespace cqlbulk::text
