// Collections, tuples, user-defined types and vectors as in a CQL statement, led by the value's type: what the type
// does not ask for is an error, so that nesting is never deeper than the type.
#pragma once

#include <string>
#include <string_view>

#include "text/scalars.hpp"

namespace cqlbulk::text {

/// Keeps its memory from value to value. One thread.
class LiteralReader {
 public:
  explicit LiteralReader(const Forms& forms) : forms_(forms) {}

  /// Appends i32 length and bytes, or appends nothing and returns what is wrong (valid until the next call).
  const char* append(const cql::DataType& type, std::string_view text, cql::Buffer& out);

 private:
  bool read_value(const cql::DataType& type, cql::Buffer& out);
  bool read_nullable(const cql::DataType& type, cql::Buffer& out);
  bool read_element(const cql::DataType& type, cql::Buffer& out, std::size_t index);
  bool read_scalar(const cql::DataType& type, cql::Buffer& out);
  bool read_list(const cql::DataType& type, cql::Buffer& out);
  bool read_map(const cql::DataType& type, cql::Buffer& out);
  bool read_tuple(const cql::DataType& type, cql::Buffer& out);
  bool read_udt(const cql::DataType& type, cql::Buffer& out);
  bool read_vector(const cql::DataType& type, cql::Buffer& out);
  /// Text within apostrophes or double quotes, into scratch_.
  bool read_quoted(char quote);
  bool read_name();
  std::string_view bare_token();
  void skip_spaces();
  [[nodiscard]] bool at(char character) const { return !rest_.empty() && rest_.front() == character; }
  /// Passes the character and spaces before it.
  bool take(char character);
  bool take_word(std::string_view word);
  /// True at `close`, which is passed. Otherwise a comma is passed, unless nothing stands before it; `wrong` is set
  /// when there is none.
  bool ends(char close, bool first, bool& wrong);
  bool fail(std::string_view reason);
  bool within(std::string_view where);

  Forms forms_;
  std::string_view rest_;
  std::string scratch_;
  std::string reason_;
};

}  // namespace cqlbulk::text
