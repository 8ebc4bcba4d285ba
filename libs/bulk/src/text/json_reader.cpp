// The walk through a value's JSON: scalars, and the parts that may be null. Composite types are in json_composites.cpp.
#include "text/json_reader.hpp"

namespace cqlbulk::text {

using Kind = JsonCursor::Kind;

const char* JsonReader::append(const cql::DataType& type, std::string_view json, cql::Buffer& out) {
  if (json.empty()) return append_empty_value(out);
  const std::size_t start = out.size();
  json_.start(json);
  const Kind kind = json_.peek();
  const bool good =
      kind == Kind::array || kind == Kind::object ? read_value(type, out) : fail("not a JSON array or object");
  if (good && (json_.at_end() || fail("more text follows the JSON value"))) return nullptr;
  out.resize(start);
  return reason_.c_str();
}

bool JsonReader::read_value(const cql::DataType& type, cql::Buffer& out) {
  if (!is_nested(type.kind)) return read_scalar(type, out);
  const Kind kind = json_.peek();
  if (kind == Kind::string) {
    std::string_view text;
    if (!json_.string(text)) return broken();
    // As the writer has the empty value of a type for which that is no ordinary one.
    if (text.empty()) return append_empty_value(out) == nullptr;
  }
  if (kind == Kind::other) return json_.no_value() || broken();
  const bool named = type.kind == cql::TypeKind::map || type.kind == cql::TypeKind::udt;
  if (named && kind != Kind::object) return fail("a JSON object was expected");
  if (!named && kind != Kind::array) return fail("a JSON array was expected");
  switch (type.kind) {
    case cql::TypeKind::map:
      return read_map(type, out);
    case cql::TypeKind::tuple:
      return read_tuple(type, out);
    case cql::TypeKind::udt:
      return read_udt(type, out);
    case cql::TypeKind::vector:
      return read_vector(type, out);
    default:
      return read_list(type, out);
  }
}

bool JsonReader::read_scalar(const cql::DataType& type, cql::Buffer& out) {
  const JsonForm form = scalar_text(type.kind).json;
  std::string_view text;
  switch (json_.peek()) {
    case Kind::string:
      return json_.string(text) ? read_text(type, text, out) : broken();
    case Kind::number: {
      if (!json_.number(text)) return broken();
      const bool fits = form == JsonForm::number || form == JsonForm::real || type.kind == cql::TypeKind::timestamp;
      return fits ? read_text(type, text, out) : fail("a JSON string was expected");
    }
    case Kind::boolean: {
      const bool yes = json_.word("true");
      if (!yes && !json_.word("false")) return broken();
      if (form != JsonForm::boolean) return fail("a boolean was not expected");
      return append_integer_value(out, static_cast<std::int8_t>(yes ? 1 : 0)) == nullptr;
    }
    case Kind::null:
      return json_.word("null") ? fail("null was not expected") : broken();
    case Kind::other:
      return json_.no_value() || broken();
    default:
      return fail("a single value was expected");
  }
}

bool JsonReader::read_text(const cql::DataType& type, std::string_view text, cql::Buffer& out) {
  const char* const problem = scalar_text(type.kind).parse(type, text, out);
  return problem == nullptr || fail(problem);
}

bool JsonReader::read_nullable(const cql::DataType& type, cql::Buffer& out) {
  if (json_.peek() != Kind::null) return read_value(type, out);
  if (!json_.word("null")) return broken();
  out.append_integer(std::int32_t{-1});
  return true;
}

bool JsonReader::read_not_null(const cql::DataType& type, cql::Buffer& out) {
  if (json_.peek() != Kind::null) return read_value(type, out);
  return json_.word("null") ? fail("null, which cannot be inside a collection or vector") : broken();
}

bool JsonReader::fail(std::string_view reason) {
  reason_ = reason;
  return false;
}

bool JsonReader::within(std::string_view where) {
  reason_.insert(0, ": ");
  reason_.insert(0, where);
  return false;
}

}  // namespace cqlbulk::text
