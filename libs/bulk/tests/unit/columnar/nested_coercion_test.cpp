// Nested values of other tools' files, and how values of any type are shown in reject files.
#include <arrow/api.h>
#include <arrow/extension/json.h>
#include <arrow/extension/uuid.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coercion.hpp"
#include "rows/nullable_list.hpp"

namespace cqlbulk {
namespace {

using cql::TypeKind;
using test::encode;
using test::nested;

/// Indices that its dictionary has nothing for, as only a damaged file has it. Of 64 bits they can be negative.
std::shared_ptr<arrow::Array> broken_dictionary() {
  const auto type = arrow::dictionary(arrow::int64(), arrow::utf8());
  const auto indices = arrow::json::ArrayFromJSONString(arrow::int64(), "[5, -1, 0]").ValueOrDie();
  const auto values = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["x"])").ValueOrDie();
  return std::make_shared<arrow::DictionaryArray>(type, indices, values);
}

TEST(Coercion, of_a_dictionary_without_the_value_is_refused) {
  EXPECT_EQ(encode(*broken_dictionary(), cql::DataType::scalar(TypeKind::text)).values,
            (std::vector<std::string>{"!the file's dictionary lacks this value",
                                      "!the file's dictionary lacks this value", "x"}));
}

TEST(Coercion, of_a_dictionary_with_a_null_value_is_null) {
  const auto indices = arrow::json::ArrayFromJSONString(arrow::int8(), "[0, 1]").ValueOrDie();
  const auto values = arrow::json::ArrayFromJSONString(arrow::utf8(), R"([null, "x"])").ValueOrDie();
  const arrow::DictionaryArray array(arrow::dictionary(arrow::int8(), arrow::utf8()), indices, values);
  EXPECT_EQ(encode(array, cql::DataType::scalar(TypeKind::text)).values, (std::vector<std::string>{"null", "x"}));
}

TEST(Coercion, of_lists) {
  const auto set = nested(TypeKind::set, {cql::DataType::scalar(TypeKind::int_)});
  EXPECT_EQ(encode(arrow::large_list(arrow::int64()), "[[1, 2], [], null, [1, null], [5000000000]]", set).values,
            (std::vector<std::string>{"[1,2]", "[]", "null", "!element 1 is null, which a collection cannot hold",
                                      "!element 0: out of range for int"}));
  EXPECT_EQ(encode(arrow::list(arrow::int64()), "[[1, null]]", set).values,
            std::vector<std::string>{"!element 1 is null, which a collection cannot hold"});
  EXPECT_EQ(encode(arrow::fixed_size_list(arrow::int8(), 2), "[[1, 2], null]", set).values,
            (std::vector<std::string>{"[1,2]", "null"}));
  auto vector = nested(TypeKind::vector, {cql::DataType::scalar(TypeKind::float_)});
  vector.dimension = 2;
  EXPECT_EQ(encode(arrow::list(arrow::float64()), "[[1.5, 2], [1], [1, null]]", vector).values,
            (std::vector<std::string>{"[1.5,2]", "!1 elements for a vector of 2",
                                      "!element 1 is null, which a vector cannot hold"}));
}

TEST(Coercion, of_maps) {
  const auto map =
      nested(TypeKind::map, {cql::DataType::scalar(TypeKind::text), cql::DataType::scalar(TypeKind::int_)});
  EXPECT_EQ(encode(arrow::map(arrow::utf8(), arrow::int64()), R"([[["a", 1]], [], null, [["a", null]]])", map).values,
            (std::vector<std::string>{R"({"a":1})", "{}", "null", "!entry 0: a null, which a map cannot hold"}));
}

TEST(Coercion, of_structs_goes_by_name) {
  const auto udt =
      nested(TypeKind::udt, {cql::DataType::scalar(TypeKind::int_), cql::DataType::scalar(TypeKind::text)}, {"a", "b"});
  const auto swapped = arrow::struct_({arrow::field("b", arrow::utf8()), arrow::field("a", arrow::int64())});
  EXPECT_EQ(encode(swapped, R"([["x", 1], [null, 2], null])", udt).values,
            (std::vector<std::string>{R"({"a":1,"b":"x"})", R"({"a":2,"b":null})", "null"}));
  const auto less = arrow::struct_({arrow::field("a", arrow::int64())});
  EXPECT_EQ(encode(less, "[[1]]", udt).values, (std::vector<std::string>{R"({"a":1,"b":null})"}));
  const auto more = arrow::struct_({arrow::field("a", arrow::int64()), arrow::field("z", arrow::int64())});
  EXPECT_THAT(encode(more, "[]", udt).why, testing::HasSubstr("fields that the type has not"));
}

TEST(Coercion, of_structs_to_tuples_goes_by_number_or_place) {
  const auto tuple =
      nested(TypeKind::tuple, {cql::DataType::scalar(TypeKind::int_), cql::DataType::scalar(TypeKind::text)});
  const auto numbered = arrow::struct_({arrow::field("1", arrow::utf8()), arrow::field("0", arrow::int32())});
  EXPECT_EQ(encode(numbered, R"([["x", 1]])", tuple).values, std::vector<std::string>{R"([1,"x"])"});
  const auto named = arrow::struct_({arrow::field("first", arrow::int32()), arrow::field("second", arrow::utf8())});
  EXPECT_EQ(encode(named, R"([[1, "x"]])", tuple).values, std::vector<std::string>{R"([1,"x"])"});
  EXPECT_THAT(encode(arrow::struct_({arrow::field("first", arrow::int32())}), "[]", tuple).why,
              testing::HasSubstr("cannot become tuple<int, text>"));
}

TEST(Coercion, of_elements_that_do_not_fit_names_their_place) {
  const auto number = cql::DataType::scalar(TypeKind::int_);
  const auto text = cql::DataType::scalar(TypeKind::text);
  const auto list = nested(TypeKind::list, {number});
  EXPECT_EQ(encode(arrow::map(arrow::utf8(), arrow::int64()), "[[[\"a\", 1], [\"b\", 5000000000]]]",
                   nested(TypeKind::map, {text, number}))
                .values,
            std::vector<std::string>{"!entry 1: out of range for int"});
  EXPECT_EQ(encode(arrow::map(arrow::utf8(), arrow::int8()), R"([[["x", 1]]])", nested(TypeKind::map, {number, number}))
                .values,
            std::vector<std::string>{"!entry 0: not an integer for int"});
  EXPECT_EQ(encode(arrow::struct_({arrow::field("a", arrow::int64())}), "[[5000000000]]",
                   nested(TypeKind::udt, {number}, {"a"}))
                .values,
            std::vector<std::string>{"!field a: out of range for int"});
  EXPECT_EQ(encode(arrow::list(arrow::list(arrow::int64())), "[[[1], [2, 5000000000]]]", nested(TypeKind::list, {list}))
                .values,
            std::vector<std::string>{"!element 1: element 1: out of range for int"});
  auto vector = nested(TypeKind::vector, {number});
  vector.dimension = 2;
  EXPECT_EQ(encode(arrow::list(arrow::int64()), "[[1, 5000000000]]", vector).values,
            std::vector<std::string>{"!element 1: out of range for int"});
  auto texts = nested(TypeKind::vector, {cql::DataType::scalar(TypeKind::ascii)});
  texts.dimension = 2;
  EXPECT_EQ(encode(arrow::list(arrow::utf8()), R"([["a", "é"], ["a", "b"]])", texts).values,
            (std::vector<std::string>{"!element 1: not ASCII", R"(["a","b"])"}));
}

TEST(Coercion, of_nulls_in_lists_that_may_have_them) {
  const auto type = nullable_list_of(cql::DataType::scalar(TypeKind::int_));
  EXPECT_EQ(encode(arrow::list(arrow::int64()), "[[null, 7]]", type).values, std::vector<std::string>{"[null,7]"});
}

TEST(Coercion, of_nothing_but_nulls_makes_empty_parts) {
  const auto udt = nested(TypeKind::udt, {cql::DataType::scalar(TypeKind::int_)}, {"a"});
  EXPECT_EQ(encode(arrow::struct_({arrow::field("a", arrow::null())}), "[[null]]", udt).values,
            std::vector<std::string>{R"({"a":null})"});
}

TEST(Coercion, of_nested_types_that_cannot_be_is_refused) {
  const auto number = cql::DataType::scalar(TypeKind::int_);
  const auto list = nested(TypeKind::list, {number});
  const auto map = nested(TypeKind::map, {number, number});
  const auto udt = nested(TypeKind::udt, {number}, {"a"});
  const auto yes = arrow::boolean();
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, cql::DataType>> pairs{
      {yes, list},
      {yes, map},
      {yes, udt},
      {arrow::list(yes), list},
      {arrow::list(arrow::int32()), map},
      {arrow::map(yes, arrow::int32()), map},
      {arrow::map(arrow::int32(), yes), map},
      {arrow::struct_({arrow::field("a", yes)}), udt},
      {arrow::dictionary(arrow::int8(), yes), number},
      {arrow::extension::uuid(), number},
      {arrow::list(arrow::extension::uuid()), list}};
  for (const auto& [from, to] : pairs) {
    std::string why;
    EXPECT_EQ(columnar::make_cell_encoder(*from, to, why), nullptr) << from->ToString();
    EXPECT_THAT(why, testing::HasSubstr("cannot become"));
  }
}

TEST(ArrayJson, shows_every_kind_of_value) {
  const auto json = [](const std::shared_ptr<arrow::DataType>& type, const char* text) {
    const auto array = arrow::json::ArrayFromJSONString(type, text).ValueOrDie();
    std::string out;
    columnar::append_json(*array, 0, out);
    return out;
  };
  EXPECT_EQ(json(arrow::int8(), "[null]"), "null");
  EXPECT_EQ(json(arrow::uint64(), "[18446744073709551615]"), "18446744073709551615");
  EXPECT_EQ(json(arrow::float64(), "[1e300]"), "1e+300");
  EXPECT_EQ(json(arrow::float64(), "[NaN]"), "\"NaN\"");
  EXPECT_EQ(json(arrow::float64(), "[-Inf]"), "\"-Infinity\"");
  EXPECT_EQ(json(arrow::float32(), "[-Inf]"), "\"-Infinity\"");
  EXPECT_EQ(json(arrow::boolean(), "[true]"), "true");
  EXPECT_EQ(json(arrow::utf8(), R"(["a\"\n\u0001é"])"), "\"a\\\"\\u000a\\u0001é\"");
  EXPECT_EQ(json(arrow::binary(), R"(["ab"])"), "\"0x6162\"");
  EXPECT_EQ(json(arrow::map(arrow::int32(), arrow::list(arrow::int8())), "[[[1, [2, null]]]]"), R"({"1": [2, null]})");
  EXPECT_EQ(json(arrow::struct_({arrow::field("a", arrow::large_list(arrow::int8()))}), "[[[1]]]"), R"({"a": [1]})");
  EXPECT_EQ(json(arrow::decimal128(5, 2), R"(["1.50"])"), "\"1.50\"");
  EXPECT_EQ(json(arrow::dictionary(arrow::int8(), arrow::utf8()), R"(["x"])"), "\"x\"");
  EXPECT_EQ(json(arrow::dictionary(arrow::int8(), arrow::int16()), "[7]"), "7");
  EXPECT_EQ(json(arrow::int16(), "[-7]"), "-7");
  EXPECT_EQ(json(arrow::uint8(), "[255]"), "255");
  EXPECT_EQ(json(arrow::uint16(), "[65535]"), "65535");
  EXPECT_EQ(json(arrow::uint32(), "[4294967295]"), "4294967295");
  EXPECT_EQ(json(arrow::float64(), "[Inf]"), "\"Infinity\"");
  EXPECT_EQ(json(arrow::boolean(), "[false]"), "false");
  EXPECT_EQ(json(arrow::large_utf8(), R"(["a\\b"])"), R"("a\\b")");
  EXPECT_EQ(json(arrow::fixed_size_list(arrow::int8(), 2), "[[1, 2]]"), "[1, 2]");
  EXPECT_EQ(json(arrow::map(arrow::utf8(), arrow::int8()), R"([[["a", 1], ["b", null]]])"), R"({"a": 1, "b": null})");
  EXPECT_EQ(json(arrow::struct_({arrow::field("a", arrow::int8()), arrow::field("b", arrow::utf8())}), R"([[1, "x"]])"),
            R"({"a": 1, "b": "x"})");
  EXPECT_EQ(json(arrow::date32(), "[0]"), "\"1970-01-01\"");
  const auto storage =
      arrow::json::ArrayFromJSONString(arrow::fixed_size_binary(16), R"(["abcdefghijklmnop"])").ValueOrDie();
  std::string out;
  columnar::append_json(*arrow::ExtensionType::WrapArray(arrow::extension::uuid(), storage), 0, out);
  EXPECT_EQ(out, "\"61626364-6566-6768-696a-6b6c6d6e6f70\"");
  out.clear();
  const auto document = arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["[1]"])").ValueOrDie();
  columnar::append_json(*arrow::ExtensionType::WrapArray(arrow::extension::json(), document), 0, out);
  EXPECT_EQ(out, "\"[1]\"") << "of other extensions what they are stored as";
}

TEST(ArrayJson, shows_what_is_broken_in_files) {
  std::string out;
  columnar::append_json_text("a\xFF\xC3z", out);
  EXPECT_EQ(out, "\"a\xEF\xBF\xBD\xEF\xBF\xBDz\"");
  out.clear();
  columnar::append_json(*broken_dictionary(), 0, out);
  columnar::append_json(*broken_dictionary(), 1, out);
  EXPECT_EQ(out, "\"?\"\"?\"");
}

}  // namespace
}  // namespace cqlbulk
