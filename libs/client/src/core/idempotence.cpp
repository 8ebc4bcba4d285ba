// Looks at the words of a statement, outside of literals and comments. No parser of CQL: what cannot be told is
// judged as not repeatable where a wrong guess would write twice.
#include "cql/idempotence.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace cql {
namespace {

struct Word {
  std::string_view text;  ///< Without the quotes.
  bool quoted = false;    ///< A quoted identifier: case matters, and it is no keyword.
};

bool is_word_character(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

bool same_ignoring_case(std::string_view one, std::string_view other) {
  return std::equal(one.begin(), one.end(), other.begin(), other.end(), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == std::tolower(static_cast<unsigned char>(b));
  });
}

/// The words of a text, one after the other.
class Words {
 public:
  explicit Words(std::string_view cql) : rest_(cql) {}

  /// False after the last.
  bool next(Word& word) {
    while (!rest_.empty()) {
      if (rest_.starts_with("--") || rest_.starts_with("//")) {
        skip_past("\n");
      } else if (rest_.starts_with("/*")) {
        skip_past("*/");
      } else if (rest_.starts_with("$$")) {
        rest_.remove_prefix(2);
        skip_past("$$");
      } else if (rest_.front() == '\'') {
        // A doubled quote inside reads as one literal after another: the words are the same.
        rest_.remove_prefix(1);
        skip_past("'");
      } else if (rest_.front() == '"') {
        rest_.remove_prefix(1);
        word = {take(std::min(rest_.find('"'), rest_.size())), true};
        if (!rest_.empty()) rest_.remove_prefix(1);
        return true;
      } else if (is_word_character(rest_.front())) {
        const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_word_character);
        word = {take(static_cast<std::size_t>(end - rest_.begin())), false};
        return true;
      } else {
        rest_.remove_prefix(1);
      }
    }
    return false;
  }

  [[nodiscard]] bool bracket_follows() const {
    const std::size_t at = rest_.find_first_not_of(" \t\r\n");
    return at != std::string_view::npos && rest_[at] == '(';
  }

 private:
  std::string_view take(std::size_t size) {
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }
  void skip_past(std::string_view end) {
    const std::size_t at = rest_.find(end);
    rest_.remove_prefix(at == std::string_view::npos ? rest_.size() : at + end.size());
  }

  std::string_view rest_;
};

constexpr std::array<std::string_view, 6> changing_functions{"now",         "uuid",        "currenttimestamp",
                                                             "currentdate", "currenttime", "currenttimeuuid"};

// current_timestamp() is the newer spelling of currentTimestamp().
bool gives_another_value_each_time(std::string_view function) {
  std::string plain(function);
  std::erase(plain, '_');
  return std::any_of(changing_functions.begin(), changing_functions.end(),
                     [&](std::string_view name) { return same_ignoring_case(plain, name); });
}

bool names(const Word& word, const std::string& column) {
  return word.quoted ? word.text == column : same_ignoring_case(word.text, column);
}

// INSERT … JSON writes every column without naming any.
bool writes_unfrozen_list(std::string_view cql, const Table& table) {
  for (const Column& column : table.columns) {
    if (column.type.kind != TypeKind::list || column.type.frozen) continue;
    if (column.name.find('"') != std::string::npos) return true;  // Words does not undo doubled quotes
    Word word;
    for (Words words(cql); words.next(word);) {
      if (names(word, column.name) || (!word.quoted && same_ignoring_case(word.text, "JSON"))) return true;
    }
  }
  return false;
}

// A list or counter that is bound to something the schema does not know: a column or table newer than the metadata.
// "in(k)" is what an IN restriction calls its parameter.
bool is_unknown_risk(const ColumnSpec& parameter, const Table* table) {
  const bool risky = parameter.type.kind == TypeKind::list || parameter.type.kind == TypeKind::counter;
  return risky && (table == nullptr || table->column(parameter.name) == nullptr) && !parameter.name.starts_with("in(");
}

}  // namespace

bool is_read(std::string_view cql) {
  Word first;
  return Words(cql).next(first) && !first.quoted && same_ignoring_case(first.text, "SELECT");
}

bool is_safely_repeatable(std::string_view cql) {
  if (is_read(cql)) return true;
  Word word;
  for (Words words(cql); words.next(word);) {
    if (word.quoted) continue;
    if (same_ignoring_case(word.text, "IF")) return false;
    if (words.bracket_follows() && gives_another_value_each_time(word.text)) return false;
  }
  return true;
}

bool is_safely_repeatable(const PreparedStatement& statement, const Metadata& metadata) {
  const std::string& cql = statement.cql();
  if (is_read(cql)) return true;
  if (!is_safely_repeatable(cql)) return false;
  const Table* last = nullptr;  // most statements have one table
  for (const ColumnSpec& parameter : statement.parameters()) {
    const bool same = last != nullptr && last->name == parameter.table && last->keyspace == parameter.keyspace;
    if (!same) last = metadata.table(parameter.keyspace, parameter.table);
    if (is_unknown_risk(parameter, last)) return false;
    if (!same && last != nullptr && (last->is_counter || writes_unfrozen_list(cql, *last))) return false;
  }
  return true;
}

}  // namespace cql
