// What readers of collections, tuples and vectors do with the bytes that they build.
#pragma once

#include <cstring>

#include "cql/bytes.hpp"
#include "cql/types.hpp"

namespace cqlbulk::text {

inline constexpr std::size_t length_size = sizeof(std::int32_t);

/// A part of a value under construction, its length field included.
struct Slot {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Puts the value's size into the length field at `start`.
inline void close_value(cql::Buffer& out, std::size_t start) {
  cql::store_big_endian(out.data() + start, static_cast<std::int32_t>(out.size() - start - length_size));
}

/// Removes `count` bytes at `at`.
inline void erase(cql::Buffer& out, std::size_t at, std::size_t count) {
  std::memmove(out.data() + at, out.data() + at + count, out.size() - at - count);
  out.resize(out.size() - count);
}

/// Turns the i32 length of the last value, which starts at `at`, into a vint.
inline void shorten_length(cql::Buffer& out, std::size_t at) {
  cql::Buffer vint(9);
  cql::append_unsigned_vint(vint, out.size() - at - length_size);
  if (vint.size() > length_size) {
    out.push_back(std::byte{0});
    std::memmove(out.data() + at + 1, out.data() + at, out.size() - at - 1);
  } else {
    erase(out, at, length_size - vint.size());
  }
  std::memcpy(out.data() + at, vint.data(), vint.size());
}

/// Puts a udt's fields into the type's order; those that are missing before the last one present become null. The
/// value's length field stands at `start`.
inline void order_fields(cql::Buffer& out, std::size_t start, const Slot* slots, std::size_t count) {
  cql::Buffer ordered(out.size() - start + length_size * count);
  for (std::size_t i = 0; i < count; ++i) {
    if (slots[i].end == 0) {
      ordered.append_integer(std::int32_t{-1});
    } else {
      ordered.append(out.view(slots[i].begin, slots[i].end - slots[i].begin));
    }
  }
  out.resize(start + length_size);
  out.append(ordered.view());
}

}  // namespace cqlbulk::text
