// Where the records of a JSON file begin and end, without looking at what they mean. Takes the input in chunks, each
// byte once, and keeps no more of it than a few flags and the brackets that are open.
//
// In values and array the scanner follows strings and brackets. Text that cannot be JSON ends its record early where
// that helps the records after it: a bracket that opens where none may, first on its line, begins the next record; a
// closing bracket closes whatever was left open inside; a line end closes a string.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cqlbulk/formats.hpp"

namespace cqlbulk::formats {

class JsonScanner {
 public:
  struct Record {
    std::uint64_t begin = 0;  ///< Offset of its first byte.
    std::uint64_t end = 0;    ///< One past its last byte; white space may stand before.
    std::uint64_t next = 0;   ///< Where the scan for the next record goes on: a border for units.
    std::uint64_t line = 0;   ///< On which it begins, from 1.
    std::uint64_t next_line = 0;
  };
  /// What the input's end left open.
  struct Unclosed {
    std::uint64_t line = 0;
    const char* what = "";  ///< "string", "object", "array"
  };

  /// Starts at the border of a record: `offset` in the file, on `line`; in an array behind its "[". `first`: no record
  /// comes before.
  JsonScanner(JsonForm form, std::uint64_t offset, std::uint64_t line, bool first);

  /// What follows the bytes handed over.
  enum class Next {
    more,
    border,   ///< A record ends with them, whatever seems to be open: a piece of the file ends here.
    nothing,  ///< The file ends.
  };

  /// Hands over the next bytes.
  void feed(const char* data, std::size_t size, Next next);
  /// The next record that ends in the chunk; nothing when the chunk is used up.
  std::optional<Record> next();

  /// Of the record that is not complete yet: everything before its first byte is done with.
  [[nodiscard]] std::uint64_t pending_begin() const { return in_record_ ? begin_ : base_ + position_; }
  /// After the last chunk.
  [[nodiscard]] std::optional<Unclosed> unclosed() const { return unclosed_; }
  /// After the last chunk: the line on which text follows the array.
  [[nodiscard]] std::optional<std::uint64_t> text_after_array() const { return text_after_array_; }

 private:
  std::optional<Record> next_line();
  std::optional<Record> next_value();
  /// Passes white space; false at the end of the chunk.
  bool skip_space();
  void pass_string();
  /// Looks at the byte at position_; a record may end before or with it.
  std::optional<Record> structural(char character);
  std::optional<Record> open(char character);
  std::optional<Record> close(char character);
  std::optional<Record> end_array();
  std::optional<Record> at_end();
  void begin_record();
  void consume(char character);
  Record end_record();

  JsonForm form_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t position_ = 0;
  Next next_ = Next::more;
  std::uint64_t base_;  ///< Offset of the chunk.
  std::uint64_t line_;
  std::uint64_t array_line_;

  bool in_record_ = false;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;  ///< One past the last byte that is no white space.
  std::uint64_t begin_line_ = 0;
  bool after_comma_;  ///< Of the array: a record must follow.
  bool array_ended_ = false;
  bool in_string_ = false;
  bool escaped_ = false;
  bool fresh_line_ = true;  ///< Nothing but white space on the line so far.
  char previous_ = '\0';    ///< The last byte outside strings that is no white space; '"' for a string.
  std::uint64_t string_line_ = 0;
  struct Bracket {
    char open;
    std::uint64_t line;
  };
  std::vector<Bracket> open_;
  std::uint64_t too_deep_ = 0;      ///< Brackets open beyond those in open_.
  std::uint64_t stray_end_ = 0;     ///< One past a "]" that closes nothing in its record; 0: none.
  std::uint64_t before_stray_ = 0;  ///< What end_ was before it.
  std::optional<Unclosed> unclosed_;
  std::optional<std::uint64_t> text_after_array_;
};

}  // namespace cqlbulk::formats
