// Collections, tuples, user-defined types and vectors as JSON text. Nulls inside are written as null wherever they
// stand: results may hold them where statements may not (the TTLs of a map's elements, say).
#include "text/nested_writer.hpp"

#include "cql/types.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {
namespace {

struct Part {
  cql::ByteView bytes;
  bool null = false;
};

Part take_part(cql::Reader& reader) {
  const std::int32_t size = reader.i32();
  if (size < 0) return {{}, true};
  return {reader.raw(static_cast<std::size_t>(size)), false};
}

void append_part(const FormTable& forms, const cql::DataType& type, const Part& part, std::string& out) {
  if (part.null) {
    out += "null";
  } else {
    forms.of(type.kind).write_json(forms, type, part.bytes, out);
  }
}

/// A key in JSON is a string: text as it is, other types by their text.
void append_key(const FormTable& forms, const cql::DataType& type, cql::ByteView key, std::string& out) {
  const KindForms& form = forms.of(type.kind);
  if (type.kind == cql::TypeKind::text || type.kind == cql::TypeKind::ascii) {
    write_json_string(cql::as_text(key), out);
  } else if (form.json == JsonForm::text) {
    std::string text;
    form.write_inner(forms, type, key, text);
    write_json_string(text, out);
  } else {
    out += '"';
    form.write_inner(forms, type, key, out);
    out += '"';
  }
}

std::int32_t take_count(cql::Reader& reader) {
  const std::int32_t count = reader.i32();
  if (count < 0) reader.fail("a negative number of elements");
  return count;
}

void expect_end(const cql::Reader& reader) {
  if (!reader.at_end()) reader.fail("bytes follow the last element");
}

}  // namespace

void write_list(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  cql::Reader reader(value, "a list or set");
  const std::int32_t count = take_count(reader);
  out += '[';
  for (std::int32_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    append_part(forms, type.children[0], take_part(reader), out);
  }
  out += ']';
  expect_end(reader);
}

void write_map(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  cql::Reader reader(value, "a map");
  const std::int32_t count = take_count(reader);
  out += '{';
  for (std::int32_t i = 0; i < count; ++i) {
    if (i != 0) out += ',';
    const Part key = take_part(reader);
    if (key.null) reader.fail("a null key");
    append_key(forms, type.children[0], key.bytes, out);
    out += ':';
    append_part(forms, type.children[1], take_part(reader), out);
  }
  out += '}';
  expect_end(reader);
}

void write_tuple(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  cql::Reader reader(value, "a tuple");
  out += '[';
  for (std::size_t i = 0; i < type.children.size() && !reader.at_end(); ++i) {
    if (i != 0) out += ',';
    append_part(forms, type.children[i], take_part(reader), out);
  }
  out += ']';
  expect_end(reader);
}

void write_udt(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  cql::Reader reader(value, "a user-defined type");
  out += '{';
  for (std::size_t i = 0; i < type.children.size() && !reader.at_end(); ++i) {
    if (i != 0) out += ',';
    write_json_string(type.field_names[i], out);
    out += ':';
    append_part(forms, type.children[i], take_part(reader), out);
  }
  out += '}';
  expect_end(reader);
}

void write_vector(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  const cql::DataType& element = type.children[0];
  const auto fixed_size = element.vector_element_size();
  const WriteFunction write = forms.of(element.kind).write_json;
  cql::Reader reader(value, "a vector");
  out += '[';
  for (std::uint32_t i = 0; i < type.dimension; ++i) {
    if (i != 0) out += ',';
    const std::uint64_t size = fixed_size ? *fixed_size : cql::read_unsigned_vint(reader);
    if (size > reader.remaining()) reader.fail("an element points past the end");
    write(forms, element, reader.raw(static_cast<std::size_t>(size)), out);
  }
  out += ']';
  expect_end(reader);
}

WriteFunction nested_writer(cql::TypeKind kind) {
  switch (kind) {
    case cql::TypeKind::map:
      return write_map;
    case cql::TypeKind::tuple:
      return write_tuple;
    case cql::TypeKind::udt:
      return write_udt;
    case cql::TypeKind::vector:
      return write_vector;
    default:
      return write_list;
  }
}

}  // namespace cqlbulk::text
