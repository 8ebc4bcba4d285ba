// Splitting records into fields, visiting only the bytes that can end or change something.
#include "formats/csv/splitter.hpp"

#include <cstring>

#include "formats/csv/csv.hpp"

namespace cqlbulk::formats {
namespace {

std::string special_characters(const CsvOptions& options) {
  std::string characters = "\r\n";
  characters += options.delimiter.front();
  if (options.quote != 0) characters += options.quote;
  if (options.escape != 0) characters += options.escape;
  return characters;
}

bool is_line_end(char character) { return character == '\n' || character == '\r'; }

}  // namespace

CsvSplitter::CsvSplitter(const CsvOptions& options, bool blank_is_record, std::size_t most_fields)
    : delimiter_(options.delimiter),
      quote_(options.quote),
      escape_(options.escape == options.quote ? '\0' : options.escape),
      comment_(options.comment),
      blank_is_record_(blank_is_record),
      trims_(options.trim != CsvOptions::Trim::none),
      blanks_{is_csv_blank(options, ' ') ? ' ' : '\t', is_csv_blank(options, '\t') ? '\t' : ' '},
      most_fields_(most_fields),
      specials_(special_characters(options)),
      cursor_(specials_, nullptr, 0) {}

void CsvSplitter::reset(const char* data, std::size_t size, bool last) {
  data_ = data;
  size_ = size;
  last_ = last;
  position_ = 0;
  cursor_ = CsvCursor(specials_, data, size);
}

CsvSplitter::Found CsvSplitter::next() {
  begin_ = position_;
  lines_ = 0;
  if (position_ == size_) return last_ ? Found::end : Found::incomplete;
  if (in_comment_ || (comment_ != 0 && data_[position_] == comment_)) return comment();
  fields_.clear();
  field_count_ = 0;
  std::size_t at = position_;
  for (;;) {
    switch (field(at)) {
      case Step::field:
        continue;
      case Step::incomplete:
        position_ = begin_;
        return Found::incomplete;
      case Step::unterminated:
        return Found::unterminated;
      case Step::record:
        return begin_ == end_ && !blank_is_record_ ? Found::nothing : Found::record;
    }
  }
}

CsvSplitter::Found CsvSplitter::comment() {
  std::size_t place = cursor_.next();
  while (place < size_ && !is_line_end(data_[place])) place = cursor_.next();
  in_comment_ = (place == size_ && !last_) || end_record(place) != Step::record;
  if (!in_comment_) return Found::nothing;
  // What has been seen of it is not needed again.
  position_ = place;
  return Found::incomplete;
}

std::size_t CsvSplitter::after_blanks(std::size_t place) const {
  if (!trims_) return place;
  while (place < size_ && is_blank(data_[place])) ++place;
  return place;
}

CsvSplitter::Step CsvSplitter::field(std::size_t& begin) {
  if (trims_) {
    const std::size_t text = after_blanks(begin);
    if (text == size_ && !last_) return Step::incomplete;
    if (text < size_ && data_[text] == quote_ && quote_ != 0) {
      begin = text;
      return quoted_field(begin);
    }
  } else if (begin < size_ && data_[begin] == quote_ && quote_ != 0) {
    return quoted_field(begin);
  }
  Field plain;
  plain.begin = begin;
  return unquoted_rest(begin, plain);
}

CsvSplitter::Step CsvSplitter::unquoted_rest(std::size_t& begin, Field& field) {
  for (;;) {
    const std::size_t place = cursor_.next();
    if (place == size_) {
      if (!last_) return Step::incomplete;
    } else if (!is_line_end(data_[place])) {
      if (data_[place] != delimiter_[0]) continue;
      if (!delimiter_at(place)) continue;
      if (!field.quoted) field.size = place - field.begin;
      keep(field);
      begin = delimiter_.size() == 1 ? place + 1 : go_to(place + delimiter_.size());
      return Step::field;
    }
    if (!field.quoted) field.size = place - field.begin;
    keep(field);
    return end_record(place);
  }
}

CsvSplitter::Step CsvSplitter::quoted_field(std::size_t& begin) {
  Field field;
  field.begin = begin + 1;
  field.quoted = true;
  quote_line_ = lines_;
  cursor_.skip_to(begin + 1);
  for (;;) {
    const std::size_t place = cursor_.next();
    if (place == size_) return last_ ? Step::unterminated : Step::incomplete;
    const bool more = place + 1 < size_;
    if (!more && !last_) return Step::incomplete;
    const char character = data_[place];
    if (character == quote_) {
      if (!more || data_[place + 1] != quote_) {
        field.size = place - field.begin;
        break;
      }
      field.escaped = true;
      cursor_.skip_to(place + 2);
    } else if (character == escape_ && escape_ != 0) {
      if (!more) return Step::unterminated;
      field.escaped = true;
      if (is_line_end(data_[place + 1])) ++lines_;
      cursor_.skip_to(place + 2);
    } else if (character == '\r' || (character == '\n' && data_[place - 1] != '\r')) {
      ++lines_;
    }
  }
  const std::size_t after = after_blanks(field.begin + field.size + 1);
  field.malformed = after < size_ && !is_line_end(data_[after]) && !delimiter_at(after);
  return unquoted_rest(begin, field);
}

bool CsvSplitter::delimiter_at(std::size_t place) const {
  // One that the buffer's end cuts through is none yet: the record is incomplete then, and looked at again.
  return size_ - place >= delimiter_.size() && std::memcmp(data_ + place, delimiter_.data(), delimiter_.size()) == 0;
}

CsvSplitter::Step CsvSplitter::end_record(std::size_t place) {
  end_ = place;
  position_ = place;
  if (place == size_) return Step::record;
  ++lines_;
  position_ = place + 1;
  if (data_[place] != '\r') return Step::record;
  if (position_ == size_) return last_ ? Step::record : Step::incomplete;
  if (data_[position_] == '\n') position_ = go_to(position_ + 1);
  return Step::record;
}

void CsvSplitter::keep(const Field& field) {
  if (field_count_ < most_fields_) fields_.push_back(field);
  ++field_count_;
}

std::string_view CsvSplitter::text(const Field& field, std::string& scratch) const {
  const std::string_view raw(data_ + field.begin, field.size);
  if (!field.escaped) return raw;
  scratch.clear();
  for (std::size_t i = 0; i < raw.size(); ++i) {
    // Inside quotes a quote stands in pairs.
    if (raw[i] == quote_ || (raw[i] == escape_ && escape_ != 0)) ++i;
    if (i < raw.size()) scratch += raw[i];
  }
  return scratch;
}

}  // namespace cqlbulk::formats
