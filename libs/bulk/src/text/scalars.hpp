// The functions behind CellWriter and CellParser for types without parts, and which one a type has.
// Writers append the plain text of a value, nothing for empty bytes of a type for which they are no ordinary value, and
// throw cql::Error{protocol} for bytes that are no value. Parsers append i32 length and bytes, or append nothing and
// return what is wrong.
#pragma once

#include <cstring>
#include <string>
#include <string_view>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cqlbulk::text {

using WriteFunction = void (*)(const cql::DataType&, cql::ByteView, std::string&);
using ParseFunction = const char* (*)(const cql::DataType&, std::string_view, cql::Buffer&);

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
};

[[nodiscard]] bool is_nested(cql::TypeKind kind);
/// For every kind that is not nested; custom types are blobs.
[[nodiscard]] const ScalarText& scalar_text(cql::TypeKind kind);
/// The same as a JSON value.
[[nodiscard]] WriteFunction json_writer(cql::TypeKind kind);
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
void write_tinyint(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_smallint(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_int(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_bigint(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_float(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_double(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_varint(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_decimal(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_boolean(const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_tinyint(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_smallint(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_int(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_bigint(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_float(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_double(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_varint(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_decimal(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_boolean(const cql::DataType& type, std::string_view text, cql::Buffer& out);

// times_writer.cpp, times_parser.cpp
void write_timestamp(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_date(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_time(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_duration(const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_timestamp(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_date(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_time(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_duration(const cql::DataType& type, std::string_view text, cql::Buffer& out);

// strings.cpp
void write_text(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_blob(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_uuid(const cql::DataType& type, cql::ByteView value, std::string& out);
void write_inet(const cql::DataType& type, cql::ByteView value, std::string& out);
const char* parse_text(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_ascii(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_blob(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_uuid(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_timeuuid(const cql::DataType& type, std::string_view text, cql::Buffer& out);
const char* parse_inet(const cql::DataType& type, std::string_view text, cql::Buffer& out);

}  // namespace cqlbulk::text
