// JSON text of one value to its wire bytes, led by the value's type: what the type does not ask for is an error, so
// that nesting is never deeper than the type. Numbers are taken digit by digit from the text, never through a double.
#pragma once

#include <simdjson.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "text/scalars.hpp"

namespace cqlbulk::text {

/// "not valid JSON: " and what is wrong. Of brackets, commas and colons in wrong places simdjson says one thing or
/// another depending on what follows in memory; this says the same of all.
std::string json_problem(simdjson::error_code error);

/// Keeps its memory from value to value. One thread.
class JsonReader {
 public:
  explicit JsonReader(const Forms& forms) : forms_(forms) {}

  /// Appends i32 length and bytes, or appends nothing and returns what is wrong (valid until the next call).
  const char* append(const cql::DataType& type, std::string_view json, cql::Buffer& out);
  /// The same for a value, not null, of a document that somebody else reads.
  const char* append(const cql::DataType& type, simdjson::ondemand::value value, cql::Buffer& out);

 private:
  using Value = simdjson::ondemand::value;
  using Array = simdjson::ondemand::array;
  using Object = simdjson::ondemand::object;

  bool read_document(const cql::DataType& type, std::string_view json, cql::Buffer& out);
  bool read_value(const cql::DataType& type, Value value, cql::Buffer& out);
  bool read_scalar(const cql::DataType& type, Value value, cql::Buffer& out);
  bool read_text(const cql::DataType& type, std::string_view text, cql::Buffer& out);
  bool read_list(const cql::DataType& type, Array array, cql::Buffer& out);
  bool read_map(const cql::DataType& type, Object object, cql::Buffer& out);
  bool read_tuple(const cql::DataType& type, Array array, cql::Buffer& out);
  bool read_udt(const cql::DataType& type, Object object, cql::Buffer& out);
  bool read_vector(const cql::DataType& type, Array array, cql::Buffer& out);
  /// A part that may be null: -1 then.
  bool read_nullable(const cql::DataType& type, Value value, cql::Buffer& out);
  bool fail(std::string_view reason);
  bool fail(simdjson::error_code error);
  /// Says where the failure lies, from the inside out.
  bool within(std::string_view where);

  Forms forms_;
  simdjson::ondemand::parser parser_;
  std::vector<char> padded_;
  std::string reason_;
  /// Keys of maps that are nested values are JSON inside a JSON string: they need a parser of their own.
  std::unique_ptr<JsonReader> key_reader_;
};

}  // namespace cqlbulk::text
