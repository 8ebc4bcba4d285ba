// The two checksums of a segment.
#include <isa-l/crc.h>

#include <array>

#include "protocol/segment.hpp"

namespace cql::protocol {
namespace {

constexpr std::uint32_t crc24_initial = 0x875060;
constexpr std::uint32_t crc24_polynomial = 0x1974F0B;

constexpr std::array<std::uint32_t, 256> crc24_table = [] {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t byte = 0; byte < table.size(); ++byte) {
    std::uint32_t crc = byte << 16U;
    for (int bit = 0; bit < 8; ++bit) {
      crc <<= 1U;
      if ((crc & 0x1000000U) != 0) crc ^= crc24_polynomial;
    }
    table[byte] = crc;
  }
  return table;
}();

std::uint32_t crc32(std::uint32_t seed, ByteView bytes) noexcept {
  return crc32_gzip_refl(seed, reinterpret_cast<const unsigned char*>(bytes.data()), bytes.size());
}

}  // namespace

std::uint32_t crc24(ByteView bytes) noexcept {
  std::uint32_t crc = crc24_initial;
  for (const std::byte byte : bytes) {
    const std::uint32_t index = (crc >> 16U ^ std::to_integer<std::uint32_t>(byte)) & 0xFFU;
    crc = (crc << 8U ^ crc24_table[index]) & 0xFFFFFFU;
  }
  return crc;
}

std::uint32_t payload_crc32(ByteView bytes) noexcept {
  static const std::uint32_t seed = [] {
    constexpr std::array initial{std::byte{0xFA}, std::byte{0x2D}, std::byte{0x55}, std::byte{0xCA}};
    return crc32(0, initial);
  }();
  return crc32(seed, bytes);
}

}  // namespace cql::protocol
