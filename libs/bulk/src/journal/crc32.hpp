// CRC-32 as zlib, gzip and PNG have it (polynomial 0xEDB88320, reflected), so that any tool can check a journal.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace cqlbulk::journal {

namespace detail {
constexpr std::array<std::uint32_t, 256> crc32_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value & 1U) != 0 ? 0xEDB88320U ^ (value >> 1U) : value >> 1U;
    table[i] = value;
  }
  return table;
}();
}  // namespace detail

[[nodiscard]] constexpr std::uint32_t crc32(std::string_view text) noexcept {
  std::uint32_t value = 0xFFFFFFFFU;
  for (const char c : text) {
    value = detail::crc32_table[(value ^ static_cast<unsigned char>(c)) & 0xFFU] ^ (value >> 8U);
  }
  return ~value;
}

}  // namespace cqlbulk::journal
