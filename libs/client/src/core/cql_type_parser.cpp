// Types as CQL writes them, in system_schema for instance: "frozen<map<text, my_type>>".
#include <charconv>
#include <string>

#include "core/text_cursor.hpp"
#include "core/type_names.hpp"
#include "cql/data_type.hpp"

namespace cql {
namespace {

constexpr bool is_word(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_';
}

class CqlTypeParser {
 public:
  CqlTypeParser(std::string_view text, const UdtLookup& udts) : cursor_(text, "CQL type"), udts_(udts) {}

  DataType parse() {
    DataType type = parse_type(0);
    cursor_.skip_spaces();
    if (!cursor_.at_end()) cursor_.fail("end of the type expected");
    return type;
  }

 private:
  DataType parse_type(std::size_t depth) {
    if (depth >= max_type_depth) cursor_.fail("types nested too deep");
    cursor_.skip_spaces();
    if (cursor_.peek() == '"') return user_type(quoted('"'));
    if (cursor_.peek() == '\'') return parse_marshal_class(quoted('\''));
    const std::string_view word = cursor_.take_while(is_word);
    if (word.empty()) cursor_.fail("a type expected");
    std::string name(word);
    for (char& letter : name) {
      if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
    }
    cursor_.skip_spaces();
    if (cursor_.peek() == '<') return parameterized(name, depth);
    if (const auto kind = native_type(name)) return DataType::scalar(*kind);
    // What system_schema says for the value column that compact tables without one have.
    if (name == "empty") return parse_marshal_class("org.apache.cassandra.db.marshal.EmptyType");
    return user_type(name);
  }

  DataType parameterized(std::string_view name, std::size_t depth) {
    cursor_.expect('<');
    if (name == "frozen") {
      DataType inner = parse_type(depth + 1);
      cursor_.expect('>');
      inner.frozen = true;
      return inner;
    }
    DataType type;
    type.kind = collection(name);
    do {
      if (type.kind == TypeKind::vector && type.children.size() == 1) {
        type.dimension = dimension();
        break;
      }
      type.children.push_back(parse_type(depth + 1));
    } while (cursor_.take(','));
    cursor_.expect('>');
    const std::size_t wanted = parameter_count(type.kind);
    if (wanted != 0 && type.children.size() != wanted) {
      cursor_.fail(fmt::format("{} takes {} types, not {}", name, wanted, type.children.size()));
    }
    if (type.kind == TypeKind::vector && type.dimension == 0) cursor_.fail("a vector needs its dimension");
    return type;
  }

  [[nodiscard]] TypeKind collection(std::string_view name) const {
    for (const TypeKind kind : {TypeKind::list, TypeKind::set, TypeKind::map, TypeKind::tuple, TypeKind::vector}) {
      if (to_string(kind) == name) return kind;
    }
    cursor_.fail(fmt::format("{} takes no types between angle brackets", name));
  }

  std::uint32_t dimension() {
    cursor_.skip_spaces();
    const std::string_view digits = cursor_.take_while(is_word);
    std::int32_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc{} || end != digits.data() + digits.size() || value < 1) {
      cursor_.fail("a vector's dimension must be a positive number");
    }
    return static_cast<std::uint32_t>(value);
  }

  [[nodiscard]] DataType user_type(std::string_view name) const {
    if (udts_) {
      if (auto type = udts_(name)) return *std::move(type);
    }
    cursor_.fail(fmt::format("unknown type {}", quote_identifier(name)));
  }

  /// Text between quotes, where a doubled quote stands for one.
  std::string quoted(char quote) {
    cursor_.advance();
    std::string text;
    for (;;) {
      if (cursor_.at_end()) cursor_.fail("closing quote expected");
      const char character = cursor_.peek();
      cursor_.advance();
      if (character == quote) {
        if (cursor_.peek() != quote || cursor_.at_end()) return text;
        cursor_.advance();
      }
      text += character;
    }
  }

  TextCursor cursor_;
  const UdtLookup& udts_;
};

}  // namespace

DataType parse_cql_type(std::string_view text, const UdtLookup& udts) { return CqlTypeParser(text, udts).parse(); }

}  // namespace cql
