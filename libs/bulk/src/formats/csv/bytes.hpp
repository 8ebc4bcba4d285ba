// Finding the few bytes that matter in CSV, 64 at a time.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace cqlbulk::formats {

/// Bytes that may be read after the end of a buffer handed to these classes; their content does not matter.
inline constexpr std::size_t csv_padding = 64;

/// Up to five characters that are looked for together.
class CsvSpecials {
 public:
  static constexpr std::size_t most = 5;

  explicit CsvSpecials(std::string_view characters) {
    for (std::size_t i = 0; i < most; ++i) characters_[i] = characters[i < characters.size() ? i : 0];
  }

  /// One bit for each of the 64 bytes at `at`, the first one lowest.
  [[nodiscard]] std::uint64_t find(const char* at) const {
    std::uint64_t bits = 0;
#ifdef __SSE2__
    for (unsigned block = 0; block < 4; ++block) {
      const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at + std::size_t{16} * block));
      __m128i found = _mm_cmpeq_epi8(bytes, _mm_set1_epi8(characters_[0]));
      for (std::size_t i = 1; i < most; ++i) {
        found = _mm_or_si128(found, _mm_cmpeq_epi8(bytes, _mm_set1_epi8(characters_[i])));
      }
      bits |= static_cast<std::uint64_t>(static_cast<unsigned>(_mm_movemask_epi8(found))) << (16 * block);
    }
#else
    for (unsigned i = 0; i < 64; ++i) {
      bool found = false;
      for (const char character : characters_) found |= at[i] == character;
      bits |= std::uint64_t{found} << i;
    }
#endif
    return bits;
  }

 private:
  std::array<char, most> characters_;
};

/// Walks forward over the special bytes of a buffer.
class CsvCursor {
 public:
  CsvCursor(const CsvSpecials& specials, const char* data, std::size_t size)
      : specials_(&specials), data_(data), size_(size) {
    if (size != 0) load(0);
  }

  /// The next special byte's place, or the size when there is none.
  std::size_t next() {
    while (bits_ == 0) {
      if (size_ - block_ <= 64) return size_;
      load(block_ + 64);
    }
    const std::size_t at = block_ + static_cast<std::size_t>(std::countr_zero(bits_));
    bits_ &= bits_ - 1;
    return at;
  }

  /// Leaves out what lies before `place`, which is not before where the cursor is.
  void skip_to(std::size_t place) {
    if (place >= size_) {
      bits_ = 0;
      block_ = size_;
      return;
    }
    if (place - block_ >= 64) load(place / 64 * 64);
    bits_ &= ~std::uint64_t{0} << (place - block_);
  }

 private:
  void load(std::size_t block) {
    block_ = block;
    bits_ = specials_->find(data_ + block);
    if (size_ - block < 64) bits_ &= (std::uint64_t{1} << (size_ - block)) - 1;
  }

  const CsvSpecials* specials_;
  const char* data_;
  std::size_t size_;
  std::size_t block_ = 0;
  std::uint64_t bits_ = 0;
};

}  // namespace cqlbulk::formats
