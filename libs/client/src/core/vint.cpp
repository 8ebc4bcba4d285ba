// Variable-length integers. The number of leading ones in the first byte is the number of bytes that follow it; the
// rest of the first byte holds the highest bits.
#include <algorithm>
#include <bit>

#include "cql/types.hpp"

namespace cql {

std::uint64_t read_unsigned_vint(Reader& reader) {
  const std::uint8_t first = reader.u8();
  const auto following = static_cast<std::size_t>(std::countl_one(first));
  std::uint64_t value = following >= 8 ? 0 : first & (0xFFU >> following);
  for (const std::byte byte : reader.raw(following)) value = value << 8U | std::to_integer<std::uint64_t>(byte);
  return value;
}

std::int64_t read_signed_vint(Reader& reader) {
  const std::uint64_t zigzag = read_unsigned_vint(reader);
  return static_cast<std::int64_t>((zigzag >> 1U) ^ (0 - (zigzag & 1U)));
}

void append_unsigned_vint(Buffer& out, std::uint64_t value) {
  // With n bytes following, 7 * (n + 1) bits fit; eight following bytes hold all 64 and leave the first none.
  const auto bits = std::max<std::size_t>(1, static_cast<std::size_t>(std::bit_width(value)));
  const std::size_t following = bits > 56 ? 8 : (bits - 1) / 7;
  std::byte* at = out.append_uninitialized(following + 1);
  for (std::size_t i = following; i > 0; --i) {
    at[i] = static_cast<std::byte>(value & 0xFFU);
    value >>= 8U;
  }
  const std::uint64_t ones = 0xFFU << (8U - following) & 0xFFU;
  at[0] = static_cast<std::byte>(ones | value);
}

void append_signed_vint(Buffer& out, std::int64_t value) {
  append_unsigned_vint(out, static_cast<std::uint64_t>(value) << 1U ^ static_cast<std::uint64_t>(value >> 63));
}

}  // namespace cql
