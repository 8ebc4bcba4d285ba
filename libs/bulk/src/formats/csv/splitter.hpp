// Records and their fields in a buffer: borders, quotes, and the text of a field.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cqlbulk/formats.hpp"
#include "formats/csv/bytes.hpp"

namespace cqlbulk::formats {

class CsvSplitter {
 public:
  struct Field {
    std::size_t begin = 0;  ///< Of its text, quotes left out.
    std::size_t size = 0;
    bool quoted = false;
    bool escaped = false;    ///< Doubled quotes or escapes are inside.
    bool malformed = false;  ///< Text follows the closing quote.
  };
  enum class Found {
    record,
    nothing,       ///< A blank line or a comment.
    incomplete,    ///< The record needs bytes that are not in the buffer yet; reset() with more from position() on.
    unterminated,  ///< A quote never closes, and no more bytes follow.
    end,
  };

  /// The options must be checked. Of each record the first `most_fields` fields are kept, the others counted.
  CsvSplitter(const CsvOptions& options, bool blank_is_record, std::size_t most_fields);
  CsvSplitter(const CsvSplitter&) = delete;
  CsvSplitter& operator=(const CsvSplitter&) = delete;

  /// Looks at a buffer from its start, csv_padding more bytes being readable. `last`: no others follow.
  void reset(const char* data, std::size_t size, bool last);
  Found next();

  [[nodiscard]] std::span<const Field> fields() const { return fields_; }
  [[nodiscard]] std::size_t field_count() const { return field_count_; }
  /// The record without its line end.
  [[nodiscard]] std::string_view record() const { return {data_ + begin_, end_ - begin_}; }
  /// How many lines the record, blank line or comment took.
  [[nodiscard]] std::uint64_t lines() const { return lines_; }
  /// Where the next record begins.
  [[nodiscard]] std::size_t position() const { return position_; }
  /// After unterminated: how many lines below the record's first the quote opened.
  [[nodiscard]] std::uint64_t quote_line() const { return quote_line_; }
  /// The field's text; in `scratch` when something had to be taken out of it.
  [[nodiscard]] std::string_view text(const Field& field, std::string& scratch) const;

 private:
  enum class Step { field, record, incomplete, unterminated };

  Found comment();
  /// Reads one field that begins at `begin` and moves `begin` to the next one.
  Step field(std::size_t& begin);
  Step quoted_field(std::size_t& begin);
  Step unquoted_rest(std::size_t& begin, Field& field);
  [[nodiscard]] bool delimiter_at(std::size_t place) const;
  [[nodiscard]] bool is_blank(char character) const { return character == blanks_[0] || character == blanks_[1]; }
  /// The first place from here on that is no blank, where blanks are trimmed.
  [[nodiscard]] std::size_t after_blanks(std::size_t place) const;
  Step end_record(std::size_t place);
  void keep(const Field& field);
  [[nodiscard]] std::size_t go_to(std::size_t place) {
    cursor_.skip_to(place);
    return place;
  }

  std::string delimiter_;
  char quote_;
  char escape_;
  char comment_;
  bool blank_is_record_;
  bool trims_;
  char blanks_[2];
  std::size_t most_fields_;
  CsvSpecials specials_;
  CsvCursor cursor_;

  const char* data_ = nullptr;
  std::size_t size_ = 0;
  bool last_ = false;
  std::size_t position_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool in_comment_ = false;  ///< The buffer began within a comment.
  std::uint64_t lines_ = 0;
  std::uint64_t quote_line_ = 0;
  std::vector<Field> fields_;
  std::size_t field_count_ = 0;
};

}  // namespace cqlbulk::formats
