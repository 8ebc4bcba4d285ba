// Laying out JSON text; only strings and brackets are looked at.
#include "formats/json/layout.hpp"

namespace cqlbulk::formats {
namespace {

/// The string that begins at `begin`, its quotes included; up to the end where it is not closed.
std::string_view string_at(std::string_view text, std::size_t begin) {
  for (std::size_t at = begin + 1; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return text.substr(begin, at + 1 - begin);
    }
  }
  return text.substr(begin);
}

void start_line(std::size_t level, std::string& out) {
  out += '\n';
  out.append(2 * level, ' ');
}

}  // namespace

std::string on_one_line(std::string_view text) {
  if (text.find_first_of("\r\n") == std::string_view::npos) return std::string(text);
  std::string line;
  line.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char character = text[at];
    if (character == '"') {
      const std::string_view string = string_at(text, at);
      for (const char inside : string) {
        if (inside == '\n') {
          line += "\\n";
        } else if (inside == '\r') {
          line += "\\r";
        } else {
          line += inside;
        }
      }
      at += string.size() - 1;
    } else if (character != ' ' && character != '\t' && character != '\r' && character != '\n') {
      line += character;
    } else if (!line.empty() && line.back() != ' ') {
      line += ' ';
    }
  }
  return line;
}

void append_indented(std::string_view json, std::size_t level, std::string& out) {
  for (std::size_t at = 0; at < json.size(); ++at) {
    const char character = json[at];
    const bool empty = at + 1 < json.size() && (json[at + 1] == '}' || json[at + 1] == ']');
    switch (character) {
      case '{':
      case '[':
        out += character;
        if (empty) {
          out += json[++at];
        } else {
          start_line(++level, out);
        }
        break;
      case '}':
      case ']':
        start_line(--level, out);
        out += character;
        break;
      case ',':
        out += character;
        start_line(level, out);
        break;
      case ':':
        out += ": ";
        break;
      case '"': {
        const std::string_view string = string_at(json, at);
        out += string;
        at += string.size() - 1;
        break;
      }
      default:
        out += character;
    }
  }
}

}  // namespace cqlbulk::formats
