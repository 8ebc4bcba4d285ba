// Types as values: names, equality, the text CQL has for them.
#include "cql/data_type.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/type_names.hpp"

namespace cql {
namespace {

void append(const DataType& type, std::string& out);

void append_parameters(std::string_view name, const std::vector<DataType>& types, std::string& out) {
  out += name;
  out += '<';
  bool first = true;
  for (const DataType& type : types) {
    if (!first) out += ", ";
    first = false;
    append(type, out);
  }
  out += '>';
}

void append_unfrozen(const DataType& type, std::string& out) {
  switch (type.kind) {
    case TypeKind::list:
    case TypeKind::set:
    case TypeKind::map:
    case TypeKind::tuple:
      append_parameters(to_string(type.kind), type.children, out);
      return;
    case TypeKind::vector:
      append_parameters("vector", type.children, out);
      out.insert(out.size() - 1, fmt::format(", {}", type.dimension));
      return;
    case TypeKind::udt:
      // A type of the user's that has the name of a native one must not be read back as that.
      out += native_type(type.name) || type.name == "empty" ? '"' + type.name + '"' : quote_identifier(type.name);
      return;
    case TypeKind::custom:
      out += '\'';
      for (const char character : type.name) out.append(character == '\'' ? 2 : 1, character);
      out += '\'';
      return;
    default:
      out += to_string(type.kind);
  }
}

void append(const DataType& type, std::string& out) {
  if (type.frozen) out += "frozen<";
  append_unfrozen(type, out);
  if (type.frozen) out += '>';
}

}  // namespace

bool DataType::operator==(const DataType& other) const {
  return kind == other.kind && dimension == other.dimension && name == other.name && keyspace == other.keyspace &&
         field_names == other.field_names && children == other.children;
}

std::string DataType::to_string() const {
  std::string text;
  append(*this, text);
  return text;
}

std::optional<std::uint32_t> DataType::vector_element_size() const {
  switch (kind) {
    case TypeKind::boolean:
      return 1;
    case TypeKind::float_:
    case TypeKind::int_:
      return 4;
    case TypeKind::bigint:
    case TypeKind::double_:
    case TypeKind::timestamp:
      return 8;
    case TypeKind::uuid:
    case TypeKind::timeuuid:
      return 16;
    case TypeKind::vector: {
      const auto element = children.empty() ? std::nullopt : children.front().vector_element_size();
      if (!element) return std::nullopt;
      const std::uint64_t size = std::uint64_t{*element} * dimension;
      if (size > std::numeric_limits<std::uint32_t>::max()) return std::nullopt;
      return static_cast<std::uint32_t>(size);
    }
    default:
      return std::nullopt;
  }
}

std::string_view to_string(TypeKind kind) {
  switch (kind) {
    case TypeKind::custom:
      return "custom";
    case TypeKind::ascii:
      return "ascii";
    case TypeKind::bigint:
      return "bigint";
    case TypeKind::blob:
      return "blob";
    case TypeKind::boolean:
      return "boolean";
    case TypeKind::counter:
      return "counter";
    case TypeKind::decimal:
      return "decimal";
    case TypeKind::double_:
      return "double";
    case TypeKind::float_:
      return "float";
    case TypeKind::int_:
      return "int";
    case TypeKind::timestamp:
      return "timestamp";
    case TypeKind::uuid:
      return "uuid";
    case TypeKind::text:
      return "text";
    case TypeKind::varint:
      return "varint";
    case TypeKind::timeuuid:
      return "timeuuid";
    case TypeKind::inet:
      return "inet";
    case TypeKind::date:
      return "date";
    case TypeKind::time:
      return "time";
    case TypeKind::smallint:
      return "smallint";
    case TypeKind::tinyint:
      return "tinyint";
    case TypeKind::duration:
      return "duration";
    case TypeKind::list:
      return "list";
    case TypeKind::map:
      return "map";
    case TypeKind::set:
      return "set";
    case TypeKind::udt:
      return "udt";
    case TypeKind::tuple:
      return "tuple";
    case TypeKind::vector:
      return "vector";
  }
  return "unknown";
}

}  // namespace cql
