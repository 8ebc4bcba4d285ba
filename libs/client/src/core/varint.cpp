// Integers of any length between two's complement bytes and decimal digits. Both ways work in chunks of nine digits
// over 32-bit limbs: quadratic, but a thousand digits take microseconds.
#include <array>
#include <bit>
#include <charconv>
#include <vector>

#include "cql/types.hpp"

namespace cql {
namespace {

constexpr std::uint32_t chunk_base = 1'000'000'000;
constexpr std::size_t chunk_digits = 9;

/// Least significant limb first, no zero limbs at the top.
using Magnitude = std::vector<std::uint32_t>;

void trim(Magnitude& limbs) {
  while (!limbs.empty() && limbs.back() == 0) limbs.pop_back();
}

/// limbs = limbs * factor + addend
void multiply_add(Magnitude& limbs, std::uint32_t factor, std::uint32_t addend) {
  std::uint64_t carry = addend;
  for (std::uint32_t& limb : limbs) {
    carry += std::uint64_t{limb} * factor;
    limb = static_cast<std::uint32_t>(carry);
    carry >>= 32U;
  }
  if (carry != 0) limbs.push_back(static_cast<std::uint32_t>(carry));
}

/// limbs = limbs / chunk_base; gives the remainder.
std::uint32_t divide_by_chunk_base(Magnitude& limbs) {
  std::uint64_t remainder = 0;
  for (std::size_t i = limbs.size(); i-- > 0;) {
    const std::uint64_t dividend = remainder << 32U | limbs[i];
    limbs[i] = static_cast<std::uint32_t>(dividend / chunk_base);
    remainder = dividend % chunk_base;
  }
  trim(limbs);
  return static_cast<std::uint32_t>(remainder);
}

/// Negates in two's complement when `negative`, which turns a value's bytes into its magnitude and back.
Magnitude magnitude_of(ByteView bytes, bool negative) {
  Magnitude limbs((bytes.size() + 3) / 4, 0);
  std::uint64_t carry = negative ? 1 : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto byte = std::to_integer<std::uint32_t>(bytes[bytes.size() - 1 - i]);
    if (negative) {
      carry += ~byte & 0xFFU;
      byte = static_cast<std::uint32_t>(carry & 0xFFU);
      carry >>= 8U;
    }
    limbs[i / 4] |= byte << 8U * (i % 4);
  }
  // -2^(8n) cannot occur (the top bit is set), so no carry is left here.
  trim(limbs);
  return limbs;
}

void append_chunk(std::uint32_t chunk, bool padded, std::string& out) {
  std::array<char, chunk_digits> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), chunk).ptr;
  const auto count = static_cast<std::size_t>(end - digits.data());
  if (padded) out.append(chunk_digits - count, '0');
  out.append(digits.data(), count);
}

void append_small(ByteView bytes, std::string& out) {
  std::uint64_t raw = (std::to_integer<unsigned>(bytes[0]) & 0x80U) != 0 ? ~std::uint64_t{0} : 0;
  for (const std::byte byte : bytes) raw = raw << 8U | std::to_integer<std::uint64_t>(byte);
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), static_cast<std::int64_t>(raw)).ptr;
  out.append(digits.data(), end);
}

std::vector<std::byte> twos_complement(const Magnitude& limbs, bool negative) {
  if (limbs.empty()) return {std::byte{0}};
  std::vector<std::byte> bytes(limbs.size() * 4 + 1);
  std::uint32_t carry = negative ? 1 : 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::uint32_t byte = i / 4 < limbs.size() ? limbs[i / 4] >> 8U * (i % 4) & 0xFFU : 0;
    if (negative) {
      carry += ~byte & 0xFFU;
      byte = carry & 0xFFU;
      carry >>= 8U;
    }
    bytes[bytes.size() - 1 - i] = static_cast<std::byte>(byte);
  }
  // The shortest form: leading bytes that only repeat the sign go.
  const std::byte filler = negative ? std::byte{0xFF} : std::byte{0};
  std::size_t surplus = 0;
  while (surplus + 1 < bytes.size() && bytes[surplus] == filler &&
         ((bytes[surplus + 1] ^ filler) & std::byte{0x80}) == std::byte{0}) {
    ++surplus;
  }
  bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(surplus));
  return bytes;
}

}  // namespace

void append_varint_text(ByteView twos_complement, std::string& out) {
  if (twos_complement.empty()) return;
  if (twos_complement.size() <= 8) {
    append_small(twos_complement, out);
    return;
  }
  const bool negative = (twos_complement[0] & std::byte{0x80}) != std::byte{0};
  Magnitude limbs = magnitude_of(twos_complement, negative);
  std::vector<std::uint32_t> chunks;
  chunks.reserve(limbs.size() + limbs.size() / 8 + 1);
  do {
    chunks.push_back(divide_by_chunk_base(limbs));
  } while (!limbs.empty());
  if (negative) out += '-';
  append_chunk(chunks.back(), false, out);
  for (std::size_t i = chunks.size() - 1; i-- > 0;) append_chunk(chunks[i], true, out);
}

bool Varint::parse(std::string_view text, Varint& out) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (text.empty()) return false;
  Magnitude limbs;
  limbs.reserve(text.size() / chunk_digits + 1);
  while (!text.empty()) {
    // The first chunk takes what the others leave over.
    const std::size_t surplus = text.size() % chunk_digits;
    const std::string_view digits = text.substr(0, surplus == 0 ? chunk_digits : surplus);
    std::uint32_t chunk = 0;
    for (const char digit : digits) {
      if (digit < '0' || digit > '9') return false;
      chunk = chunk * 10 + static_cast<std::uint32_t>(digit - '0');
    }
    multiply_add(limbs, chunk_base, chunk);
    text.remove_prefix(digits.size());
  }
  trim(limbs);
  out.bytes = twos_complement(limbs, negative);
  return true;
}

std::string Varint::to_string() const {
  std::string text;
  append_varint_text(bytes, text);
  return text;
}

}  // namespace cql
