// The walk through a value's JSON: scalars, and the parts that may be null. Composite types are in json_composites.cpp.
#include "text/json_reader.hpp"

#include <cstring>

#include "text/digits.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {
namespace {

using simdjson::ondemand::json_type;

bool take_digits(std::string_view& text) {
  const std::size_t before = text.size();
  while (!text.empty() && is_digit(text.front())) text.remove_prefix(1);
  return text.size() != before;
}

bool take(std::string_view& text, char character) {
  if (!text.starts_with(character)) return false;
  text.remove_prefix(1);
  return true;
}

/// The grammar of RFC 8259 §6, which the parsers of numbers are laxer than.
bool is_json_number(std::string_view text) {
  take(text, '-');
  if (!take(text, '0') && !take_digits(text)) return false;
  if (take(text, '.') && !take_digits(text)) return false;
  if (take(text, 'e') || take(text, 'E')) {
    if (!take(text, '+')) take(text, '-');
    if (!take_digits(text)) return false;
  }
  return text.empty();
}

/// Takes numbers and booleans, too, as they stand there: digits that no number of another type would keep.
bool is_text(cql::TypeKind kind) { return kind == cql::TypeKind::text || kind == cql::TypeKind::ascii; }

std::string_view without_trailing_space(std::string_view text) {
  return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
}

}  // namespace

std::string json_problem(simdjson::error_code error) {
  const bool structure = error == simdjson::TAPE_ERROR || error == simdjson::INCOMPLETE_ARRAY_OR_OBJECT;
  return std::string("not valid JSON: ") +
         (structure ? "a bracket, comma or colon is missing or stands where none may" : simdjson::error_message(error));
}

const char* JsonReader::append(const cql::DataType& type, std::string_view json, cql::Buffer& out) {
  const std::size_t start = out.size();
  if (json.empty()) return append_empty_value(out);
  if (read_document(type, json, out)) return nullptr;
  out.resize(start);
  return reason_.c_str();
}

const char* JsonReader::append(const cql::DataType& type, Value value, cql::Buffer& out) {
  const std::size_t start = out.size();
  if (read_value(type, value, out)) return nullptr;
  out.resize(start);
  return reason_.c_str();
}

bool JsonReader::read_document(const cql::DataType& type, std::string_view json, cql::Buffer& out) {
  if (padded_.size() < json.size() + simdjson::SIMDJSON_PADDING) {
    padded_.resize(json.size() + json.size() / 2 + simdjson::SIMDJSON_PADDING);
  }
  std::memcpy(padded_.data(), json.data(), json.size());
  std::memset(padded_.data() + json.size(), ' ', simdjson::SIMDJSON_PADDING);
  simdjson::ondemand::document document;
  if (const auto error = parser_.iterate(padded_.data(), json.size(), padded_.size()).get(document)) return fail(error);
  Value root;
  if (const auto error = document.get_value().get(root)) {
    return error == simdjson::SCALAR_DOCUMENT_AS_VALUE ? fail("not a JSON array or object") : fail(error);
  }
  if (!read_value(type, root, out)) return false;
  if (document.current_location().error() != simdjson::OUT_OF_BOUNDS) return fail("more text follows the JSON value");
  return true;
}

bool JsonReader::read_value(const cql::DataType& type, Value value, cql::Buffer& out) {
  if (!is_nested(type.kind)) return read_scalar(type, value, out);
  json_type found{};
  if (const auto error = value.type().get(found)) return fail(error);
  if (found == json_type::string) {
    std::string_view text;
    if (const auto error = value.get_string().get(text)) return fail(error);
    // As the writer has the empty value of a type for which that is no ordinary one.
    if (text.empty()) return append_empty_value(out) == nullptr;
  }
  if (type.kind == cql::TypeKind::map || type.kind == cql::TypeKind::udt) {
    Object object;
    if (value.get_object().get(object)) return fail("a JSON object was expected");
    return type.kind == cql::TypeKind::map ? read_map(type, object, out) : read_udt(type, object, out);
  }
  Array array;
  if (value.get_array().get(array)) return fail("a JSON array was expected");
  switch (type.kind) {
    case cql::TypeKind::tuple:
      return read_tuple(type, array, out);
    case cql::TypeKind::vector:
      return read_vector(type, array, out);
    default:
      return read_list(type, array, out);
  }
}

bool JsonReader::read_scalar(const cql::DataType& type, Value value, cql::Buffer& out) {
  // Booleans and numbers are read as such whatever form they are written in.
  const JsonForm form = scalar_text(type.kind).json;
  json_type found{};
  if (const auto error = value.type().get(found)) return fail(error);
  switch (found) {
    case json_type::string: {
      std::string_view text;
      if (const auto error = value.get_string().get(text)) return fail(error);
      return read_text(type, text, out);
    }
    case json_type::number: {
      const std::string_view token = without_trailing_space(value.raw_json_token());
      if (!is_json_number(token)) return fail("not a JSON number");
      const bool fits = form == JsonForm::number || form == JsonForm::real || type.kind == cql::TypeKind::timestamp ||
                        is_text(type.kind);
      return fits ? read_text(type, token, out) : fail("a JSON string was expected");
    }
    case json_type::boolean: {
      bool boolean = false;
      if (const auto error = value.get_bool().get(boolean)) return fail(error);
      if (is_text(type.kind)) return read_text(type, boolean ? "true" : "false", out);
      if (form != JsonForm::boolean) return fail("a boolean was not expected");
      return append_integer_value(out, static_cast<std::int8_t>(boolean ? 1 : 0)) == nullptr;
    }
    case json_type::null:
      return fail("null was not expected");
    default:
      return fail("a single value was expected");
  }
}

bool JsonReader::read_text(const cql::DataType& type, std::string_view text, cql::Buffer& out) {
  const FormTable& forms = forms_.table();
  const char* const problem = forms.of(type.kind).parse_inner(forms, type, text, out);
  return problem == nullptr ? true : fail(std::string_view(problem));
}

bool JsonReader::read_nullable(const cql::DataType& type, Value value, cql::Buffer& out) {
  bool null = false;
  if (const auto error = value.is_null().get(null)) return fail(error);
  if (!null) return read_value(type, value, out);
  out.append_integer(std::int32_t{-1});
  return true;
}

bool JsonReader::fail(std::string_view reason) {
  reason_ = reason;
  return false;
}

bool JsonReader::fail(simdjson::error_code error) {
  reason_ = json_problem(error);
  return false;
}

bool JsonReader::within(std::string_view where) {
  reason_.insert(0, ": ");
  reason_.insert(0, where);
  return false;
}

}  // namespace cqlbulk::text
