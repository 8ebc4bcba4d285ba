// Walking over quotes and line ends only: with a delimiter of one character, whether a quote opens a field shows in the
// byte before it, so that the delimiters themselves need not be visited.
#include "formats/csv/scanner.hpp"

#include <algorithm>
#include <cstring>

#include "formats/csv/csv.hpp"

namespace cqlbulk::formats {
namespace {

std::string special_characters(const CsvOptions& options) {
  std::string characters = "\r\n";
  if (options.quote != 0) characters += options.quote;
  if (options.escape != 0) characters += options.escape;
  const bool every_field = options.delimiter.size() > 1 || options.trim != CsvOptions::Trim::none;
  if (every_field && options.quote != 0) characters += options.delimiter.front();
  return characters;
}

}  // namespace

CsvScanner::CsvScanner(const CsvOptions& options, bool blank_is_record, std::uint64_t offset, std::uint64_t line)
    : options_(options),
      blank_is_record_(blank_is_record),
      specials_(special_characters(options)),
      cursor_(specials_, nullptr, 0),
      base_(offset),
      line_(line),
      record_begin_(offset),
      field_begin_(offset) {}

void CsvScanner::feed(const char* data, std::size_t size, bool last) {
  base_ += consumed_;
  data_ = data;
  size_ = size;
  last_ = last;
  const std::size_t look_ahead = std::max<std::size_t>(1, options_.delimiter.size() - 1);
  limit_ = last ? size : size - std::min(size, look_ahead);
  position_ = 0;
  consumed_ = 0;
  cursor_ = CsvCursor(specials_, data, size);
}

std::optional<CsvScanner::Record> CsvScanner::next() {
  for (;;) {
    if (at_line_start_) {
      if (position_ >= limit_) return use_up();
      state_ = options_.comment != 0 && data_[position_] == options_.comment ? State::comment : State::plain;
      at_line_start_ = false;
    }
    const std::size_t place = cursor_.next();
    if (place >= limit_) return use_up();
    const char character = data_[place];
    const bool line_end = character == '\n' || character == '\r';
    position_ = place + 1;
    if (state_ == State::quoted) {
      inside_quotes(place, character);
    } else if (line_end) {
      if (end_line(place)) return record_;
    } else if (state_ == State::plain && character == options_.quote) {
      if (quote_opens(place)) {
        state_ = State::quoted;
        quote_line_ = line_;
      }
    } else if (state_ == State::plain && character == options_.delimiter.front()) {
      pass_delimiter(place);
    }
  }
}

bool CsvScanner::quote_opens(std::size_t place) const {
  const std::uint64_t offset = base_ + place;
  if (options_.trim != CsvOptions::Trim::none) return only_blanks_before(place);
  if (options_.delimiter.size() > 1) return offset == field_begin_;
  return offset == record_begin_ || (place > 0 ? data_[place - 1] : previous_) == options_.delimiter.front();
}

bool CsvScanner::only_blanks_before(std::size_t place) const {
  if (field_begin_ < base_ && !blanks_so_far_) return false;
  const std::size_t begin = field_begin_ < base_ ? 0 : static_cast<std::size_t>(field_begin_ - base_);
  return std::all_of(data_ + begin, data_ + std::max(begin, place),
                     [this](char character) { return is_csv_blank(options_, character); });
}

void CsvScanner::pass_delimiter(std::size_t place) {
  const std::string& delimiter = options_.delimiter;
  if (size_ - place < delimiter.size() || std::memcmp(data_ + place, delimiter.data(), delimiter.size()) != 0) return;
  go_to(place + delimiter.size());
  field_begin_ = base_ + position_;
}

void CsvScanner::inside_quotes(std::size_t place, char character) {
  const bool more = place + 1 < size_;
  if (character == options_.quote) {
    if (more && data_[place + 1] == options_.quote) {
      go_to(place + 2);
    } else {
      state_ = State::plain;
    }
  } else if (character == options_.escape && options_.escape != 0) {
    if (!more) return;
    const char taken = data_[place + 1];
    if (taken == '\r' || taken == '\n') ++line_;
    go_to(place + 2);
  } else if (character == '\r' || (character == '\n' && (place > 0 ? data_[place - 1] : previous_) != '\r')) {
    ++line_;
  }
}

bool CsvScanner::end_line(std::size_t place) {
  const bool blank = base_ + place == record_begin_;
  const bool is_record = state_ == State::plain && (!blank || blank_is_record_);
  if (data_[place] == '\r' && place + 1 < size_ && data_[place + 1] == '\n') go_to(place + 2);
  record_ = {record_begin_, base_ + position_};
  record_begin_ = field_begin_ = record_.end;
  ++line_;
  at_line_start_ = true;
  return is_record;
}

std::optional<CsvScanner::Record> CsvScanner::use_up() {
  consumed_ = std::max(position_, limit_);
  if (consumed_ != 0) previous_ = data_[consumed_ - 1];
  if (options_.trim != CsvOptions::Trim::none) blanks_so_far_ = only_blanks_before(consumed_);
  position_ = consumed_;
  limit_ = consumed_;
  const std::uint64_t end = base_ + consumed_;
  if (!last_ || state_ != State::plain || record_begin_ == end) return std::nullopt;
  // The last record needs no line end.
  record_ = {record_begin_, end};
  record_begin_ = end;
  return record_;
}

void CsvScanner::go_to(std::size_t place) {
  position_ = place;
  cursor_.skip_to(place);
}

}  // namespace cqlbulk::formats
