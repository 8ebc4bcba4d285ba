// Arrow values as JSON: what people see of a record that did not become a row. Not a fast path.
#include <arrow/array.h>
#include <arrow/extension/uuid.h>
#include <arrow/scalar.h>
#include <arrow/util/utf8.h>
#include <fmt/format.h>

#include <cmath>

#include "columnar/columnar.hpp"
#include "columnar/value_encoder.hpp"
#include "cql/types.hpp"

namespace cqlbulk::columnar {

void append_json_text(std::string_view text, std::string& out) {
  arrow::util::InitializeUTF8();
  const bool utf8 = arrow::util::ValidateUTF8(text);
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
    } else if (byte >= 0x80 && !utf8) {
      out += "\xEF\xBF\xBD";  // The replacement character: JSON can hold nothing but Unicode.
    } else {
      out += c;
    }
  }
  out += '"';
}

namespace {

void append_hex(std::string_view bytes, std::string& out) {
  out += "\"0x";
  for (const char c : bytes) fmt::format_to(std::back_inserter(out), "{:02x}", static_cast<unsigned char>(c));
  out += '"';
}

template <typename Array>
void append_number(const arrow::Array& array, std::int64_t index, std::string& out) {
  const auto value = static_cast<const Array&>(array).Value(index);
  if constexpr (std::is_floating_point_v<decltype(value)>) {
    if (std::isnan(value)) return out += "\"NaN\"", void();
    if (std::isinf(value)) return out += value < 0 ? "\"-Infinity\"" : "\"Infinity\"", void();
  }
  fmt::format_to(std::back_inserter(out), "{}", value);
}

template <typename Array>
void append_list(const arrow::Array& array, std::int64_t index, std::string& out) {
  const auto& lists = static_cast<const Array&>(array);
  const std::int64_t begin = lists.value_offset(index);
  out += '[';
  for (std::int64_t i = begin; i < begin + lists.value_length(index); ++i) {
    if (i != begin) out += ", ";
    append_json(*lists.values(), i, out);
  }
  out += ']';
}

void append_map(const arrow::MapArray& maps, std::int64_t index, std::string& out) {
  const std::int64_t begin = maps.value_offset(index);
  out += '{';
  for (std::int64_t i = begin; i < begin + maps.value_length(index); ++i) {
    if (i != begin) out += ", ";
    std::string key;
    append_json(*maps.keys(), i, key);
    if (key.starts_with('"')) {
      out += key;
    } else {
      append_json_text(key, out);
    }
    out += ": ";
    append_json(*maps.items(), i, out);
  }
  out += '}';
}

void append_struct(const arrow::StructArray& structs, std::int64_t index, std::string& out) {
  out += '{';
  for (int field = 0; field < structs.num_fields(); ++field) {
    if (field != 0) out += ", ";
    append_json_text(structs.type()->field(field)->name(), out);
    out += ": ";
    append_json(*structs.field(field), index, out);
  }
  out += '}';
}

void append_uuid(std::string_view bytes, std::string& out) {
  cql::Uuid uuid;
  std::memcpy(uuid.bytes.data(), bytes.data(), uuid.bytes.size());
  out += '"' + uuid.to_string() + '"';
}

void append_dictionary_value(const arrow::DictionaryArray& array, std::int64_t index, std::string& out) {
  const std::int64_t place = array.GetValueIndex(index);
  const bool there = place >= 0 && place < array.dictionary()->length();
  there ? append_json(*array.dictionary(), place, out) : append_json_text("?", out);
}

void append_extension(const arrow::ExtensionArray& array, std::int64_t index, std::string& out) {
  const bool uuid = static_cast<const arrow::ExtensionType&>(*array.type()).extension_name() == "arrow.uuid";
  uuid ? append_uuid(bytes_of(*array.storage(), index), out) : append_json(*array.storage(), index, out);
}

/// Times, decimals, intervals: Arrow's own text.
void append_scalar(const arrow::Array& array, std::int64_t index, std::string& out) {
  // Arrow has one for every index within an array.
  const auto scalar = array.GetScalar(index).ValueOr(std::make_shared<arrow::NullScalar>());
  append_json_text(scalar->ToString(), out);
}

}  // namespace

void append_json(const arrow::Array& array, std::int64_t index, std::string& out) {
  if (is_null(array, index)) return out += "null", void();
  if (is_text_like(array.type_id())) return append_json_text(bytes_of(array, index), out);
  if (is_bytes_like(array.type_id())) return append_hex(bytes_of(array, index), out);
  switch (array.type_id()) {
    case arrow::Type::BOOL:
      return out += static_cast<const arrow::BooleanArray&>(array).Value(index) ? "true" : "false", void();
    case arrow::Type::INT8:
      return append_number<arrow::Int8Array>(array, index, out);
    case arrow::Type::INT16:
      return append_number<arrow::Int16Array>(array, index, out);
    case arrow::Type::INT32:
      return append_number<arrow::Int32Array>(array, index, out);
    case arrow::Type::INT64:
      return append_number<arrow::Int64Array>(array, index, out);
    case arrow::Type::UINT8:
      return append_number<arrow::UInt8Array>(array, index, out);
    case arrow::Type::UINT16:
      return append_number<arrow::UInt16Array>(array, index, out);
    case arrow::Type::UINT32:
      return append_number<arrow::UInt32Array>(array, index, out);
    case arrow::Type::UINT64:
      return append_number<arrow::UInt64Array>(array, index, out);
    case arrow::Type::FLOAT:
      return append_number<arrow::FloatArray>(array, index, out);
    case arrow::Type::DOUBLE:
      return append_number<arrow::DoubleArray>(array, index, out);
    case arrow::Type::LIST:
      return append_list<arrow::ListArray>(array, index, out);
    case arrow::Type::LARGE_LIST:
      return append_list<arrow::LargeListArray>(array, index, out);
    case arrow::Type::FIXED_SIZE_LIST:
      return append_list<arrow::FixedSizeListArray>(array, index, out);
    case arrow::Type::MAP:
      return append_map(static_cast<const arrow::MapArray&>(array), index, out);
    case arrow::Type::STRUCT:
      return append_struct(static_cast<const arrow::StructArray&>(array), index, out);
    case arrow::Type::DICTIONARY:
      return append_dictionary_value(static_cast<const arrow::DictionaryArray&>(array), index, out);
    case arrow::Type::EXTENSION:
      return append_extension(static_cast<const arrow::ExtensionArray&>(array), index, out);
    default:
      return append_scalar(array, index, out);
  }
}

}  // namespace cqlbulk::columnar
