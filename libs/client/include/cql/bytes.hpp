// Bytes as the protocol has them: views, a growing buffer that does not clear what it hands out,
// and a reader that never goes past the end. Integers are big-endian, as everywhere in CQL.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace cql {

using ByteView = std::span<const std::byte>;

[[nodiscard]] inline ByteView as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
[[nodiscard]] inline std::string_view as_text(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Reads a big-endian integer at `at`; the caller has checked that it is there.
template <typename Integer>
[[nodiscard]] inline Integer load_big_endian(const std::byte* at) {
  std::make_unsigned_t<Integer> raw;
  std::memcpy(&raw, at, sizeof raw);
  if constexpr (sizeof raw == 2) raw = __builtin_bswap16(raw);
  if constexpr (sizeof raw == 4) raw = __builtin_bswap32(raw);
  if constexpr (sizeof raw == 8) raw = __builtin_bswap64(raw);
  return static_cast<Integer>(raw);
}

template <typename Integer>
inline void store_big_endian(std::byte* at, Integer value) {
  auto raw = static_cast<std::make_unsigned_t<Integer>>(value);
  if constexpr (sizeof raw == 2) raw = __builtin_bswap16(raw);
  if constexpr (sizeof raw == 4) raw = __builtin_bswap32(raw);
  if constexpr (sizeof raw == 8) raw = __builtin_bswap64(raw);
  std::memcpy(at, &raw, sizeof raw);
}

static_assert(std::endian::native == std::endian::little, "byte order: only little-endian machines are supported");

/// A growing array of bytes. Unlike std::vector it leaves new bytes uninitialised, and its capacity grows by half.
/// Movable, not copyable.
class Buffer {
 public:
  Buffer() = default;
  explicit Buffer(std::size_t capacity) { reserve(capacity); }
  Buffer(Buffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  Buffer& operator=(Buffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  [[nodiscard]] std::byte* data() noexcept { return data_.get(); }
  [[nodiscard]] const std::byte* data() const noexcept { return data_.get(); }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] bool empty() const noexcept { return size_ == 0; }
  [[nodiscard]] ByteView view() const noexcept { return {data_.get(), size_}; }
  [[nodiscard]] ByteView view(std::size_t offset, std::size_t size) const noexcept {
    return {data_.get() + offset, size};
  }
  operator ByteView() const noexcept { return view(); }

  void clear() noexcept { size_ = 0; }
  void reserve(std::size_t capacity) {
    if (capacity > capacity_) reallocate(capacity);
  }
  /// New bytes are uninitialised.
  void resize(std::size_t size) {
    if (size > capacity_) grow_to(size);
    size_ = size;
  }
  /// Makes room for `count` more bytes and returns where they start; they are uninitialised.
  std::byte* append_uninitialized(std::size_t count) {
    if (size_ + count > capacity_) grow_to(size_ + count);
    std::byte* at = data_.get() + size_;
    size_ += count;
    return at;
  }
  void append(ByteView bytes) {
    if (!bytes.empty()) std::memcpy(append_uninitialized(bytes.size()), bytes.data(), bytes.size());
  }
  void append(std::string_view text) { append(as_bytes(text)); }
  void push_back(std::byte byte) { *append_uninitialized(1) = byte; }

  template <typename Integer>
  void append_integer(Integer value) {
    store_big_endian(append_uninitialized(sizeof(Integer)), value);
  }

 private:
  void grow_to(std::size_t size) {
    const std::size_t larger = capacity_ + capacity_ / 2;
    reallocate(size > larger ? (size < 64 ? 64 : size) : larger);
  }
  void reallocate(std::size_t capacity) {
    auto grown = std::make_unique_for_overwrite<std::byte[]>(capacity);
    if (size_ != 0) std::memcpy(grown.get(), data_.get(), size_);
    data_ = std::move(grown);
    capacity_ = capacity;
  }

  std::unique_ptr<std::byte[]> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

/// Reads forward through bytes that came from outside. Every step is checked: one past the end throws
/// Error{protocol} that says what was read, at which offset, how much was needed and how much was there.
/// It borrows the bytes: they must outlive it and every view it hands out.
class Reader {
 public:
  /// `what` names the thing being read, for messages: "RESULT", "column type".
  explicit Reader(ByteView bytes, const char* what = "bytes") : bytes_(bytes), what_(what) {}

  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }
  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size() - offset_; }
  [[nodiscard]] bool at_end() const noexcept { return offset_ == bytes_.size(); }

  std::uint8_t u8() { return static_cast<std::uint8_t>(*take(1)); }
  std::int16_t i16() { return load_big_endian<std::int16_t>(take(2)); }
  std::uint16_t u16() { return load_big_endian<std::uint16_t>(take(2)); }
  std::int32_t i32() { return load_big_endian<std::int32_t>(take(4)); }
  std::int64_t i64() { return load_big_endian<std::int64_t>(take(8)); }
  ByteView raw(std::size_t size) { return {take(size), size}; }
  ByteView rest() { return raw(remaining()); }

  /// [short bytes], [string], [long string]: length then bytes (native_protocol_v5.spec §3).
  ByteView short_bytes() { return raw(u16()); }
  std::string_view string() { return as_text(short_bytes()); }
  std::string_view long_string();

  /// Throws Error{protocol} with the current offset.
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const std::byte* take(std::size_t size) {
    if (size > remaining()) past_end(size);
    const std::byte* at = bytes_.data() + offset_;
    offset_ += size;
    return at;
  }
  [[noreturn]] void past_end(std::size_t size) const;

  ByteView bytes_;
  std::size_t offset_ = 0;
  const char* what_;
};

}  // namespace cql
