// The functions behind CellWriter and CellParser for types without parts, and which one a type has.
// Writers append the plain text of a value, nothing for empty bytes of a type for which they are no ordinary value, and
// throw cql::Error{protocol} for bytes that are no value. The FormTable is how the user wants things to look; most
// functions are for one form only and do not ask it. Parsers append i32 length and bytes, or append nothing and
// return what is wrong.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"
#include "text/forms.hpp"

namespace cqlbulk::text {

using WriteFunction = void (*)(const FormTable&, const cql::DataType&, cql::ByteView, std::string&);
using ParseFunction = const char* (*)(const FormTable&, const cql::DataType&, std::string_view, cql::Buffer&);

/// How a type's text stands in JSON.
enum class JsonForm {
  number,   ///< Bare.
  real,     ///< Bare, NaN and infinities quoted.
  boolean,  ///< Bare.
  quoted,   ///< In quotes; its text needs no escapes.
  text,     ///< In quotes, with escapes.
};

struct ScalarText {
  WriteFunction write;
  ParseFunction parse;
  JsonForm json;
  std::string_view alphabet;  ///< Every character that the text can have; empty: any.
};

[[nodiscard]] bool is_nested(cql::TypeKind kind);
/// By default, for every kind that is not nested; custom types are blobs.
[[nodiscard]] const ScalarText& scalar_text(cql::TypeKind kind);
/// By default, for every kind: a JSON value.
[[nodiscard]] WriteFunction default_json_writer(cql::TypeKind kind);
void write_json_string(std::string_view text, std::string& out);

/// Throws cql::Error{protocol}: "5 bytes are no value of int".
[[noreturn]] void refuse_bytes(const cql::DataType& type, cql::ByteView value, std::string_view problem = {});

/// Makes room for a value of `size` bytes behind its length, and returns where it starts.
inline std::byte* append_uninitialized_value(cql::Buffer& out, std::size_t size) {
  std::byte* const at = out.append_uninitialized(sizeof(std::int32_t) + size);
  cql::store_big_endian(at, static_cast<std::int32_t>(size));
  return at + sizeof(std::int32_t);
}
inline const char* append_value(cql::Buffer& out, cql::ByteView value) {
  std::byte* const at = append_uninitialized_value(out, value.size());
  if (!value.empty()) std::memcpy(at, value.data(), value.size());
  return nullptr;
}
inline const char* append_empty_value(cql::Buffer& out) {
  out.append_integer(std::int32_t{0});
  return nullptr;
}
template <typename Integer>
const char* append_integer_value(cql::Buffer& out, Integer value) {
  cql::store_big_endian(append_uninitialized_value(out, sizeof value), value);
  return nullptr;
}

// numbers.cpp
void write_tinyint(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_smallint(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_int(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_bigint(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_float(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_double(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_varint(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_decimal(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_boolean(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_tinyint(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_smallint(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_int(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_bigint(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_float(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_double(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_varint(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_decimal(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_boolean(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);

// times_writer.cpp, times_parser.cpp
void write_timestamp(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_date(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_time(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_duration(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_timestamp(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_date(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_time(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_duration(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);

// strings.cpp
void write_text(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_blob(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_uuid(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
void write_inet(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_text(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_ascii(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_blob(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_uuid(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_timeuuid(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_inet(const FormTable& forms, const cql::DataType& type, std::string_view text, cql::Buffer& out);

}  // namespace cqlbulk::text
