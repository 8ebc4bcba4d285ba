#include "replay_server/statement.hpp"

#include <charconv>
#include <utility>

#include "cql/error.hpp"

namespace cql::replay {

namespace {

struct Lexeme {
  enum class Kind : std::uint8_t { word, name, number, text, marker, symbol, end };
  Kind kind = Kind::end;
  std::string text;  ///< Words in lower case; a quoted name as it is; a marker's name.
};

bool is_word(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::invalid, "the replay server does not serve this: " + what);
}

class Lexer {
 public:
  explicit Lexer(std::string_view cql) : left_(cql) {}

  Lexeme next() {
    while (!left_.empty() && (left_.front() == ' ' || left_.front() == '\n' || left_.front() == '\t' ||
                              left_.front() == '\r' || left_.front() == ';')) {
      left_.remove_prefix(1);
    }
    if (left_.empty()) return {};
    const char first = left_.front();
    if (first == '"' || first == '\'') return quoted(first);
    if (first == '?') return {Lexeme::Kind::marker, take(1)};
    if (first == ':') {
      left_.remove_prefix(1);
      return {Lexeme::Kind::marker, lowered(take(word_size(0)))};
    }
    if (is_digit(first) || (first == '-' && left_.size() > 1 && is_digit(left_[1]))) {
      return {Lexeme::Kind::number, take(word_size(1))};
    }
    if (is_word(first)) return {Lexeme::Kind::word, lowered(take(word_size(0)))};
    const bool two = left_.size() > 1 && (first == '<' || first == '>') && left_[1] == '=';
    return {Lexeme::Kind::symbol, take(two ? 2 : 1)};
  }

 private:
  std::size_t word_size(std::size_t from) const {
    while (from < left_.size() && is_word(left_[from])) ++from;
    return from;
  }
  std::string take(std::size_t size) {
    std::string text(left_.substr(0, size));
    left_.remove_prefix(size);
    return text;
  }
  static std::string lowered(std::string text) {
    for (char& c : text) c = lower(c);
    return text;
  }
  Lexeme quoted(char quote) {
    std::string text;
    for (std::size_t at = 1; at < left_.size(); ++at) {
      if (left_[at] != quote) {
        text += left_[at];
      } else if (at + 1 < left_.size() && left_[at + 1] == quote) {
        text += left_[at++];
      } else {
        left_.remove_prefix(at + 1);
        return {quote == '"' ? Lexeme::Kind::name : Lexeme::Kind::text, std::move(text)};
      }
    }
    refuse("a quote that does not end");
  }

  std::string_view left_;
};

class Parser {
 public:
  explicit Parser(std::string_view cql) : lexer_(cql) { step(); }

  Statement parse() {
    const std::string verb = word();
    if (verb == "select") {
      select();
    } else if (verb == "insert") {
      expect("into");
      insert();
    } else if (verb == "update") {
      table_name();
      rest_of_write();
    } else if (verb == "delete") {
      while (!at("from")) skip();
      expect("from");
      table_name();
      rest_of_write();
    } else if (verb == "truncate") {
      statement_.kind = Statement::Kind::write;
      if (at("table")) step();
      table_name();
    } else if (verb == "use") {
      statement_.kind = Statement::Kind::use;
      statement_.table = name();
    } else {
      refuse("statements that begin with " + verb);
    }
    return std::move(statement_);
  }

 private:
  void step() { at_ = lexer_.next(); }
  void skip() {
    if (at_.kind == Lexeme::Kind::end) refuse("a statement that breaks off");
    step();
  }
  bool at(std::string_view text) const {
    return at_.text == text && (at_.kind == Lexeme::Kind::word || at_.kind == Lexeme::Kind::symbol);
  }
  void expect(std::string_view text) {
    if (!at(text)) refuse("\"" + at_.text + "\" where " + std::string(text) + " is due");
    step();
  }
  std::string word() {
    if (at_.kind != Lexeme::Kind::word) refuse("\"" + at_.text + "\"");
    std::string text = at_.text;
    step();
    return text;
  }
  std::string name() {
    if (at_.kind != Lexeme::Kind::word && at_.kind != Lexeme::Kind::name) refuse("\"" + at_.text + "\" as a name");
    std::string text = at_.text;
    step();
    return text;
  }
  void table_name() {
    statement_.table = name();
    if (!at(".")) return;
    step();
    statement_.keyspace = std::exchange(statement_.table, name());
  }

