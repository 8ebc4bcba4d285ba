// Lists, sets, maps, tuples, user-defined types and vectors from JSON.
#include <fmt/format.h>

#include <algorithm>

#include "rows/nullable_list.hpp"
#include "text/composite_bytes.hpp"
#include "text/json_reader.hpp"

namespace cqlbulk::text {
namespace {

std::string element_name(std::size_t index) { return fmt::format("element {}", index); }
std::string quoted(std::string_view kind, std::string_view name) { return fmt::format("{} \"{}\"", kind, name); }

}  // namespace

bool JsonReader::read_list(const cql::DataType& type, Array array, cql::Buffer& out) {
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::int32_t count = 0;
  for (auto item : array) {
    Value element;
    if (const auto error = item.get(element)) return fail(error);
    bool null = false;
    if (const auto error = element.is_null().get(null)) return fail(error);
    if (null && !is_nullable_list(type)) fail("null, which a collection cannot hold");
    const bool read = null && is_nullable_list(type) ? read_nullable(type.children[0], element, out)
                                                     : !null && read_value(type.children[0], element, out);
    if (!read) return within(element_name(static_cast<std::size_t>(count)));
    ++count;
  }
  cql::store_big_endian(out.data() + start + length_size, count);
  close_value(out, start);
  return true;
}

bool JsonReader::read_map(const cql::DataType& type, Object object, cql::Buffer& out) {
  const cql::DataType& key_type = type.children[0];
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  out.append_integer(std::int32_t{0});
  std::vector<Slot> keys;
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return fail(error);
    std::string_view key;
    if (const auto error = field.unescaped_key().get(key)) return fail(error);
    const std::size_t key_start = out.size();
    if (is_nested(key_type.kind)) {
      if (!key_reader_) key_reader_ = std::make_unique<JsonReader>(forms_);
      if (const char* problem = key_reader_->append(key_type, key, out)) {
        fail(std::string_view(problem));
        return within(quoted("key", key));
      }
    } else if (!read_text(key_type, key, out)) {
      return within(quoted("key", key));
    }
    keys.push_back({key_start, out.size()});
    Value& item_value = field.value();
    bool null = false;
    if (const auto error = item_value.is_null().get(null)) return fail(error);
    if (null) fail("null, which a collection cannot hold");
    if (null || !read_value(type.children[1], item_value, out)) return within(quoted("value of key", key));
  }
  const auto bytes_of = [&](const Slot& slot) { return cql::as_text(out.view(slot.begin, slot.end - slot.begin)); };
  cql::store_big_endian(out.data() + start + length_size, static_cast<std::int32_t>(keys.size()));
  std::ranges::sort(keys, {}, bytes_of);
  if (std::ranges::adjacent_find(keys, {}, bytes_of) != keys.end()) return fail("a key occurs twice");
  close_value(out, start);
  return true;
}

bool JsonReader::read_tuple(const cql::DataType& type, Array array, cql::Buffer& out) {
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::size_t index = 0;
  for (auto item : array) {
    Value element;
    if (const auto error = item.get(element)) return fail(error);
    if (index == type.children.size())
      return fail(fmt::format("more than {} elements for {}", index, type.to_string()));
    if (!read_nullable(type.children[index], element, out)) return within(element_name(index));
    ++index;
  }
  close_value(out, start);
  return true;
}

bool JsonReader::read_udt(const cql::DataType& type, Object object, cql::Buffer& out) {
  const std::vector<std::string>& names = type.field_names;
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::vector<Slot> slots(names.size());
  std::size_t next = 0;  // The field that would come if the object had them in the type's order.
  bool in_order = true;
  std::size_t last = 0;  // One past the last field present.
  for (auto item : object) {
    simdjson::ondemand::field field;
    if (const auto error = std::move(item).get(field)) return fail(error);
    std::string_view name;
    if (const auto error = field.unescaped_key().get(name)) return fail(error);
    std::size_t index = next;
    if (index >= names.size() || names[index] != name) {
      index = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
      in_order = false;
    }
    if (index == names.size()) return fail(quoted("no such field of " + type.to_string() + ":", name));
    if (slots[index].end != 0) return fail(quoted("occurs twice: field", name));
    slots[index].begin = out.size();
    if (!read_nullable(type.children[index], field.value(), out)) return within(quoted("field", name));
    slots[index].end = out.size();
    next = index + 1;
    last = std::max(last, next);
  }
  if (!in_order) order_fields(out, start, slots.data(), last);
  close_value(out, start);
  return true;
}

bool JsonReader::read_vector(const cql::DataType& type, Array array, cql::Buffer& out) {
  const cql::DataType& element_type = type.children[0];
  const auto fixed_size = element_type.vector_element_size();
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  std::size_t count = 0;
  for (auto item : array) {
    Value element;
    if (const auto error = item.get(element)) return fail(error);
    const std::size_t at = out.size();
    if (!read_value(element_type, element, out)) return within(element_name(count));
    if (!fixed_size) {
      shorten_length(out, at);
    } else if (out.size() - at - length_size != *fixed_size) {
      fail("empty, which a vector's element cannot be");
      return within(element_name(count));
    } else {
      erase(out, at, length_size);
    }
    ++count;
  }
  if (count != type.dimension)
    return fail(fmt::format("{} elements where {} has {}", count, type.to_string(), type.dimension));
  close_value(out, start);
  return true;
}

}  // namespace cqlbulk::text
