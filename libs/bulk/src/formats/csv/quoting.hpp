// Which fields a CSV file must quote, and quoting them.
#pragma once

#include <string>
#include <string_view>

#include "cqlbulk/formats.hpp"

namespace cqlbulk::formats {

class CsvQuoting {
 public:
  /// The options must be checked.
  explicit CsvQuoting(const CsvOptions& options);

  /// Appends a field that is not null, in quotes where it would otherwise be read as something else. `first`: of the
  /// record. Throws cqlbulk::Error{failed} when there are no quotes to put it in.
  void append(std::string_view text, bool first, std::string& out) const {
    if (needs_quotes(text, first)) {
      append_quoted(text, first, out);
    } else {
      out += text;
    }
  }
  [[nodiscard]] bool needs_quotes(std::string_view text, bool first) const;
  void append_quoted(std::string_view text, bool first, std::string& out) const;
  /// True when no text of these characters, the empty one aside, ever needs quotes. No characters stand for all.
  [[nodiscard]] bool never_needs_quotes(std::string_view characters, bool first) const;

 private:
  [[nodiscard]] bool starts_like_another(std::string_view text) const;
  void append_without_quotes(std::string_view text, bool first, std::string& out) const;

  char delimiter_start_;
  char quote_;
  char escape_;
  char comment_;
  std::string null_token_;
};

}  // namespace cqlbulk::formats
