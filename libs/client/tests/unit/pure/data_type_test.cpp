#include "cql/data_type.hpp"

#include <gtest/gtest.h>

#include "exact_bytes.hpp"

namespace cql {
namespace {

std::optional<DataType> test_udts(std::string_view name) {
  if (name != "address" && name != "My Type" && name != "text") return std::nullopt;
  DataType type = DataType::scalar(TypeKind::udt);
  type.keyspace = "ks";
  type.name = name;
  type.field_names = {"street", "zip"};
  type.children = {DataType::scalar(TypeKind::text), DataType::scalar(TypeKind::int_)};
  return type;
}

std::string nested(std::string_view open, std::string_view inner, std::string_view close, int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += open;
  text += inner;
  for (int i = 0; i < depth; ++i) text += close;
  return text;
}

TEST(CqlType, text_in_text_out) {
  for (const char* text : {"ascii",
                           "bigint",
                           "blob",
                           "boolean",
                           "counter",
                           "date",
                           "decimal",
                           "double",
                           "duration",
                           "float",
                           "inet",
                           "int",
                           "smallint",
                           "text",
                           "time",
                           "timestamp",
                           "timeuuid",
                           "tinyint",
                           "uuid",
                           "varint",
                           "list<int>",
                           "set<text>",
                           "map<text, frozen<list<int>>>",
                           "frozen<map<int, frozen<set<uuid>>>>",
                           "tuple<int, text, frozen<tuple<int>>>",
                           "vector<float, 3>",
                           "vector<frozen<vector<text, 2>>, 1536>",
                           "address",
                           "frozen<address>",
                           "list<frozen<\"My Type\">>",
                           "\"text\"",
                           "'org.example.Custom'",
                           "'org.example.Custom(a, b)'"}) {
    EXPECT_EQ(parse_cql_type(text, test_udts).to_string(), text);
  }
}

TEST(CqlType, is_read_whatever_the_spaces_and_the_case) {
  EXPECT_EQ(parse_cql_type(" Map< TEXT ,Frozen<List<Int>> > ").to_string(), "map<text, frozen<list<int>>>");
  EXPECT_EQ(parse_cql_type("varchar").kind, TypeKind::text);
  EXPECT_EQ(parse_cql_type("vector<float,3>").to_string(), "vector<float, 3>");
}

TEST(CqlType, marks_what_is_frozen) {
  const DataType type = parse_cql_type("map<int, frozen<list<int>>>");
  EXPECT_FALSE(type.frozen);
  EXPECT_FALSE(type.children.at(0).frozen);
  EXPECT_TRUE(type.children.at(1).frozen);
  EXPECT_EQ(type, parse_cql_type("frozen<map<int, list<int>>>")) << "frozen is not part of equality";
}

TEST(CqlType, custom_classes_that_are_known_become_their_kind) {
  EXPECT_EQ(parse_cql_type("'org.apache.cassandra.db.marshal.DurationType'").kind, TypeKind::duration);
  EXPECT_EQ(parse_cql_type("'org.example.Odd'").name, "org.example.Odd");
  EXPECT_EQ(parse_cql_type("empty").name, "org.apache.cassandra.db.marshal.EmptyType");
}

TEST(CqlType, errors_name_text_and_position) {
  EXPECT_EQ(test::error_text([] { static_cast<void>(parse_cql_type("map<int, nonsense>")); }),
            "CQL type \"map<int, nonsense>\": unknown type nonsense at position 17");
  for (const char* text : {"",
                           " ",
                           "nonsense",
                           "list",
                           "list<>",
                           "list<int",
                           "list<int>>",
                           "list<int, int>",
                           "map<int>",
                           "map<int, int, int>",
                           "tuple<>",
                           "vector<float>",
                           "vector<float, 0>",
                           "vector<float, -1>",
                           "vector<float, x>",
                           "vector<float, 99999999999>",
                           "vector<float, 3, 4>",
                           "frozen<>",
                           "frozen<int, int>",
                           "int<int>",
                           "frozen",
                           "int int",
                           "'a",
                           "\"address",
                           "<int>",
                           "list<int>x",
                           "'a(b'",
                           "address<int>"}) {
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(parse_cql_type(text, test_udts)); }), ErrorKind::protocol)
        << text;
  }
}

TEST(CqlType, nesting_is_bounded) {
  EXPECT_NO_THROW(static_cast<void>(parse_cql_type(nested("frozen<", "int", ">", 63))));
  EXPECT_EQ(test::error_kind([] { static_cast<void>(parse_cql_type(nested("list<", "int", ">", 64))); }),
            ErrorKind::protocol);
  EXPECT_EQ(test::error_kind([] { static_cast<void>(parse_cql_type(std::string(1'000'000, '<'))); }),
            ErrorKind::protocol);
}

/// A tilde stands for the package.
std::string in_full(std::string_view text) {
  std::string full;
  for (const char character : text) {
    if (character == '~') {
      full += "org.apache.cassandra.db.marshal.";
    } else {
      full += character;
    }
  }
  return full;
}