  void select() {
    selection();
    expect("from");
    table_name();
    if (at("where")) {
      do {
        step();
        condition();
      } while (at("and"));
    }
    if (at("limit")) {
      step();
      statement_.limit = operand({"[limit]", {}, Marker::Kind::limit});
    }
    if (at("allow")) {
      step();
      expect("filtering");
    }
    if (at_.kind != Lexeme::Kind::end) refuse("a SELECT with " + at_.text);
  }

  void selection() {
    if (at("*")) return step();
    std::string column = name();
    if (column == "count" && at("(")) {
      skip();
      skip();
      expect(")");
      statement_.count = true;
      return;
    }
    for (;;) {
      if (at("(")) refuse("the function " + column);
      statement_.columns.push_back(std::move(column));
      if (!at(",")) return;
      step();
      column = name();
    }
  }

  void condition() {
    Condition made;
    made.column = name();
    if (made.column == "token" && at("(")) {
      while (!at(")")) skip();
      step();
      made.column.clear();
    }
    made.compare = comparison();
    if (!made.column.empty() && made.compare != Condition::Compare::equal) refuse("a range of " + made.column);
    made.operand = made.column.empty() ? operand({"partition key token", {}, Marker::Kind::token})
                                       : operand({made.column, made.column, Marker::Kind::column});
    statement_.conditions.push_back(std::move(made));
  }

  Condition::Compare comparison() {
    using Compare = Condition::Compare;
    const std::string text = at_.text;
    skip();
    if (text == "=") return Compare::equal;
    if (text == "<") return Compare::less;
    if (text == "<=") return Compare::less_equal;
    if (text == ">") return Compare::greater;
    if (text == ">=") return Compare::greater_equal;
    refuse("the comparison " + text);
  }

  Operand operand(Marker marker) {
    Operand made;
    if (at_.kind == Lexeme::Kind::marker) {
      made.marker = add(std::move(marker));
    } else if (at_.kind == Lexeme::Kind::text && marker.column == "key") {
      // system.local WHERE key = 'local'
    } else {
      const auto [end, error] = std::from_chars(at_.text.data(), at_.text.data() + at_.text.size(), made.number);
      if (at_.kind != Lexeme::Kind::number || error != std::errc() || end != at_.text.data() + at_.text.size()) {
        refuse("the value " + at_.text);
      }
    }
    step();
    return made;
  }

  std::size_t add(Marker marker) {
    if (at_.text != "?") marker.name = at_.text;
    statement_.markers.push_back(std::move(marker));
    return statement_.markers.size() - 1;
  }

  void insert() {
    statement_.kind = Statement::Kind::write;
    table_name();
    expect("(");
    std::vector<std::string> columns{name()};
    while (at(",")) {
      step();
      columns.push_back(name());
    }
    expect(")");
    expect("values");
    expect("(");
    for (std::size_t value = 0, depth = 0; depth != 0 || !at(")"); skip()) {
      if (at("(") || at("{") || at("[")) ++depth;
      if (at(")") || at("}") || at("]")) --depth;
      if (at(",") && depth == 0) ++value;
      if (at_.kind != Lexeme::Kind::marker) continue;
      if (value >= columns.size()) refuse("more values than columns");
      add({columns[value], columns[value], Marker::Kind::column});
    }
    step();
    rest_of_write();
  }

  // USING, SET and WHERE: only the markers matter, each named by the last word before it.
  void rest_of_write() {
    statement_.kind = Statement::Kind::write;
    std::string last;
    for (; at_.kind != Lexeme::Kind::end; step()) {
      if (at_.kind == Lexeme::Kind::word || at_.kind == Lexeme::Kind::name) last = at_.text;
      if (at_.kind != Lexeme::Kind::marker) continue;
      if (last == "timestamp") {
        add({"[timestamp]", {}, Marker::Kind::timestamp});
      } else if (last == "ttl") {
        add({"[ttl]", {}, Marker::Kind::ttl});
      } else {
        add({last, last, Marker::Kind::column});
      }
    }
  }

  Lexer lexer_;
  Lexeme at_;
  Statement statement_;
};

}  // namespace

Statement parse_statement(std::string_view cql) { return Parser(cql).parse(); }

}  // namespace cql::replay
