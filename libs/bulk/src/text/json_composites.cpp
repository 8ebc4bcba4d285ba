// Lists, sets, maps, tuples, user-defined types and vectors from JSON.
#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <span>
#include <vector>

#include "cql/types.hpp"
#include "text/json_reader.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::size_t length_size = sizeof(std::int32_t);

/// Puts the value's size into the length field at `start`.
void close_value(cql::Buffer& out, std::size_t start) {
  cql::store_big_endian(out.data() + start, static_cast<std::int32_t>(out.size() - start - length_size));
}

std::string element_name(std::size_t index) { return fmt::format("element {}", index); }
std::string quoted(std::string_view kind, std::string_view name) { return fmt::format("{} \"{}\"", kind, name); }

/// Removes `count` bytes at `at`.
void erase(cql::Buffer& out, std::size_t at, std::size_t count) {
  std::memmove(out.data() + at, out.data() + at + count, out.size() - at - count);
  out.resize(out.size() - count);
}

/// Turns the i32 length of the last value, which starts at `at`, into a vint.
void shorten_length(cql::Buffer& out, std::size_t at) {
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

/// A part of the value in `out`, its length field included; end is 0 where there is none.
struct Slot {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// Replaces what follows the length field at `start` by the parts in order, null for the missing ones.
void put_in_order(cql::Buffer& out, std::size_t start, std::span<const Slot> slots) {
  cql::Buffer ordered(out.size() - start + length_size * slots.size());
  for (const Slot& slot : slots) {
    if (slot.end == 0) {
      ordered.append_integer(std::int32_t{-1});
    } else {
      ordered.append(out.view(slot.begin, slot.end - slot.begin));
    }
  }
  out.resize(start + length_size);
  out.append(ordered.view());
}

}  // namespace

template <typename ReadItem>
bool JsonReader::read_array(ReadItem read_item) {
  json_.open();
  for (std::size_t index = 0;; ++index) {
    switch (json_.next(']', index == 0)) {
      case JsonCursor::Next::end:
        return true;
      case JsonCursor::Next::broken:
        return broken();
      case JsonCursor::Next::item:
        if (!read_item(index)) return within(element_name(index));
    }
  }
}

template <typename ReadItem>
bool JsonReader::read_object(ReadItem read_item) {
  json_.open();
  for (bool first = true;; first = false) {
    switch (json_.next('}', first)) {
      case JsonCursor::Next::end:
        return true;
      case JsonCursor::Next::broken:
        return broken();
      case JsonCursor::Next::item: {
        std::string_view key;
        std::string_view raw;
        if (!json_.key(key, raw)) return broken();
        if (!read_item(key, raw)) return false;
      }
    }
  }
}

bool JsonReader::read_list(const cql::DataType& type, cql::Buffer& out) {
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::int32_t count = 0;
  const bool good = read_array([&](std::size_t /*index*/) {
    ++count;
    return read_not_null(type.children[0], out);
  });
  if (!good) return false;
  cql::store_big_endian(out.data() + start + length_size, count);
  close_value(out, start);
  return true;
}

bool JsonReader::read_key(const cql::DataType& type, std::string_view key, cql::Buffer& out) {
  if (!is_nested(type.kind)) return read_text(type, key, out);
  if (!key_reader_) key_reader_ = std::make_unique<JsonReader>();
  const char* const problem = key_reader_->append(type, key, out);
  return problem == nullptr || fail(problem);
}

bool JsonReader::read_map(const cql::DataType& type, cql::Buffer& out) {
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::vector<Slot> keys;
  const bool good = read_object([&](std::string_view key, std::string_view raw) {
    const std::size_t key_start = out.size();
    if (!read_key(type.children[0], key, out)) return within(quoted("key", raw));
    keys.push_back({key_start, out.size()});
    return read_not_null(type.children[1], out) || within(quoted("value of key", raw));
  });
  if (!good) return false;
  cql::store_big_endian(out.data() + start + length_size, static_cast<std::int32_t>(keys.size()));
  const auto bytes_of = [&](const Slot& slot) { return cql::as_text(out.view(slot.begin, slot.end - slot.begin)); };
  std::ranges::sort(keys, {}, bytes_of);
  if (std::ranges::adjacent_find(keys, {}, bytes_of) != keys.end()) return fail("a key occurs twice");
  close_value(out, start);
  return true;
}

bool JsonReader::read_tuple(const cql::DataType& type, cql::Buffer& out) {
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  const bool good = read_array([&](std::size_t index) {
    if (index == type.children.size()) return fail(fmt::format("one more than {} has", type.to_string()));
    return read_nullable(type.children[index], out);
  });
  if (good) close_value(out, start);
  return good;
}

bool JsonReader::read_udt(const cql::DataType& type, cql::Buffer& out) {
  const std::vector<std::string>& names = type.field_names;
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::vector<Slot> slots(names.size());
  std::size_t next = 0;  // The field that comes if the object has them in the type's order.
  std::size_t last = 0;  // One past the last field present.
  bool in_order = true;
  const bool good = read_object([&](std::string_view name, std::string_view raw) {
    std::size_t index = next;
    if (index >= names.size() || names[index] != name) {
      index = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
      in_order = false;
    }
    if (index == names.size()) return fail(quoted("no such field of " + type.to_string() + ":", raw));
    if (slots[index].end != 0) return fail(quoted("occurs twice: field", raw));
    slots[index].begin = out.size();
    if (!read_nullable(type.children[index], out)) return within(quoted("field", raw));
    slots[index].end = out.size();
    next = index + 1;
    last = std::max(last, next);
    return true;
  });
  if (!good) return false;
  if (!in_order) put_in_order(out, start, std::span(slots).first(last));
  close_value(out, start);
  return true;
}

bool JsonReader::read_vector(const cql::DataType& type, cql::Buffer& out) {
  const cql::DataType& element = type.children[0];
  const auto fixed_size = element.vector_element_size();
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::size_t count = 0;
  const bool good = read_array([&](std::size_t /*index*/) {
    const std::size_t at = out.size();
    if (!read_not_null(element, out)) return false;
    ++count;
    if (!fixed_size) {
      shorten_length(out, at);
    } else if (out.size() - at - length_size != *fixed_size) {
      return fail("empty, which a vector's element cannot be");
    } else {
      erase(out, at, length_size);
    }
    return true;
  });
  if (!good) return false;
  if (count != type.dimension) {
    return fail(fmt::format("{} elements where {} has {}", count, type.to_string(), type.dimension));
  }
  close_value(out, start);
  return true;
}

}  // namespace cqlbulk::text
