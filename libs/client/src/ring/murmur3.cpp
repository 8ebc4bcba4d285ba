// Murmur3Partitioner's token: MurmurHash3 (x64, 128 bits, seed 0), first half. It differs from the published hash in
// the last, incomplete block, whose bytes Cassandra takes as signed; all data out there is placed by it.
#include <bit>

#include "cql/ring.hpp"

namespace cql {
namespace {

constexpr std::uint64_t c1 = 0x87c37b91114253d5ULL;
constexpr std::uint64_t c2 = 0x4cf5ad432745937fULL;

std::uint64_t load_block(const std::byte* at) {
  std::uint64_t block = 0;
  std::memcpy(&block, at, sizeof block);
  return block;
}

std::uint64_t mix1(std::uint64_t k) { return std::rotl(k * c1, 31) * c2; }
std::uint64_t mix2(std::uint64_t k) { return std::rotl(k * c2, 33) * c1; }

std::uint64_t finalize(std::uint64_t k) {
  k ^= k >> 33U;
  k *= 0xff51afd7ed558ccdULL;
  k ^= k >> 33U;
  k *= 0xc4ceb9fe1a85ec53ULL;
  return k ^ k >> 33U;
}

/// The XOR of sign-extended bytes, each moved to its place.
std::uint64_t tail_block(ByteView tail) {
  std::uint64_t k = 0;
  for (std::size_t i = 0; i < tail.size(); ++i) {
    // NOLINTNEXTLINE(bugprone-signed-char-misuse): the sign is what makes it Cassandra's
    const auto extended = static_cast<std::int64_t>(std::to_integer<std::int8_t>(tail[i]));
    k ^= static_cast<std::uint64_t>(extended) << 8U * i;
  }
  return k;
}

}  // namespace

Token murmur3_token(ByteView partition_key) noexcept {
  if (partition_key.empty()) return minimum_token;
  std::uint64_t h1 = 0;
  std::uint64_t h2 = 0;
  const std::size_t size = partition_key.size();
  const std::byte* at = partition_key.data();
  for (std::size_t block = 0; block < size / 16; ++block, at += 16) {
    h1 ^= mix1(load_block(at));
    h1 = (std::rotl(h1, 27) + h2) * 5 + 0x52dce729U;
    h2 ^= mix2(load_block(at + 8));
    h2 = (std::rotl(h2, 31) + h1) * 5 + 0x38495ab5U;
  }
  const ByteView tail(at, size % 16);
  if (tail.size() > 8) h2 ^= mix2(tail_block(tail.subspan(8)));
  if (!tail.empty()) h1 ^= mix1(tail_block(tail.first(tail.size() < 8 ? tail.size() : 8)));
  h1 ^= size;
  h2 ^= size;
  h1 += h2;
  h2 += h1;
  h1 = finalize(h1) + finalize(h2);
  const auto token = static_cast<Token>(h1);
  return token == minimum_token ? maximum_token : token;
}

}  // namespace cql
