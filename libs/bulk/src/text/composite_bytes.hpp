// What readers of collections, tuples and vectors do with the bytes that they build.
#pragma once

#include <algorithm>
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
  const std::size_t size = out.size() - at - length_size;
  cql::Buffer vint(9);
  cql::append_unsigned_vint(vint, size);
  // From 256 MiB on the vint is the longer one.
  const std::size_t end = at + vint.size() + size;
  out.resize(std::max(out.size(), end));
  std::memmove(out.data() + at + vint.size(), out.data() + at + length_size, size);
  out.resize(end);
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
