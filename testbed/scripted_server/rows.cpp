#include "scripted_server/rows.hpp"

namespace cql::scripted {

namespace {

void append_text_element(const std::string& text, Buffer& out) { append_bytes(as_bytes(text), out); }

}  // namespace

void append_string(std::string_view text, Buffer& out) {
  out.append_integer(static_cast<std::uint16_t>(text.size()));
  out.append(text);
}

void append_bytes(ByteView bytes, Buffer& out) {
  out.append_integer(static_cast<std::int32_t>(bytes.size()));
  out.append(bytes);
}

void append_type(const DataType& type, Buffer& out) {
  if (type.kind == TypeKind::vector) {
    out.append_integer(std::uint16_t{0});
    append_string("org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType, " +
                      std::to_string(type.dimension) + ")",
                  out);
    return;
  }
  out.append_integer(static_cast<std::uint16_t>(type.kind));
  switch (type.kind) {
    case TypeKind::custom:
      append_string(type.name, out);
      return;
    case TypeKind::list:
    case TypeKind::set:
    case TypeKind::map:
      break;
    case TypeKind::tuple:
      out.append_integer(static_cast<std::uint16_t>(type.children.size()));
      break;
    case TypeKind::udt:
      append_string(type.keyspace, out);
      append_string(type.name, out);
      out.append_integer(static_cast<std::uint16_t>(type.children.size()));
      for (std::size_t field = 0; field < type.children.size(); ++field) {
        append_string(type.field_names[field], out);
        append_type(type.children[field], out);
      }
      return;
    default:
      return;
  }
  for (const DataType& child : type.children) append_type(child, out);
}

std::vector<ColumnSpec> make_columns(const ColumnList& columns, const std::string& keyspace, const std::string& table) {
  std::vector<ColumnSpec> made;
  for (const auto& [name, type] : columns) made.push_back({keyspace, table, name, parse_cql_type(type)});
  return made;
}

void Rows::append(ByteView value) {
  Buffer out;
  append_bytes(value, out);
  wire_ += as_text(out);
}

void Rows::cell(std::nullptr_t) {
  Buffer out;
  out.append_integer(std::int32_t{-1});
  wire_ += as_text(out);
}

void Rows::cell(std::int32_t value) {
  Buffer out;
  out.append_integer(value);
  append(out);
}

void Rows::cell(std::int64_t value) {
  Buffer out;
  out.append_integer(value);
  append(out);
}

void Rows::cell(bool value) {
  Buffer out;
  out.push_back(value ? std::byte{1} : std::byte{0});
  append(out);
}

void Rows::cell(const std::vector<std::string>& texts) {
  Buffer out;
  out.append_integer(static_cast<std::int32_t>(texts.size()));
  for (const std::string& text : texts) append_text_element(text, out);
  append(out);
}

void Rows::cell(const std::map<std::string, std::string>& texts) {
  Buffer out;
  out.append_integer(static_cast<std::int32_t>(texts.size()));
  for (const auto& [key, value] : texts) {
    append_text_element(key, out);
    append_text_element(value, out);
  }
  append(out);
}

}  // namespace cql::scripted
