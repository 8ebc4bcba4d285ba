// Conditions on the records of a load: how they are written, which values meet them, what statistics rule out.
#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "formats/batch_filter.hpp"
#include "formats/condition.hpp"

namespace cqlbulk::formats {
namespace {

using Operator = Condition::Operator;

std::string shown(const std::vector<Condition>& conditions) {
  std::string text;
  for (const Condition& one : conditions) {
    text += one.field + ":" + std::to_string(static_cast<int>(one.comparison)) + ":" + one.literal;
    text += one.quoted ? "q;" : ";";
  }
  return text;
}

TEST(Conditions, are_read_as_in_sql) {
  EXPECT_EQ(shown(parse_conditions("a = 1")), "a:0:1;");
  EXPECT_EQ(shown(parse_conditions(" a>=10 AND b = 'x''y' and \"c \"\"d\" is not null ")), "a:5:10;b:0:x'yq;c \"d:7:;");
  EXPECT_EQ(shown(parse_conditions("a<>-1.5e3 and b!=true and c<1 and d<=+1 and e>.5 and f IS NULL and g==0")),
            "a:1:-1.5e3;b:1:true;c:2:1;d:3:+1;e:4:.5;f:6:;g:0:0;");
  EXPECT_EQ(shown(parse_conditions("_metadata.ttl.x > 0")), "_metadata.ttl.x:4:0;");
}

TEST(Conditions, that_cannot_be_are_refused_with_the_place) {
  const std::pair<const char*, const char*> cases[] = {
      {"", "at its end: the name of a field was expected"},
      {"a", "at its end: one of = != < <= > >= or IS was expected"},
      {"a =", "at its end: a number, true, false or 'text' was expected"},
      {"a = x", "at character 5, \"x\": text stands in single quotes"},
      {"a = 'x", "at character 5, \"'x\": a quote opens here and never closes"},
      {"a = 1 b = 2", "at character 7, \"b = 2\": AND was expected"},
      {"a = 1 or b = 2", "at character 7, \"or b = 2\": only AND joins conditions"},
      {"a is 3", "at character 6, \"3\": NULL was expected"},
      {"a = 1 and", "at its end: the name of a field was expected"},
  };
  for (const auto& [text, problem] : cases) {
    try {
      (void)parse_conditions(text);
      ADD_FAILURE() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.message()).find(problem), std::string::npos) << error.message();
    }
  }
}

/// The rows that meet it, as digits; "!" and the reason when the type cannot.
std::string met(const std::shared_ptr<arrow::DataType>& type, const char* json, const char* condition) {
  const auto array = arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
  std::string why;
  const auto made = make_value_condition(parse_conditions(condition).at(0), *type, why);
  if (!made) return "!" + why;
  std::string rows;
  for (std::int64_t i = 0; i < array->length(); ++i) {
    if (made->holds(*array, i)) rows += std::to_string(i);
  }
  return rows;
}

TEST(Conditions, are_met_by_values_of_every_type_with_an_order) {
  const char* const numbers = "[1, null, 3, 5]";
  for (const auto& type : {arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64(), arrow::uint8(),
                           arrow::uint16(), arrow::uint32(), arrow::uint64(), arrow::float32(), arrow::float64()}) {
    EXPECT_EQ(met(type, numbers, "a = 3"), "2") << type->ToString();
    EXPECT_EQ(met(type, numbers, "a != 3"), "03");
    EXPECT_EQ(met(type, numbers, "a < 3"), "0");
    EXPECT_EQ(met(type, numbers, "a <= 3"), "02");
    EXPECT_EQ(met(type, numbers, "a > 3"), "3");
    EXPECT_EQ(met(type, numbers, "a >= 3"), "23");
    EXPECT_EQ(met(type, numbers, "a is null"), "1");
    EXPECT_EQ(met(type, numbers, "a is not null"), "023");
  }
  EXPECT_EQ(met(arrow::uint64(), "[18446744073709551615, 0]", "a > 9223372036854775807"), "0");
  EXPECT_EQ(met(arrow::int64(), "[-9223372036854775808]", "a >= -9223372036854775808"), "0");
  EXPECT_EQ(met(arrow::float32(), "[0.1, NaN]", "a = 0.1"), "0");
  EXPECT_EQ(met(arrow::float64(), "[NaN, 1]", "a != 1"), "0");
  EXPECT_EQ(met(arrow::boolean(), "[true, false, null]", "a = false"), "1");
  for (const auto& type :
       {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(), arrow::dictionary(arrow::int8(), arrow::utf8())}) {
    EXPECT_EQ(met(type, R"(["a", "b", null, "é"])", "a >= 'b'"), "13") << type->ToString();
  }
  EXPECT_EQ(met(arrow::utf8(), R"(["9", "10.0", "-2e1", "x", null, "1E+1", ""])", "a >= 10"), "15");
  EXPECT_EQ(met(arrow::date32(), "[0, 1]", "a > '1970-01-01'"), "1");
  EXPECT_EQ(met(arrow::date64(), "[0, 86400000]", "a = '1970-01-02'"), "1");
  EXPECT_EQ(met(arrow::timestamp(arrow::TimeUnit::NANO), "[0, 1000001]", "a > '1970-01-01T00:00:00.001Z'"), "1");
  EXPECT_EQ(met(arrow::timestamp(arrow::TimeUnit::SECOND, "UTC"), "[9223372036854775807, -9223372036854775808]",
                "a < '1970-01-01'"),
            "1");
  EXPECT_EQ(met(arrow::time32(arrow::TimeUnit::SECOND), "[1, 2]", "a >= '00:00:02'"), "1");
  EXPECT_EQ(met(arrow::time64(arrow::TimeUnit::MICRO), "[1, 2]", "a = '00:00:00.000001'"), "0");
  EXPECT_EQ(met(arrow::decimal128(10, 2), R"(["1.50", "-1.50", "2.00"])", "a >= 1.5"), "02");
  EXPECT_EQ(met(arrow::decimal256(60, 2), R"(["-0.01"])", "a < 0"), "0");
  EXPECT_EQ(met(arrow::fixed_size_binary(16), R"(["0123456789abcdef"])", "a = '30313233-3435-3637-3839-616263646566'"),
            "0");
}

