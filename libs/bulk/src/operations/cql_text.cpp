// One pass: comments out, tokens in. Rules as in Cassandra's Lexer.g.
#include "operations/cql_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

namespace {

bool starts_word(char c) { return std::isalpha(static_cast<unsigned char>(c)) != 0; }
bool in_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
char lower(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

[[noreturn]] void unterminated(std::string_view what, std::string_view from) {
  throw Error(ErrorClass::usage, fmt::format("the CQL has {} that does not end: {}", what, from.substr(0, 40)));
}

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  CqlText run() {
    while (at_ < source_.size()) step();
    return std::move(out_);
  }

 private:
  [[nodiscard]] std::string_view rest() const { return source_.substr(at_); }

  void step() {
    const char c = source_[at_];
    if (rest().starts_with("--") || rest().starts_with("//")) {
      at_ = std::min(source_.find('\n', at_), source_.size());
      out_.text += ' ';
    } else if (rest().starts_with("/*")) {
      const std::size_t end = source_.find("*/", at_ + 2);
      if (end == std::string_view::npos) unterminated("a comment", rest());
      at_ = end + 2;
      out_.text += ' ';
    } else if (std::isspace(static_cast<unsigned char>(c)) != 0) {
      out_.text += c;
      ++at_;
    } else if (c == '\'') {
      take(CqlToken::Kind::string, quoted('\'', "a string"));
    } else if (c == '"') {
      take(CqlToken::Kind::quoted_name, quoted('"', "a quoted name"));
    } else if (rest().starts_with("$$")) {
      const std::size_t end = source_.find("$$", at_ + 2);
      if (end == std::string_view::npos) unterminated("a string", rest());
      take(CqlToken::Kind::string, end + 2 - at_);
    } else if (starts_word(c)) {
      take(CqlToken::Kind::word, run_of(in_word));
    } else if (is_digit(c)) {
      take(CqlToken::Kind::number, run_of([](char d) { return in_word(d) || d == '.'; }));
    } else if (c == '?') {
      take(CqlToken::Kind::marker, 1);
    } else if (c == ':' && at_ + 1 < source_.size() && (starts_word(source_[at_ + 1]) || source_[at_ + 1] == '"')) {
      ++at_;
      const std::size_t length = source_[at_] == '"' ? quoted('"', "a quoted name") : run_of(in_word);
      --at_;
      take(CqlToken::Kind::marker, length + 1);
    } else {
      take(CqlToken::Kind::symbol, 1);
    }
  }

  /// Length of the quoted thing that starts here; the quote is doubled inside.
  std::size_t quoted(char quote, std::string_view what) {
    std::size_t end = at_ + 1;
    for (;; ++end) {
      end = source_.find(quote, end);
      if (end == std::string_view::npos) unterminated(what, rest());
      if (end + 1 < source_.size() && source_[end + 1] == quote) {
        ++end;
        continue;
      }
      return end + 1 - at_;
    }
  }

  template <typename Belongs>
  [[nodiscard]] std::size_t run_of(Belongs belongs) const {
    std::size_t end = at_;
    while (end < source_.size() && belongs(source_[end])) ++end;
    return end - at_;
  }

  void take(CqlToken::Kind kind, std::size_t length) {
    out_.tokens.push_back({kind, out_.text.size(), out_.text.size() + length});
    out_.text += source_.substr(at_, length);
    at_ += length;
  }

  std::string_view source_;
  std::size_t at_ = 0;
  CqlText out_;
};

}  // namespace

std::string CqlText::slice(std::size_t first, std::size_t last) const {
  if (first >= last) return {};
  return text.substr(tokens[first].begin, tokens[last - 1].end - tokens[first].begin);
}

bool CqlText::is_word(std::size_t index, std::string_view keyword) const {
  if (index >= tokens.size() || tokens[index].kind != CqlToken::Kind::word) return false;
  const std::string_view word = of(tokens[index]);
  return std::equal(word.begin(), word.end(), keyword.begin(), keyword.end(),
                    [](char a, char b) { return lower(a) == b; });
}

bool CqlText::is_symbol(std::size_t index, char symbol) const {
  return index < tokens.size() && tokens[index].kind == CqlToken::Kind::symbol && of(tokens[index]).front() == symbol;
}

std::string CqlText::name(std::size_t index) const {
  if (index >= tokens.size()) return {};
  std::string result(of(tokens[index]));
  if (tokens[index].kind == CqlToken::Kind::word) {
    std::transform(result.begin(), result.end(), result.begin(), lower);
    return result;
  }
  if (tokens[index].kind != CqlToken::Kind::quoted_name) return {};
  std::string unquoted;
  for (std::size_t i = 1; i + 1 < result.size(); ++i) {
    unquoted += result[i];
    if (result[i] == '"') ++i;
  }
  return unquoted;
}

std::size_t CqlText::after_bracket(std::size_t index) const {
  int depth = 0;
  for (; index < tokens.size(); ++index) {
    if (tokens[index].kind != CqlToken::Kind::symbol) continue;
    const char symbol = of(tokens[index]).front();
    if (symbol == '(' || symbol == '[' || symbol == '{') ++depth;
    if ((symbol == ')' || symbol == ']' || symbol == '}') && --depth <= 0) return index + 1;
  }
  return tokens.size();
}

std::string marker_name(std::string_view marker) { return read_cql(marker.substr(1)).name(0); }

CqlText read_cql(std::string_view statement) { return Lexer(statement).run(); }

}  // namespace cqlbulk::operations
