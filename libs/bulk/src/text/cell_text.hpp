// Values to and from text, one function per CQL type chosen once per column: what CSV fields and JSON values are made
// of. Wire bytes on one side, text on the other; nothing in between, so that whatever CQL can hold comes back bit for
// bit.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"
#include "text/forms.hpp"

namespace cqlbulk::text {

/// Writes values of one type as text, by default thus (other forms: TextForms). The type must outlive it. Scalars plain
/// (blob as 0x…, timestamp ISO 8601 UTC with milliseconds "2024-01-02T03:04:05.678Z", date, time, uuid, inet, duration
/// as in CQL, true/false, NaN, Infinity, shortest round-trip floats); list, set, vector, tuple as JSON arrays, map and
/// udt as JSON objects (keys that are not text: their text). Fields a udt or tuple lacks at its end are left out, which
/// is not the same as null. Text is passed on as it is: the server has validated it. What has no text of its own is
/// written in its canonical form: every NaN as "NaN", varints in their shortest form.
class CellWriter {
 public:
  explicit CellWriter(const cql::DataType& type, const Forms& forms = {});
  /// Appends the text of a value that is not null. Throws cql::Error{protocol} when the bytes are no value of the type.
  /// Empty bytes of a type for which they are no ordinary value (int, uuid, …) append nothing. Throws
  /// cqlbulk::Error{failed} with the value and the way out when it cannot be shown in the form that was asked for.
  void append(cql::ByteView value, std::string& out) const { append_(forms_.table(), *type_, value, out); }
  /// As JSON: strings quoted, numbers and booleans bare, NaN and infinities quoted.
  void append_json(cql::ByteView value, std::string& out) const { append_json_(forms_.table(), *type_, value, out); }

 private:
  using Append = void (*)(const FormTable&, const cql::DataType&, cql::ByteView, std::string&);
  const cql::DataType* type_;
  Forms forms_;
  Append append_;
  Append append_json_;
};

class JsonReader;
class LiteralReader;

/// Reads values of one type from text. The type must outlive it. One thread.
class CellParser {
 public:
  explicit CellParser(const cql::DataType& type, const Forms& forms = {});
  CellParser(CellParser&&) noexcept;
  ~CellParser();

  /// Appends i32 length and bytes of the value to `out`. Returns nothing when all is well, else what is wrong with the
  /// text ("not an integer", "out of range for smallint"; valid until the next call), `out` being as before.
  /// Takes everything CellWriter writes, and the usual other forms (timestamps with offset or date only or epoch
  /// milliseconds, uuid in either case, 1/0/yes/no/true/false in any case for boolean). Empty text is the empty value
  /// of the type, where Cassandra has one.
  [[nodiscard]] const char* append(std::string_view text, cql::Buffer& out) const {
    return append_ != nullptr ? append_(forms_.table(), *type_, text, out) : append_nested(text, out);
  }

 private:
  using Append = const char* (*)(const FormTable&, const cql::DataType&, std::string_view, cql::Buffer&);
  const char* append_nested(std::string_view text, cql::Buffer& out) const;

  const cql::DataType* type_;
  Forms forms_;
  Append append_;  ///< Null for nested types.
  // One of them for nested types; their memory is kept from value to value.
  std::unique_ptr<JsonReader> json_;
  std::unique_ptr<LiteralReader> literal_;
};

}  // namespace cqlbulk::text
