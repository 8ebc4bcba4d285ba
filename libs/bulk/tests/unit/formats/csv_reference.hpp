// CSV read one character at a time, as csv.hpp describes the dialect and with no thought of speed: what the planner and
// the reader are measured against.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "cqlbulk/formats.hpp"

namespace cqlbulk::formats::testing {

struct ReferenceField {
  std::string text;
  bool quoted = false;
  bool malformed = false;
};

struct ReferenceRecord {
  std::uint64_t line = 0;
  std::string raw;
  std::vector<ReferenceField> fields;
};

struct Reference {
  std::vector<ReferenceRecord> records;  ///< The header is the first, where there is one.
  bool unterminated = false;
};

class ReferenceReader {
 public:
  ReferenceReader(const CsvOptions& options, std::string_view content) : options_(options), content_(content) {}

  /// Blank lines have one empty field.
  Reference read() {
    Reference result;
    if (content_.starts_with("\xEF\xBB\xBF")) at_ = 3;
    while (at_ < content_.size()) {
      if (options_.comment != 0 && content_[at_] == options_.comment) {
        while (at_ < content_.size() && !line_end()) ++at_;
        pass_line_end();
        continue;
      }
      const std::size_t begin = at_;
      ReferenceRecord record;
      record.line = line_of(begin);
      do {
        record.fields.push_back(field());
      } while (!unterminated_ && pass_delimiter());
      record.raw = content_.substr(begin, at_ - begin);
      pass_line_end();
      result.unterminated = unterminated_;
      if (unterminated_) return result;
      result.records.push_back(std::move(record));
    }
    return result;
  }

 private:
  [[nodiscard]] bool line_end() const { return content_[at_] == '\n' || content_[at_] == '\r'; }
  [[nodiscard]] bool delimiter() const { return content_.substr(at_).starts_with(options_.delimiter); }

  bool pass_delimiter() {
    if (!delimiter()) return false;
    at_ += options_.delimiter.size();
    return true;
  }
  void pass_line_end() {
    if (content_.substr(at_).starts_with("\r\n")) {
      at_ += 2;
    } else if (at_ < content_.size()) {
      ++at_;
    }
  }
  [[nodiscard]] bool blank() const {
    return options_.trim != CsvOptions::Trim::none && at_ < content_.size() &&
           (content_[at_] == ' ' || content_[at_] == '\t') && content_[at_] != options_.delimiter[0];
  }
  /// Text without the blanks at its ends, where they are to be taken away.
  [[nodiscard]] std::string trimmed(std::string text, bool quoted) const {
    if (options_.trim == CsvOptions::Trim::none || (quoted && options_.trim == CsvOptions::Trim::unquoted)) return text;
    std::string blanks = " \t";
    std::erase(blanks, options_.delimiter[0]);
    if (blanks.empty()) return text;
    text.erase(0, std::min(text.find_first_not_of(blanks), text.size()));
    text.erase(text.find_last_not_of(blanks) + 1);
    return text;
  }
  ReferenceField field() {
    ReferenceField field;
    const std::size_t begin = at_;
    while (blank()) ++at_;
    if (options_.quote == 0 || at_ == content_.size() || content_[at_] != options_.quote) at_ = begin;
    if (options_.quote != 0 && at_ < content_.size() && content_[at_] == options_.quote) {
      field.quoted = true;
      ++at_;
      quoted(field.text);
      const std::size_t end = at_;
      while (!unterminated_ && blank()) ++at_;
      if (at_ < content_.size() && !line_end() && !delimiter()) at_ = end;
    }
    while (!unterminated_ && at_ < content_.size() && !line_end() && !delimiter()) {
      field.malformed = field.quoted;
      field.text += content_[at_++];
    }
    field.text = trimmed(std::move(field.text), field.quoted);
    return field;
  }
  void quoted(std::string& text) {
    for (; at_ < content_.size(); ++at_) {
      const bool pair = at_ + 1 < content_.size() && content_[at_ + 1] == options_.quote;
      if (content_[at_] == options_.quote) {
        if (!pair) {
          ++at_;
          return;
        }
        ++at_;
      } else if (options_.escape != 0 && content_[at_] == options_.escape) {
        if (++at_ == content_.size()) break;
      }
      text += content_[at_];
    }
    unterminated_ = true;
  }
  [[nodiscard]] std::uint64_t line_of(std::size_t place) {
    for (; counted_ < place; ++counted_) {
      if (content_[counted_] == '\r' ||
          (content_[counted_] == '\n' && (counted_ == 0 || content_[counted_ - 1] != '\r')))
        ++line_;
    }
    return line_;
  }

  const CsvOptions& options_;
  std::string_view content_;
  std::size_t at_ = 0;
  bool unterminated_ = false;
  std::size_t counted_ = 0;
  std::uint64_t line_ = 1;
};

}  // namespace cqlbulk::formats::testing
