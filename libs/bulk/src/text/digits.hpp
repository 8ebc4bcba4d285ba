// Digits of a known number of places, in front of dates, times and hexadecimal text.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <string>

namespace cqlbulk::text {

inline constexpr auto decimal_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

/// Writes exactly two digits of a value below 100 and returns the place after them.
inline char* put_two(char* at, std::uint64_t value) {
  std::memcpy(at, decimal_pairs.data() + 2 * value, 2);
  return at + 2;
}
inline char* put_three(char* at, std::uint64_t value) {
  *at = static_cast<char>('0' + value / 100);
  return put_two(at + 1, value % 100);
}
inline char* put_four(char* at, std::uint64_t value) { return put_two(put_two(at, value / 100), value % 100); }

/// As out.append(begin, end), which knows nothing of what it copies and takes twice as long.
inline void append_text(std::string& out, const char* begin, const char* end) {
  out.append(begin, static_cast<std::size_t>(end - begin));
}

[[nodiscard]] inline bool is_digit(char character) { return static_cast<unsigned char>(character - '0') < 10; }

inline constexpr auto hex_pairs = [] {
  constexpr char digits[] = "0123456789abcdef";
  std::array<char, 512> pairs{};
  for (std::size_t i = 0; i < 256; ++i) {
    pairs[2 * i] = digits[i / 16];
    pairs[2 * i + 1] = digits[i % 16];
  }
  return pairs;
}();

/// The value of a hexadecimal digit, in either case; 0xFF for other characters.
inline constexpr auto hex_values = [] {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = 0xFF;
  for (std::uint8_t i = 0; i < 10; ++i) values['0' + i] = i;
  for (std::uint8_t i = 0; i < 6; ++i) values['a' + i] = values['A' + i] = static_cast<std::uint8_t>(10 + i);
  return values;
}();

/// The byte that two hexadecimal digits stand for; above 0xFF when they are none.
[[nodiscard]] inline unsigned hex_byte(const char* at) {
  const unsigned high = hex_values[static_cast<unsigned char>(at[0])];
  const unsigned low = hex_values[static_cast<unsigned char>(at[1])];
  return high << 4U | low | (low == 0xFF ? 0xF00U : 0U);
}

}  // namespace cqlbulk::text
