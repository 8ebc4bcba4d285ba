// The quick way to the shortest text of doubles that have few decimals, as measured and counted things do.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>

#include "text/digits.hpp"

namespace cqlbulk::text {

/// Writes a double below 10^9 in size that is a decimal number with at most six places, and returns where its text
/// ends; null, and nothing written, for any other. There must be room for 18 characters.
///
/// The text is the shortest one that is read back as the same double, with no exponent, as std::to_chars writes it: no
/// two decimal numbers of up to 15 digits are the same double, and it is written with no place more than it needs.
[[nodiscard]] inline char* put_short_decimal(char* at, double real) {
  constexpr int most_places = 6;
  constexpr double powers[most_places + 1] = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6};
  constexpr std::int64_t whole_powers[most_places + 1] = {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000};
  const double size = std::fabs(real);
  if (!(size < 1e9)) return nullptr;
  for (int places = 0; places <= most_places; ++places) {
    const double scaled = size * powers[places];
    const double above = scaled + 0.5;  // May round up to a number that is no longer near, and is not taken then.
    const auto digits = static_cast<std::int64_t>(above);
    // Rounded twice it may be off by so much; the division, rounded once, decides.
    if (std::fabs(scaled - static_cast<double>(digits)) > scaled * 4e-16) continue;
    if (static_cast<double>(digits) / powers[places] != size) continue;
    if (std::signbit(real)) *at++ = '-';
    const std::int64_t whole = digits / whole_powers[places];
    at = std::to_chars(at, at + 10, whole).ptr;
    if (places == 0) return at;
    *at++ = '.';
    std::int64_t rest = digits - whole * whole_powers[places];
    for (char* place = at + places; place != at; rest /= 10) *--place = static_cast<char>('0' + rest % 10);
    return at + places;
  }
  return nullptr;
}

}  // namespace cqlbulk::text
