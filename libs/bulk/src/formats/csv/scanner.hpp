// Where records begin and end, without looking at their fields: what planning needs, and skipping a record too large to
// hold. Takes the input in chunks and keeps no more of it than a few flags; agrees with CsvSplitter on every border.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cqlbulk/formats.hpp"
#include "formats/csv/bytes.hpp"

namespace cqlbulk::formats {

class CsvScanner {
 public:
  struct Record {
    std::uint64_t begin = 0;  ///< Offset of its first byte.
    std::uint64_t end = 0;    ///< One past its line end.
  };

  /// Starts at the border of a record: `offset` in the file, on `line`. The options must be checked.
  CsvScanner(const CsvOptions& options, bool blank_is_record, std::uint64_t offset, std::uint64_t line);
  CsvScanner(const CsvScanner&) = delete;
  CsvScanner& operator=(const CsvScanner&) = delete;

  /// Hands over the next bytes, csv_padding more being readable. `last`: no others follow. Those that the chunk before
  /// left over must come first.
  void feed(const char* data, std::size_t size, bool last);
  /// The next record that ends in the chunk; nothing when the chunk is used up.
  std::optional<Record> next();
  /// How many bytes of the chunk need not be handed over again, once next() has given nothing.
  [[nodiscard]] std::size_t consumed() const { return consumed_; }
  /// The line that the next record begins on, from 1.
  [[nodiscard]] std::uint64_t line() const { return line_; }
  /// After the last chunk: the line on which a quote opened that never closed.
  [[nodiscard]] std::optional<std::uint64_t> unterminated_quote() const {
    return state_ == State::quoted ? std::optional(quote_line_) : std::nullopt;
  }

 private:
  enum class State { plain, quoted, comment };

  [[nodiscard]] bool quote_opens(std::size_t place) const;
  /// Nothing but blanks stands between the field's start and the place.
  [[nodiscard]] bool only_blanks_before(std::size_t place) const;
  void pass_delimiter(std::size_t place);
  void inside_quotes(std::size_t place, char character);
  /// Passes the line end at `place`; true when a record ended with it.
  bool end_line(std::size_t place);
  std::optional<Record> use_up();
  void go_to(std::size_t place);

  CsvOptions options_;
  bool blank_is_record_;
  CsvSpecials specials_;
  CsvCursor cursor_;

  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t limit_ = 0;     ///< Places from here on need bytes of the next chunk.
  std::size_t position_ = 0;  ///< Everything before has been looked at.
  std::size_t consumed_ = 0;
  bool last_ = false;
  char previous_ = '\0';  ///< The byte before the chunk.

  State state_ = State::plain;
  bool at_line_start_ = true;
  std::uint64_t base_;  ///< Offset of the chunk.
  std::uint64_t line_;
  std::uint64_t quote_line_ = 0;
  std::uint64_t record_begin_;
  std::uint64_t field_begin_;  ///< Kept up for delimiters of several characters and where fields are trimmed only.
  bool blanks_so_far_ = true;  ///< The part of the field that lay in chunks before is nothing but blanks.
  Record record_;
};

}  // namespace cqlbulk::formats