TEST(MarshalClass, becomes_the_type_it_stands_for) {
  struct Case {
    std::string text;
    std::string type;
  };
  for (const Case& c : {
           Case{"~Int32Type", "int"},
           Case{"UTF8Type", "text"},
           Case{"~DateType", "timestamp"},
           Case{"~SimpleDateType", "date"},
           Case{"~DurationType", "duration"},
           Case{"~ReversedType(~LongType)", "bigint"},
           Case{"~VectorType(~FloatType , 3)", "vector<float, 3>"},
           Case{"~VectorType(~FloatType,1024)", "vector<float, 1024>"},
           Case{"~VectorType(VectorType(UTF8Type, 2), 4)", "vector<vector<text, 2>, 4>"},
           Case{"~MapType(~UTF8Type,~Int32Type)", "map<text, int>"},
           Case{"~FrozenType(~ListType(~IntegerType))", "frozen<list<varint>>"},
           Case{"~TupleType(ByteType,ShortType,TimeType)", "tuple<tinyint, smallint, time>"},
           Case{"~EmptyType", "'~EmptyType'"},
           Case{"org.example.Odd(a=>b,c(d),'e')", "'org.example.Odd(a=>b,c(d),''e'')'"},
           Case{"ListType(org.example.Odd(x))", "list<'org.example.Odd(x)'>"},
       }) {
    EXPECT_EQ(parse_marshal_class(in_full(c.text)).to_string(), in_full(c.type));
  }
}

TEST(MarshalClass, user_types_carry_their_names_in_hexadecimal) {
  const DataType type = parse_marshal_class(
      "org.apache.cassandra.db.marshal.UserType(ks,61646472,7a6970:Int32Type,c3a4:ListType(UTF8Type))");
  EXPECT_EQ(type.kind, TypeKind::udt);
  EXPECT_EQ(type.keyspace, "ks");
  EXPECT_EQ(type.name, "addr");
  EXPECT_EQ(type.field_names, (std::vector<std::string>{"zip", "ä"}));
  EXPECT_EQ(type.children.at(1).to_string(), "list<text>");
}

TEST(MarshalClass, what_is_malformed_is_an_error) {
  for (const char* text :
       {"", "(", "ListType", "ListType()", "ListType(Int32Type", "ListType(Int32Type,Int32Type)", "MapType(Int32Type)",
        "VectorType(FloatType)", "VectorType(FloatType,0)", "VectorType(FloatType,x)", "Odd(a", "Odd(a))", "Int32Type)",
        "UserType(ks,6)", "UserType(ks,zz)", "UserType(ks,61,61)", "UserType(ks,61,61:)", "TupleType()",
        "Int32Type(x)"}) {
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(parse_marshal_class(text)); }), ErrorKind::protocol) << text;
  }
  EXPECT_EQ(test::error_kind([] { static_cast<void>(parse_marshal_class(nested("ListType(", "Int32Type", ")", 64))); }),
            ErrorKind::protocol);
}

TEST(DataType, knows_which_vector_elements_are_fixed) {
  const auto size = [](std::string_view text) { return parse_cql_type(text, test_udts).vector_element_size(); };
  EXPECT_EQ(size("boolean"), 1U);
  EXPECT_EQ(size("float"), 4U);
  EXPECT_EQ(size("int"), 4U);
  for (const char* text : {"bigint", "double", "timestamp"}) EXPECT_EQ(size(text), 8U) << text;
  for (const char* text : {"uuid", "timeuuid"}) EXPECT_EQ(size(text), 16U) << text;
  EXPECT_EQ(size("vector<int, 3>"), 12U);
  EXPECT_EQ(size("vector<vector<double, 3>, 5>"), 120U);
  EXPECT_EQ(size("vector<vector<uuid, 2147483647>, 2147483647>"), std::nullopt) << "no room for such a number";
  for (const char* text :
       {"tinyint", "smallint", "date", "time", "text", "blob", "inet", "varint", "decimal", "duration", "counter",
        "list<int>", "tuple<int>", "vector<text, 3>", "vector<tinyint, 3>", "address"}) {
    EXPECT_EQ(size(text), std::nullopt) << text;
  }
}

TEST(DataType, differs_when_any_part_does) {
  const DataType udt = test_udts("address").value_or(DataType{});
  DataType other = udt;
  EXPECT_EQ(udt, other);
  other.field_names[0] = "Street";
  EXPECT_NE(udt, other);
  EXPECT_NE(parse_cql_type("vector<float, 3>"), parse_cql_type("vector<float, 4>"));
  EXPECT_NE(parse_cql_type("list<int>"), parse_cql_type("set<int>"));
  EXPECT_NE(parse_cql_type("list<int>"), parse_cql_type("list<text>"));
}

TEST(QuoteIdentifier, quotes_only_where_cql_needs_it) {
  for (const auto& [name, quoted] :
       std::initializer_list<std::pair<const char*, const char*>>{{"my_table", "my_table"},
                                                                  {"t1", "t1"},
                                                                  {"MyTable", "\"MyTable\""},
                                                                  {"a\"b", "\"a\"\"b\""},
                                                                  {"1t", "\"1t\""},
                                                                  {"_t", "\"_t\""},
                                                                  {"", "\"\""},
                                                                  {"select", "\"select\""},
                                                                  {"token", "\"token\""},
                                                                  {"with space", "\"with space\""},
                                                                  {"ä", "\"ä\""},
                                                                  {"timestamp", "timestamp"}}) {
    EXPECT_EQ(quote_identifier(name), quoted);
  }
}

}  // namespace
}  // namespace cql