TEST(Conditions, that_a_type_cannot_meet_are_refused) {
  EXPECT_EQ(met(arrow::int32(), "[]", "a = 'x'"), "!'x' cannot be compared with int32");
  EXPECT_EQ(met(arrow::int32(), "[]", "a = 1.5"), "!1.5 cannot be compared with int32");
  EXPECT_EQ(met(arrow::utf8(), "[]", "a = true"), "!true cannot be compared with string");
  EXPECT_EQ(met(arrow::boolean(), "[]", "a = 1"), "!1 cannot be compared with bool");
  EXPECT_EQ(met(arrow::boolean(), "[]", "a = 12345"), "!12345 cannot be compared with bool");
  EXPECT_EQ(met(arrow::date32(), "[]", "a = 'soon'"), "!'soon' cannot be compared with date32[day]");
  EXPECT_EQ(met(arrow::decimal128(5, 1), "[]", "a = 0.05"), "!0.05 cannot be compared with decimal128(5, 1)");
  EXPECT_EQ(met(arrow::list(arrow::int8()), "[]", "a = 1").substr(0, 30), "!1 cannot be compared with lis");
}

TEST(Conditions, rule_out_what_lies_beyond_the_smallest_and_largest) {
  ValueCondition::Extent extent;
  extent.smallest = arrow::MakeScalar(std::int32_t{3});
  extent.largest = arrow::MakeScalar(std::int32_t{5});
  extent.null_count = 1;
  extent.value_count = 10;
  const auto may = [&](const char* condition, const std::shared_ptr<arrow::DataType>& type = arrow::int32()) {
    std::string why;
    return make_value_condition(parse_conditions(condition).at(0), *type, why)->may_hold(extent);
  };
  for (const char* possible :
       {"a = 3", "a = 5", "a != 4", "a < 4", "a <= 3", "a > 4", "a >= 5", "a is null", "a is not null"}) {
    EXPECT_TRUE(may(possible)) << possible;
  }
  for (const char* impossible : {"a = 2", "a = 6", "a < 3", "a <= 2", "a > 5", "a >= 6"}) {
    EXPECT_FALSE(may(impossible)) << impossible;
  }
  extent.null_count = 0;
  EXPECT_FALSE(may("a is null"));
  extent.null_count = 10;
  EXPECT_FALSE(may("a is not null"));
  EXPECT_FALSE(may("a = 4"));
  extent.null_count = -1;
  EXPECT_TRUE(may("a is null"));
  extent.smallest = nullptr;
  EXPECT_TRUE(may("a = 2"));
  // A column of a wider type than its statistics are of.
  extent.smallest = arrow::MakeScalar("b");
  extent.largest = arrow::MakeScalar("d");
  EXPECT_TRUE(may("a = 1", arrow::utf8()));
  EXPECT_FALSE(may("a = 'a'", arrow::large_utf8()));
  EXPECT_TRUE(may("a = 'c'", arrow::dictionary(arrow::int8(), arrow::utf8())));
}

}  // namespace
}  // namespace cqlbulk::formats
