// Collections, tuples, user-defined types and vectors: their JSON, both ways, and bytes that are none.
#include <gmock/gmock.h>

#include "cql/error.hpp"
#include "text_values.hpp"

namespace cqlbulk::text::testing {
namespace {

struct Value {
  std::string_view type;
  std::string_view hex;
  std::string text;
};

// Both ways.
const Value values[] = {
    {"list<int>", "00000000", "[]"},
    {"list<int>", "", ""},
    {"list<int>", "00000002 00000004 00000001 00000004 ffffffff", "[1,-1]"},
    {"list<int>", "00000001 00000000", "[\"\"]"},
    {"set<text>", "00000002 00000001 61 00000000", "[\"a\",\"\"]"},
    {"list<frozen<list<int>>>", "00000003 00000004 00000000 0000000c 00000001 00000004 00000005 00000000",
     "[[],[5],\"\"]"},
    {"map<text, int>", "00000002 00000001 62 00000004 00000001 00000001 61 00000004 00000002", R"({"b":1,"a":2})"},
    {"map<text, text>", "00000001 00000001 22 00000001 5c", R"({"\"":"\\"})"},
    {"map<int, boolean>", "00000002 00000004 00000007 00000001 01 00000000 00000001 00", R"({"7":true,"":false})"},
    {"map<double, int>", "00000001 00000008 7ff8000000000000 00000004 00000000", R"({"NaN":0})"},
    {"map<blob, blob>", "00000001 00000000 00000001 ff", R"({"0x":"0xff"})"},
    {"map<frozen<map<text, int>>, int>", "00000001 00000011 00000001 00000001 61 00000004 00000001 00000004 00000002",
     R"({"{\"a\":1}":2})"},
    {"map<frozen<map<frozen<list<text>>, int>>, int>",
     "00000001 00000019 00000001 00000009 00000001 00000001 61 00000004 00000001 00000004 00000002",
     R"({"{\"[\\\"a\\\"]\":1}":2})"},
    {"tuple<int, text>", "", "[]"},
    {"tuple<int, text>", "00000004 00000001", "[1]"},
    {"tuple<int, text>", "00000004 00000001 ffffffff", "[1,null]"},
    {"tuple<int, text>", "ffffffff 00000001 78", "[null,\"x\"]"},
    {"tuple<int, text>", "00000000 00000000", "[\"\",\"\"]"},
    {"address", "", "{}"},
    {"address", "00000001 78", R"({"street":"x"})"},
    {"address", "ffffffff 00000004 00000001 ffffffff", R"({"street":null,"number":1,"tags":null})"},
    {"address", "00000000 00000000 00000009 00000001 00000001 61", R"({"street":"","number":"","tags":["a"]})"},
    {"vector<float, 2>", "3f800000 bf000000", "[1,-0.5]"},
    {"vector<float, 2>", "7fc00000 7f800000", "[\"NaN\",\"Infinity\"]"},
    {"vector<text, 3>", "01 61 00 02 c3a4", "[\"a\",\"\",\"ä\"]"},
    {"vector<smallint, 2>", "02 0001 02 ffff", "[1,-1]"},
    {"vector<varint, 2>", "01 05 00", "[5,\"\"]"},
    {"vector<vector<int, 2>, 2>", "00000001 00000002 00000003 00000004", "[[1,2],[3,4]]"},
    {"vector<frozen<list<int>>, 1>", "04 00000000", "[[]]"},
    {"vector<frozen<vector<text, 1>>, 2>", "02 01 61 01 00", "[[\"a\"],[\"\"]]"},
    {"list<frozen<tuple<inet, uuid, timestamp, date, time, duration, decimal>>>",
     "00000001 0000004d 00000004 7f000001 00000010 00112233445566778899aabbccddeeff 00000008 0000000000000000"
     " 00000004 80000000 00000008 0000000000000000 00000003 020406 00000006 000000020096",
     R"([["127.0.0.1","00112233-4455-6677-8899-aabbccddeeff","1970-01-01T00:00:00.000Z","1970-01-01",)"
     R"("00:00:00.000000000","1mo2d3ns",1.50]])"},
};

TEST(nested_text, goes_both_ways) {
  for (const Value& value : values) {
    const cql::DataType type = type_of(value.type);
    EXPECT_EQ(write(type, from_hex(value.hex)), value.text) << value.type;
    EXPECT_EQ(write(type, from_hex(value.hex), true), value.text.empty() ? "\"\"" : value.text) << value.type;
    const Parsed parsed = parse(type, value.text);
    EXPECT_EQ(parsed.problem, "") << value.type << " " << value.text;
    EXPECT_EQ(to_hex(parsed.value), to_hex(from_hex(value.hex))) << value.type << " " << value.text;
  }
}

TEST(nested_text, long_elements_of_vectors_have_long_lengths) {
  const cql::DataType type = type_of("vector<text, 2>");
  for (const std::size_t size : {127U, 128U, 16383U, 16384U, 2097152U}) {
    const std::string json = "[\"" + std::string(size, 'x') + "\",\"y\"]";
    const Parsed parsed = parse(type, json);
    ASSERT_EQ(parsed.problem, "");
    EXPECT_EQ(write(type, parsed.value), json);
  }
}

TEST(nested_text, writes_nulls_in_collections) {
  EXPECT_EQ(write(type_of("list<int>"), from_hex("00000002 ffffffff 00000004 00000001")), "[null,1]");
  EXPECT_EQ(write(type_of("map<text, int>"), from_hex("00000001 00000001 61 ffffffff")), "{\"a\":null}");
}

TEST(nested_text, bytes_that_are_no_value_are_refused) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"list<int>", "ffffffff"},
      {"list<int>", "00000000 00"},
      {"list<int>", "7fffffff"},
      {"list<int>", "00000001 00000003 000000"},
      {"map<int, int>", "00000001 ffffffff 00000004 00000001"},
      {"map<int, int>", "00000001 00000004 00000001"},
      {"tuple<int>", "00000004 00000001 00000004 00000001"},
      {"address", "ffffffff ffffffff ffffffff ffffffff"},
      {"vector<int, 2>", "00000001"},
      {"vector<int, 2>", "00000001 00000002 00000003"},
      {"vector<text, 1>", "02 61"},
      {"vector<text, 1>", "01 61 61"},
      {"vector<text, 1>", "ffffffffffffffffff 61"},
      {"vector<smallint, 1>", "01 61"},
  };
  for (const auto& [name, hex] : cases) {
    EXPECT_THROW((void)write(type_of(name), from_hex(hex)), cql::Error) << name << " " << hex;
  }
}

TEST(nested_text, every_shorter_prefix_is_refused_or_a_shorter_value) {
  for (const Value& value : values) {
    const cql::DataType type = type_of(value.type);
    const std::string bytes = from_hex(value.hex);
    const bool may_be_short = type.kind == cql::TypeKind::tuple || type.kind == cql::TypeKind::udt;
    for (std::size_t size = 1; size < bytes.size(); ++size) {
      try {
        const std::string text = write(type, bytes.substr(0, size));
        EXPECT_TRUE(may_be_short) << value.type << " " << size << " " << text;
      } catch (const cql::Error& error) {
        EXPECT_EQ(error.kind(), cql::ErrorKind::protocol);
      }
    }
  }
}

TEST(nested_text, a_moved_parser_goes_on) {
  const cql::DataType type = type_of("list<int>");
  CellParser parser(type);
  CellParser moved(std::move(parser));
  cql::Buffer out;
  EXPECT_EQ(moved.append("[1]", out), nullptr);
  EXPECT_EQ(out.size(), 16U);
}

}  // namespace
}  // namespace cqlbulk::text::testing
