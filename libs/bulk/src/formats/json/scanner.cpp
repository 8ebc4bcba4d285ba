// Following strings and brackets through the chunks.
#include "formats/json/scanner.hpp"

#include <algorithm>
#include <cstring>

#include "formats/json/json.hpp"

namespace cqlbulk::formats {
namespace {

bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\r' || character == '\n';
}

}  // namespace

JsonScanner::JsonScanner(JsonForm form, std::uint64_t offset, std::uint64_t line, bool first)
    : form_(form), base_(offset), line_(line), array_line_(line), after_comma_(form == JsonForm::array && !first) {}

void JsonScanner::feed(const char* data, std::size_t size, Next next) {
  base_ += size_;
  data_ = data;
  size_ = size;
  position_ = 0;
  next_ = next;
}

std::optional<JsonScanner::Record> JsonScanner::next() { return form_ == JsonForm::lines ? next_line() : next_value(); }

std::optional<JsonScanner::Record> JsonScanner::next_line() {
  if (!in_record_) {
    if (!skip_space()) return std::nullopt;
    begin_record();
  }
  const void* const found = position_ < size_ ? std::memchr(data_ + position_, '\n', size_ - position_) : nullptr;
  if (found == nullptr) {
    position_ = size_;
    end_ = base_ + size_;
    return next_ != Next::more ? std::optional(end_record()) : std::nullopt;
  }
  position_ = static_cast<std::size_t>(static_cast<const char*>(found) - data_);
  end_ = base_ + position_;
  ++position_;
  ++line_;
  return end_record();
}

std::optional<JsonScanner::Record> JsonScanner::next_value() {
  for (;;) {
    if (in_string_) pass_string();
    if (in_string_ || !skip_space()) return next_ != Next::more ? at_end() : std::nullopt;
    // What stands outside all brackets in values is broken, and goes no further than its line.
    if (form_ == JsonForm::values && in_record_ && open_.empty() && fresh_line_) return end_record();
    if (array_ended_) {
      if (!text_after_array_) text_after_array_ = line_;
      position_ = size_;
      return std::nullopt;
    }
    if (auto record = structural(data_[position_])) return record;
  }
}

bool JsonScanner::skip_space() {
  for (; position_ < size_; ++position_) {
    const char character = data_[position_];
    if (!is_space(character)) return true;
    if (character != '\n') continue;
    ++line_;
    fresh_line_ = true;
  }
  return false;
}

void JsonScanner::pass_string() {
  for (; position_ < size_; ++position_) {
    const char character = data_[position_];
    if (character == '\n') {
      // No string holds one: this one was never closed. The line end is counted as any other.
      in_string_ = false;
      break;
    }
    if (escaped_) {
      escaped_ = false;
    } else if (character == '\\') {
      escaped_ = true;
    } else if (character == '"') {
      in_string_ = false;
      ++position_;
      break;
    }
  }
  if (!in_string_) escaped_ = false;
  previous_ = '"';
  end_ = base_ + position_;
}

std::optional<JsonScanner::Record> JsonScanner::structural(char character) {
  switch (character) {
    case '{':
    case '[':
      return open(character);
    case '}':
    case ']':
      return close(character);
    case ',':
      if (form_ != JsonForm::array || !open_.empty()) break;
      if (!in_record_) begin_record();  // Nothing stands between two commas.
      ++position_;
      after_comma_ = true;
      return end_record();
    case '"':
      in_string_ = true;
      string_line_ = line_;
      break;
    default:
      break;
  }
  if (!in_record_) begin_record();
  consume(character);
  return std::nullopt;
}

std::optional<JsonScanner::Record> JsonScanner::open(char character) {
  if (in_record_ && too_deep_ == 0) {
    const char within = open_.empty() ? '\0' : open_.back().open;
    const bool legal = within == '{' ? previous_ == ':' : within == '[' && (previous_ == '[' || previous_ == ',');
    if (!legal && character == '{' && fresh_line_) return end_record();
  }
  if (!in_record_) begin_record();
  if (open_.size() < most_json_nesting) {
    open_.push_back({character, line_});
  } else {
    ++too_deep_;
  }
  consume(character);
  return std::nullopt;
}

std::optional<JsonScanner::Record> JsonScanner::close(char character) {
  const bool of_array = character == ']' && form_ == JsonForm::array;
  if (of_array && !in_record_) return end_array();
  if (of_array && open_.empty()) {
    after_comma_ = false;
    return end_record();
  }
  if (!in_record_) begin_record();
  if (too_deep_ > 0) {
    --too_deep_;
    consume(character);
    return std::nullopt;
  }
  const char opened = character == ']' ? '[' : '{';
  const auto found = std::find_if(open_.rbegin(), open_.rend(), [&](const Bracket& b) { return b.open == opened; });
  const std::uint64_t before = end_;
  const bool closes = found != open_.rend();
  if (closes) open_.erase(found.base() - 1, open_.end());
  consume(character);
  if (of_array && !closes) {
    stray_end_ = end_;
    before_stray_ = before;
  }
  if (closes && open_.empty() && form_ == JsonForm::values) return end_record();
  return std::nullopt;
}

std::optional<JsonScanner::Record> JsonScanner::end_array() {
  if (after_comma_) {  // Nothing stands between the last comma and the array's end.
    after_comma_ = false;
    begin_record();
    return end_record();
  }
  array_ended_ = true;
  ++position_;
  return std::nullopt;
}

std::optional<JsonScanner::Record> JsonScanner::at_end() {
  if (next_ == Next::border) return in_record_ ? std::optional(end_record()) : std::nullopt;
  if (in_string_) {
    unclosed_ = {string_line_, "string"};
  } else if (in_record_ && stray_end_ == end_) {
    // "[{...]": the bracket that closed nothing was the array's.
    end_ = before_stray_;
    array_ended_ = true;
    return end_record();
  } else if (!open_.empty()) {
    unclosed_ = {open_.front().line, open_.front().open == '{' ? "object" : "array"};
  } else if (in_record_) {
    after_comma_ = false;
    return end_record();
  } else if (form_ == JsonForm::array && !array_ended_) {
    unclosed_ = {array_line_, "array"};
  }
  return std::nullopt;
}

void JsonScanner::begin_record() {
  in_record_ = true;
  begin_ = end_ = base_ + position_;
  begin_line_ = line_;
  previous_ = '\0';
  stray_end_ = 0;
}

void JsonScanner::consume(char character) {
  previous_ = character;
  fresh_line_ = false;
  ++position_;
  end_ = base_ + position_;
}

JsonScanner::Record JsonScanner::end_record() {
  in_record_ = false;
  open_.clear();
  too_deep_ = 0;
  return {begin_, end_, base_ + position_, begin_line_, line_};
}

}  // namespace cqlbulk::formats
