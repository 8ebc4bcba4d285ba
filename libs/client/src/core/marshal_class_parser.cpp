// Types as the server's Java classes: "org.apache.cassandra.db.marshal.MapType(…UTF8Type,…Int32Type)". That is how
// custom types travel, vectors among them.
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "core/text_cursor.hpp"
#include "core/type_names.hpp"
#include "cql/data_type.hpp"

namespace cql {
namespace {

constexpr std::string_view package = "org.apache.cassandra.db.marshal.";

constexpr auto scalar_classes = std::to_array<std::pair<std::string_view, TypeKind>>({
    {"AsciiType", TypeKind::ascii},
    {"LongType", TypeKind::bigint},
    {"BytesType", TypeKind::blob},
    {"BooleanType", TypeKind::boolean},
    {"CounterColumnType", TypeKind::counter},
    {"DecimalType", TypeKind::decimal},
    {"DoubleType", TypeKind::double_},
    {"FloatType", TypeKind::float_},
    {"Int32Type", TypeKind::int_},
    {"TimestampType", TypeKind::timestamp},
    {"DateType", TypeKind::timestamp},  // The class that TimestampType replaced; same bytes.
    {"UUIDType", TypeKind::uuid},
    {"UTF8Type", TypeKind::text},
    {"IntegerType", TypeKind::varint},
    {"TimeUUIDType", TypeKind::timeuuid},
    {"InetAddressType", TypeKind::inet},
    {"SimpleDateType", TypeKind::date},
    {"TimeType", TypeKind::time},
    {"ShortType", TypeKind::smallint},
    {"ByteType", TypeKind::tinyint},
    {"DurationType", TypeKind::duration},
});

constexpr bool is_class_character(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9') || character == '_' || character == '.' || character == '$' ||
         character == '-' || character == '+';
}

class MarshalClassParser {
 public:
  explicit MarshalClassParser(std::string_view text) : cursor_(text, "marshal class") {}

  DataType parse() {
    DataType type = parse_type(0);
    cursor_.skip_spaces();
    if (!cursor_.at_end()) cursor_.fail("end of the class expected");
    return type;
  }

 private:
  DataType parse_type(std::size_t depth) {
    if (depth >= max_type_depth) cursor_.fail("types nested too deep");
    cursor_.skip_spaces();
    const std::size_t start = cursor_.position();
    std::string_view name = cursor_.take_while(is_class_character);
    if (name.empty()) cursor_.fail("a class expected");
    if (name.starts_with(package)) name.remove_prefix(package.size());

    for (const auto& [scalar, kind] : scalar_classes) {
      if (name == scalar) return DataType::scalar(kind);
    }
    if (name == "ListType") return with_parameters(TypeKind::list, depth);
    if (name == "SetType") return with_parameters(TypeKind::set, depth);
    if (name == "MapType") return with_parameters(TypeKind::map, depth);
    if (name == "TupleType") return with_parameters(TypeKind::tuple, depth);
    if (name == "VectorType") return vector_type(depth);
    if (name == "UserType") return user_type(depth);
    if (name == "ReversedType") return wrapped(depth);
    if (name == "FrozenType") {
      DataType inner = wrapped(depth);
      inner.frozen = true;
      return inner;
    }
    return custom(start);
  }

  DataType wrapped(std::size_t depth) {
    cursor_.expect('(');
    DataType inner = parse_type(depth + 1);
    cursor_.expect(')');
    return inner;
  }

  DataType with_parameters(TypeKind kind, std::size_t depth) {
    DataType type = DataType::scalar(kind);
    cursor_.expect('(');
    do {
      type.children.push_back(parse_type(depth + 1));
    } while (cursor_.take(','));
    cursor_.expect(')');
    const std::size_t wanted = parameter_count(kind);
    if (wanted != 0 && type.children.size() != wanted) {
      cursor_.fail(fmt::format("{} takes {} types, not {}", to_string(kind), wanted, type.children.size()));
    }
    return type;
  }

  DataType vector_type(std::size_t depth) {
    DataType type = DataType::scalar(TypeKind::vector);
    cursor_.expect('(');
    type.children.push_back(parse_type(depth + 1));
    cursor_.expect(',');
    cursor_.skip_spaces();
    const std::string_view digits = cursor_.take_while(is_class_character);
    std::int32_t dimension = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), dimension);
    if (error != std::errc{} || end != digits.data() + digits.size() || dimension < 1) {
      cursor_.fail("a vector's dimension must be a positive number");
    }
    type.dimension = static_cast<std::uint32_t>(dimension);
    cursor_.expect(')');
    return type;
  }

  /// UserType(keyspace, name, field:type, …) with name and fields as the hexadecimal digits of their UTF-8.
  DataType user_type(std::size_t depth) {
    DataType type = DataType::scalar(TypeKind::udt);
    cursor_.expect('(');
    cursor_.skip_spaces();
    type.keyspace = cursor_.take_while(is_class_character);
    cursor_.expect(',');
    type.name = hexadecimal();
    while (cursor_.take(',')) {
      type.field_names.push_back(hexadecimal());
      cursor_.expect(':');
      type.children.push_back(parse_type(depth + 1));
    }
    cursor_.expect(')');
    return type;
  }

  std::string hexadecimal() {
    cursor_.skip_spaces();
    const std::string_view digits = cursor_.take_while(is_class_character);
    if (digits.size() % 2 != 0) cursor_.fail("hexadecimal digits come in pairs");
    std::string text;
    text.reserve(digits.size() / 2);
    for (std::size_t i = 0; i < digits.size(); i += 2) {
      unsigned value = 0;
      const auto [end, error] = std::from_chars(digits.data() + i, digits.data() + i + 2, value, 16);
      if (error != std::errc{} || end != digits.data() + i + 2) cursor_.fail("hexadecimal digits expected");
      text += static_cast<char>(value);
    }
    return text;
  }

  /// A class nobody here knows keeps its name and whatever stands between its parentheses.
  DataType custom(std::size_t start) {
    const std::size_t name_end = cursor_.position();
    DataType type = DataType::scalar(TypeKind::custom);
    if (!cursor_.take('(')) {
      type.name = cursor_.from(start).substr(0, name_end - start);
      return type;
    }
    for (std::size_t open = 1; open > 0;) {
      if (cursor_.at_end()) cursor_.fail("')' expected");
      if (cursor_.peek() == '(') ++open;
      if (cursor_.peek() == ')') --open;
      cursor_.advance();
    }
    type.name = cursor_.from(start);
    return type;
  }

  TextCursor cursor_;
};

}  // namespace

DataType parse_marshal_class(std::string_view text) { return MarshalClassParser(text).parse(); }

}  // namespace cql
