// The tokens of JSON.
#include "text/json_cursor.hpp"

#include <fmt/format.h>

#include "text/digits.hpp"

namespace cqlbulk::text {
namespace {

constexpr bool is_space(char character) {
  return character == ' ' || character == '\t' || character == '\n' || character == '\r';
}

void append_utf8(unsigned code, std::string& out) {
  const auto add = [&](unsigned byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    add(code);
  } else if (code < 0x800) {
    add(0xC0 | code >> 6U);
    add(0x80 | (code & 0x3FU));
  } else if (code < 0x10000) {
    add(0xE0 | code >> 12U);
    add(0x80 | (code >> 6U & 0x3FU));
    add(0x80 | (code & 0x3FU));
  } else {
    add(0xF0 | code >> 18U);
    add(0x80 | (code >> 12U & 0x3FU));
    add(0x80 | (code >> 6U & 0x3FU));
    add(0x80 | (code & 0x3FU));
  }
}

/// What the letter after a backslash stands for; 0 for letters that may not follow one, and for 'u'.
char escaped(char letter) {
  switch (letter) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case '"':
    case '\\':
    case '/':
      return letter;
    default:
      return '\0';
  }
}

}  // namespace

JsonCursor::Kind JsonCursor::peek() {
  skip_space();
  if (at_ == end_) return Kind::other;
  switch (*at_) {
    case '[':
      return Kind::array;
    case '{':
      return Kind::object;
    case '"':
      return Kind::string;
    case 't':
    case 'f':
      return Kind::boolean;
    case 'n':
      return Kind::null;
    default:
      return *at_ == '-' || is_digit(*at_) ? Kind::number : Kind::other;
  }
}

JsonCursor::Next JsonCursor::next(char close, bool first) {
  skip_space();
  if (take(close)) return Next::end;
  if (!first && !take(',')) {
    expected(close == ']' ? "a comma or ]" : "a comma or }");
    return Next::broken;
  }
  return Next::item;
}

bool JsonCursor::key(std::string_view& text, std::string_view& raw) {
  skip_space();
  if (at_ == end_ || *at_ != '"') return expected("a key in quotes");
  const char* const begin = at_ + 1;
  if (!string(text)) return false;
  raw = {begin, static_cast<std::size_t>(at_ - 1 - begin)};
  skip_space();
  return take(':') || expected("a colon");
}

bool JsonCursor::string(std::string_view& text) {
  const char* const begin = ++at_;
  while (at_ != end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20) ++at_;
  if (at_ != end_ && *at_ == '"') {
    text = {begin, static_cast<std::size_t>(at_ - begin)};
    ++at_;
    return true;
  }
  text_.assign(begin, at_);
  return unescape(text);
}

bool JsonCursor::unescape(std::string_view& text) {
  while (at_ != end_) {
    const char character = *at_;
    if (static_cast<unsigned char>(character) < 0x20) return expected("an escape instead of a control character");
    ++at_;
    if (character == '"') {
      text = text_;
      return true;
    }
    if (character != '\\') {
      text_ += character;
    } else if (take('u')) {
      if (!unescape_unicode()) return false;
    } else {
      const char plain = at_ == end_ ? '\0' : escaped(*at_);
      if (plain == '\0') return expected("an escape that JSON knows");
      text_ += plain;
      ++at_;
    }
  }
  return expected("the end of a string");
}

bool JsonCursor::unescape_unicode() {
  unsigned code = 0;
  if (!hexadecimal(code)) return false;
  if (code >= 0xD800 && code < 0xE000) {
    unsigned low = 0;
    if (code >= 0xDC00 || !take('\\') || !take('u')) return expected("a pair of surrogates");
    if (!hexadecimal(low)) return false;
    if (low < 0xDC00 || low >= 0xE000) return expected("a pair of surrogates");
    code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
  }
  append_utf8(code, text_);
  return true;
}

bool JsonCursor::hexadecimal(unsigned& code) {
  if (end_ - at_ < 4) return expected("four hexadecimal digits");
  const unsigned high = hex_byte(at_);
  const unsigned low = hex_byte(at_ + 2);
  if (high > 0xFF || low > 0xFF) return expected("four hexadecimal digits");
  code = high << 8U | low;
  at_ += 4;
  return true;
}

bool JsonCursor::number(std::string_view& token) {
  const char* const begin = at_;
  take('-');
  if (!take('0') && !take_digits()) return expected("a digit");
  if (take('.') && !take_digits()) return expected("a digit");
  if (take('e') || take('E')) {
    if (!take('+')) take('-');
    if (!take_digits()) return expected("a digit");
  }
  token = {begin, static_cast<std::size_t>(at_ - begin)};
  return true;
}

bool JsonCursor::word(std::string_view word) {
  if (!std::string_view(at_, static_cast<std::size_t>(end_ - at_)).starts_with(word)) return expected("a JSON value");
  at_ += word.size();
  return true;
}

bool JsonCursor::at_end() {
  skip_space();
  return at_ == end_;
}

std::string JsonCursor::problem() const {
  return fmt::format("not valid JSON: {} expected at character {}", expected_, at_ - begin_ + 1);
}

void JsonCursor::skip_space() {
  while (at_ != end_ && is_space(*at_)) ++at_;
}

bool JsonCursor::take(char character) {
  if (at_ == end_ || *at_ != character) return false;
  ++at_;
  return true;
}

bool JsonCursor::take_digits() {
  const char* const begin = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != begin;
}

bool JsonCursor::expected(const char* what) {
  expected_ = what;
  return false;
}

}  // namespace cqlbulk::text
