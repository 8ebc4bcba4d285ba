// CQL as words: just enough of a lexer to find the clauses of a SELECT without being fooled by strings, quoted names
// and comments. It does not know the grammar; the server does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cqlbulk::operations {

struct CqlToken {
  enum class Kind {
    word,         ///< An unquoted name or keyword.
    quoted_name,  ///< "Name"
    string,       ///< 'text' or $$text$$
    number,       ///< Whatever starts with a digit: 1.5e3, 0xcafe, 12h30m, the start of a UUID.
    marker,       ///< ? or :name
    symbol,       ///< One character of anything else.
  };
  Kind kind = Kind::symbol;
  std::size_t begin = 0;  ///< Offsets into CqlText::text.
  std::size_t end = 0;
};

/// A statement without its comments (each became a space), and its tokens in order.
struct CqlText {
  std::string text;
  std::vector<CqlToken> tokens;

  [[nodiscard]] std::string_view of(const CqlToken& token) const {
    return std::string_view(text).substr(token.begin, token.end - token.begin);
  }
  /// The text of the tokens in [first, last), as written; empty when there are none.
  [[nodiscard]] std::string slice(std::size_t first, std::size_t last) const;
  /// True when token `index` is this keyword (lower case), unquoted and in any case.
  [[nodiscard]] bool is_word(std::size_t index, std::string_view keyword) const;
  [[nodiscard]] bool is_symbol(std::size_t index, char symbol) const;
  /// The name that a word or quoted name stands for: folded to lower case, or unquoted; empty for other tokens.
  [[nodiscard]] std::string name(std::size_t index) const;
  /// The index after the bracket that closes the one at `index`, or tokens.size().
  [[nodiscard]] std::size_t after_bracket(std::size_t index) const;
};

/// What the marker :name or :"Name" is called; empty for "?".
[[nodiscard]] std::string marker_name(std::string_view marker);

/// Throws Error{usage} for a string, quoted name or comment that does not end.
[[nodiscard]] CqlText read_cql(std::string_view statement);

}  // namespace cqlbulk::operations
