// Text that people write besides what CellWriter writes, and text that is refused, with the reason.
#include <gmock/gmock.h>

#include "rows/nullable_list.hpp"
#include "text_values.hpp"

namespace cqlbulk::text::testing {
namespace {

struct Same {
  std::string_view type;
  std::string text;
  std::string canonical;
};

TEST(cell_parser, takes_other_forms) {
  const Same cases[] = {
      {"int", "+7", "7"},
      {"int", "-0", "0"},
      {"int", "0000000000000000000000012", "12"},
      {"varint", "+0012", "12"},
      {"decimal", "+1.50", "1.50"},
      {"decimal", "1e3", "1E+3"},
      {"double", "+.5", "0.5"},
      {"double", "1.", "1"},
      {"double", "1E3", "1000"},
      {"double", "nan", "NaN"},
      {"double", "-NaN", "NaN"},
      {"double", "-inf", "-Infinity"},
      {"float", "INFINITY", "Infinity"},
      {"boolean", "TRUE", "true"},
      {"boolean", "Yes", "true"},
      {"boolean", "1", "true"},
      {"boolean", "no", "false"},
      {"boolean", "0", "false"},
      {"uuid", "00112233-4455-6677-8899-AABBCCDDEEFF", "00112233-4455-6677-8899-aabbccddeeff"},
      {"blob", "0XAb", "0xab"},
      {"inet", "2001:DB8:0:0:0:0:0:1", "2001:db8::1"},
      {"inet", "::ffff:1.2.3.4", "::ffff:1.2.3.4"},
      {"timestamp", "0", "1970-01-01T00:00:00.000Z"},
      {"timestamp", "-1", "1969-12-31T23:59:59.999Z"},
      {"timestamp", "+1704164645678", "2024-01-02T03:04:05.678Z"},
      {"timestamp", "2024-01-02", "2024-01-02T00:00:00.000Z"},
      {"timestamp", "2024-01-02 03:04", "2024-01-02T03:04:00.000Z"},
      {"timestamp", "2024-01-02 03:04:05+0100", "2024-01-02T02:04:05.000Z"},
      {"timestamp", "2024-01-02 03:04:05.678000+0000", "2024-01-02T03:04:05.678Z"},
      {"timestamp", "2024-01-02t03:04:05.6z", "2024-01-02T03:04:05.600Z"},
      {"timestamp", "2024-01-02T03:04:05.678000000000-05:30", "2024-01-02T08:34:05.678Z"},
      {"timestamp", "2024-01-02 03:04:05 +01", "2024-01-02T02:04:05.000Z"},
      {"timestamp", "+292278994-08-17T09:12:55.807+02:00", "+292278994-08-17T07:12:55.807Z"},
      {"timestamp", "+292278994-08-18T00:12:55.807+17:00", "+292278994-08-17T07:12:55.807Z"},
      {"timestamp", "-292275055-05-16T00:47:04.192-16:00", "-292275055-05-16T16:47:04.192Z"},
      {"timestamp", "-292275055-05-17T08:47:04.192+16:00", "-292275055-05-16T16:47:04.192Z"},
      {"date", "+2024-02-29", "2024-02-29"},
      {"time", "08:30", "08:30:00.000000000"},
      {"time", "08:30:01.5", "08:30:01.500000000"},
      {"duration", "P1Y2M3DT4H5M6S", "1y2mo3d4h5m6s"},
      {"duration", "2w", "14d"},
      {"list<int>", " [ 1 , \"2\" ] ", "[1,2]"},
      {"list<double>", "[1e2,\"NaN\"]", "[100,\"NaN\"]"},
      {"list<timestamp>", "[0]", "[\"1970-01-01T00:00:00.000Z\"]"},
      {"list<boolean>", "[true,\"no\"]", "[true,false]"},
      {"list<text>", R"(["\u00e4\ud83d\ude00\/"])", "[\"ä😀/\"]"},
      {"address", R"({"tags":["b"],"street":"x"})", R"({"street":"x","number":null,"tags":["b"]})"},
      {"address", R"({"number":5})", R"({"street":null,"number":5})"},
  };
  for (const Same& same : cases) {
    const cql::DataType type = type_of(same.type);
    const Parsed parsed = parse(type, same.text);
    EXPECT_EQ(parsed.problem, "") << same.type << " " << same.text;
    if (parsed.problem.empty()) EXPECT_EQ(write(type, parsed.value), same.canonical) << same.type << " " << same.text;
  }
}

struct Wrong {
  std::string_view type;
  std::string text;
  std::string_view reason;  ///< The start of it.
};

TEST(cell_parser, refuses_scalars_with_a_reason) {
  const Wrong cases[] = {
      {"tinyint", "", "a tinyint cannot be empty"},
      {"smallint", "", "a smallint cannot be empty"},
      {"date", "", "a date cannot be empty"},
      {"time", "", "a time cannot be empty"},
      {"duration", "", "a duration cannot be empty"},
      {"tinyint", "128", "out of range for tinyint"},
      {"tinyint", "-129", "out of range for tinyint"},
      {"smallint", "32768", "out of range for smallint"},
      {"int", "2147483648", "out of range for int"},
      {"bigint", "9223372036854775808", "out of range for 64 bits"},
      {"bigint", "18446744073709551617", "out of range for 64 bits"},
      {"bigint", "-9223372036854775809", "out of range for 64 bits"},
      {"counter", "1.0", "not an integer"},
      {"int", " 1", "not an integer"},
      {"int", "-", "not an integer"},
      {"int", "+-1", "not an integer"},
      {"varint", "1x", "not an integer"},
      {"varint", std::string(1'000'001, '1'), "more than a million digits"},
      {"decimal", "1,5", "not a decimal number"},
      {"decimal", "NaN", "not a decimal number"},
      {"double", "1e999", "out of range for double"},
      {"double", "1e-999", "out of range for double"},
      {"float", "1e39", "out of range for float"},
      {"double", "1.5x", "not a number"},
      {"double", "+-1", "not a number"},
      {"double", "0x10", "not a number"},
      {"double", "nan(1)", "not a number"},
      {"double", "-", "not a number"},
      {"boolean", "2", "not a boolean"},
      {"boolean", "t", "not a boolean"},
      {"text", "\xff", "not valid UTF-8"},
      {"text", "\xed\xa0\x80", "not valid UTF-8"},
      {"ascii", "ä", "not ASCII"},
      {"blob", "ab", "not 0x and hexadecimal digits"},
      {"blob", "0xabc", "an odd number of hexadecimal digits"},
      {"blob", "0xag", "not 0x and hexadecimal digits"},
      {"uuid", "00112233-4455-6677-8899-aabbccddeef", "not a UUID"},
      {"uuid", "00112233-4455-6677-8899-aabbccddeefg", "not a UUID"},
      {"uuid", "00112233445566778899aabbccddeeff0000", "not a UUID"},
      {"timeuuid", "00112233-4455-6677-8899-aabbccddeeff", "not a version 1 UUID"},
      {"inet", "1.2.3", "not an IPv4 or IPv6 address"},
      {"inet", "localhost", "not an IPv4 or IPv6 address"},
      {"timestamp", "yesterday", "not a timestamp"},
      {"timestamp", "+", "not a timestamp"},
      {"timestamp", "-", "not a timestamp"},
      {"timestamp", "+-1", "not a timestamp"},
      {"timestamp", "12024-01-02", "not a timestamp"},
      {"timestamp", "2024-1-2", "not a timestamp"},
      {"timestamp", "2024-01-02T", "not a timestamp"},
      {"timestamp", "2024-01-02T03", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05.Z", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05X", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05+1", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05+01:", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05+19:00", "not a timestamp"},
      {"timestamp", "2024-01-02T03:04:05.6789Z", "finer than milliseconds"},
      {"timestamp", "2024-01-02T03:04:05.0000000001Z", "finer than milliseconds"},
      {"timestamp", "2023-02-29T00:00:00Z", "no such day"},
      {"timestamp", "2024-13-01T00:00:00Z", "no such day"},
      {"timestamp", "2024-00-01T00:00:00Z", "no such day"},
      {"timestamp", "2024-01-00T00:00:00Z", "no such day"},
      {"timestamp", "2024-01-02T24:00:00Z", "no such time of a day"},
      {"timestamp", "2024-01-02T23:60:00Z", "no such time of a day"},
      {"timestamp", "9223372036854775808", "out of range for timestamp"},
      {"timestamp", "+292278994-08-17T07:12:55.808Z", "out of range for timestamp"},
      {"timestamp", "-292275055-05-16T16:47:04.191Z", "out of range for timestamp"},
      {"timestamp", "+999999999-01-01", "out of range for timestamp"},
      {"date", "2024-01-02T00:00", "not a date"},
      {"date", "20240102", "not a date"},
      {"date", "+5881580-07-12", "out of range for date"},
      {"date", "-5877641-06-22", "out of range for date"},
      {"time", "24:00:00", "no such time of a day"},
      {"time", "8:30", "not a time"},
      {"time", "08:30:00Z", "not a time"},
      {"duration", "1", "not a duration"},
      {"duration", "-1mo-2d", "not a duration"},
  };
  for (const Wrong& wrong : cases) {
    EXPECT_THAT(parse(type_of(wrong.type), wrong.text).problem, ::testing::StartsWith(std::string(wrong.reason)))
        << wrong.type << " " << wrong.text.substr(0, 60);
  }
}

TEST(cell_parser, refuses_json_with_a_reason) {
  const Wrong cases[] = {
      {"list<int>", "1", "not a JSON array or object"},
      {"list<int>", "{}", "a JSON array was expected"},
      {"map<text, int>", "[]", "a JSON object was expected"},
      {"list<int>", "\"x\"", "not a JSON array or object"},
      {"list<frozen<list<int>>>", "[\"x\"]", "element 0: a JSON array was expected"},
      {"list<int>", "[1", "not valid JSON"},
      {"list<int>", "[1,]", "element 1: not valid JSON"},
      {"list<int>", "[1 2]", "not valid JSON"},
      {"list<int>", "[,1]", "element 0: not valid JSON"},
      {"list<int>", "[1],", "not valid JSON"},
      {"list<int>", "[1][2]", "more text follows the JSON value"},
      {"list<int>", "[1] x", "not valid JSON"},
      {"list<int>", "[01]", "element 0: not a JSON number"},
      {"list<int>", "[1x]", "element 0: not a JSON number"},
      {"list<double>", "[1.]", "element 0: not a JSON number"},
      {"list<double>", "[1e]", "element 0: not a JSON number"},
      {"list<double>", "[-]", "element 0: not a JSON number"},
      {"list<double>", "[NaN]", "element 0: not valid JSON"},
      {"list<double>", "[nan]", "not valid JSON"},
      {"list<int>", "[1.0]", "element 0: not an integer"},
      {"list<int>", "[1,null]", "element 1: null, which a collection cannot hold"},
      {"list<int>", "[nul]", "not valid JSON"},
      {"list<int>", "[true]", "element 0: a boolean was not expected"},
      {"list<boolean>", "[tru]", "element 0: not valid JSON"},
      {"list<boolean>", "[1]", "element 0: a JSON string was expected"},
      {"list<int>", "[[1]]", "element 0: a single value was expected"},
      {"list<blob>", "[1]", "element 0: a JSON string was expected"},
      {"list<text>", "[01]", "element 0: not a JSON number"},
      {"list<text>", "[tru]", "element 0: not valid JSON"},
      {"list<text>", "[\"\xff\"]", "not valid JSON"},
      {"list<text>", "[\"a\nb\"]", "not valid JSON"},
      {"list<text>", "[\"a]", "not valid JSON"},
      {"list<text>", R"(["\x"])", "element 0: not valid JSON"},
      {"list<text>", R"(["\udc00"])", "element 0: not valid JSON"},
      {"set<tinyint>", "[\"\"]", "element 0: a tinyint cannot be empty"},
      {"map<text, int>", R"({"a":1,"b":2,"a":1})", "a key occurs twice"},
      {"map<int, int>", R"({"1":1,"01":2})", "a key occurs twice"},
      {"map<int, int>", R"({"x":1})", "key \"x\": not an integer"},
      {"map<text, int>", R"({"x":"y"})", "value of key \"x\": not an integer"},
      {"map<text, int>", R"({"x":null})", "value of key \"x\": null, which a collection cannot hold"},
      {"map<text, int>", R"({"x" 1})", "not valid JSON"},
      {"map<text, int>", R"({x:1})", "not valid JSON"},
      {"map<frozen<list<int>>, int>", R"({"[1":1})", "key \"[1\": not valid JSON"},
      {"tuple<int, text>", "[1,\"x\",2]", "more than 2 elements for "},
      {"vector<int, 3>", "[1,2]", "2 elements where vector<int, 3> has 3"},
      {"vector<int, 3>", "[1,2,3,4]", "4 elements where vector<int, 3> has 3"},
      {"vector<int, 2>", "[1,null]", "element 1: null was not expected"},
      {"vector<int, 1>", "[\"\"]", "element 0: empty, which a vector's element cannot be"},
      {"address", R"({"street":"x","zip":1})", "no such field of "},
      {"address", R"({"street":"x","street":"y"})", "occurs twice: field \"street\""},
      {"address", R"({"number":"x"})", "field \"number\": not an integer"},
      {"list<frozen<address>>", R"([{},{"tags":["a",{}]}])", "element 1: field \"tags\": element 1: a single value"},
      {"list<int>", std::string(100'000, '['), ""},
      {"list<int>", "[" + std::string(100'000, '['), ""},
  };
  for (const Wrong& wrong : cases) {
    const std::string problem = parse(type_of(wrong.type), wrong.text).problem;
    EXPECT_THAT(problem, ::testing::StartsWith(std::string(wrong.reason)))
        << wrong.type << " " << wrong.text.substr(0, 60);
    EXPECT_NE(problem, "");
    EXPECT_NE(problem, "something was left behind");
  }
}

TEST(cell_parser, keeps_numbers_and_booleans_of_json_as_text_digit_by_digit) {
  const cql::DataType type = type_of("list<text>");
  const char* const json = R"([123456789012345678901234567890.10, -1E+9 , true, false, "x"])";
  cql::Buffer wire;
  ASSERT_EQ(CellParser(type).append(json, wire), nullptr);
  std::string text;
  CellWriter(type).append(wire.view().subspan(4), text);
  EXPECT_EQ(text, R"(["123456789012345678901234567890.10","-1E+9","true","false","x"])");
}

TEST(NullableLists, TakeNullsInEveryForm) {
  const cql::DataType type = nullable_list_of(cql::DataType::scalar(cql::TypeKind::int_));
  TextForms literals;
  literals.nested = TextForms::Nested::cql;
  for (const TextForms& forms : {TextForms{}, literals}) {
    cql::Buffer wire;
    EXPECT_EQ(CellParser(type, Forms(forms)).append("[null, 7]", wire), nullptr);
    cql::Reader reader(wire.view(), "the list");
    for (const std::int32_t expected : {16, 2, -1, 4, 7}) EXPECT_EQ(reader.i32(), expected);
  }
}

}  // namespace
}  // namespace cqlbulk::text::testing
