// JSON text of one value to its wire bytes, led by the value's type: what the type does not ask for is an error, so
// that nesting is never deeper than the type. Numbers are taken digit by digit from the text, never through a double.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "text/json_cursor.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {

/// Keeps its memory from value to value. One thread.
class JsonReader {
 public:
  /// Appends i32 length and bytes, or appends nothing and returns what is wrong (valid until the next call).
  const char* append(const cql::DataType& type, std::string_view json, cql::Buffer& out);

 private:
  bool read_value(const cql::DataType& type, cql::Buffer& out);
  bool read_scalar(const cql::DataType& type, cql::Buffer& out);
  bool read_text(const cql::DataType& type, std::string_view text, cql::Buffer& out);
  bool read_list(const cql::DataType& type, cql::Buffer& out);
  bool read_map(const cql::DataType& type, cql::Buffer& out);
  bool read_key(const cql::DataType& type, std::string_view key, cql::Buffer& out);
  bool read_tuple(const cql::DataType& type, cql::Buffer& out);
  bool read_udt(const cql::DataType& type, cql::Buffer& out);
  bool read_vector(const cql::DataType& type, cql::Buffer& out);
  /// A part that may be null: -1 then.
  bool read_nullable(const cql::DataType& type, cql::Buffer& out);
  /// A part that may not.
  bool read_not_null(const cql::DataType& type, cql::Buffer& out);

  /// Calls `read_item(index)` for each element of the array that comes next; false when something is wrong.
  template <typename ReadItem>
  bool read_array(ReadItem read_item);
  /// Calls `read_item(key, raw key)` for each member of the object that comes next.
  template <typename ReadItem>
  bool read_object(ReadItem read_item);

  bool fail(std::string_view reason);
  bool broken() { return fail(json_.problem()); }
  /// Says where the failure lies, from the inside out.
  bool within(std::string_view where);

  JsonCursor json_;
  std::string reason_;
  /// Keys of maps that are nested values are JSON inside a JSON string: they need a reader of their own.
  std::unique_ptr<JsonReader> key_reader_;
};

}  // namespace cqlbulk::text
