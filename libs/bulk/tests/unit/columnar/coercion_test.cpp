// Files of other tools: Arrow types that an export never writes become CQL values where nothing is lost, and are
// refused, value by value or as a whole, where something would be.
#include <arrow/util/float16.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coercion.hpp"

namespace cqlbulk {
namespace {

using cql::TypeKind;
using test::encode;

struct Case {
  std::shared_ptr<arrow::DataType> from;
  const char* json;
  TypeKind to;
  std::vector<std::string> expected;
};

const std::vector<Case>& scalar_cases() {
  static const std::vector<Case> cases{
      {arrow::int64(),
       "[1, null, -2147483648, 2147483648]",
       TypeKind::int_,
       {"1", "null", "-2147483648", "!out of range for int"}},
      {arrow::int8(), "[-128, 127]", TypeKind::bigint, {"-128", "127"}},
      {arrow::uint8(), "[127, 128]", TypeKind::tinyint, {"127", "!out of range for tinyint"}},
      {arrow::uint64(),
       "[9223372036854775807, 9223372036854775808]",
       TypeKind::bigint,
       {"9223372036854775807", "!out of range for bigint"}},
      {arrow::int16(), "[5]", TypeKind::counter, {"5"}},
      {arrow::uint16(), "[127, 65535]", TypeKind::tinyint, {"127", "!out of range for tinyint"}},
      {arrow::int8(), "[-128]", TypeKind::double_, {"-128"}},
      {arrow::int16(), "[-32768]", TypeKind::float_, {"-32768"}},
      {arrow::uint8(), "[255]", TypeKind::float_, {"255"}},
      {arrow::uint16(), "[65535]", TypeKind::double_, {"65535"}},
      {arrow::uint32(), "[4294967295, 1]", TypeKind::float_, {"!cannot be held exactly for float", "1"}},
      {arrow::float32(), "[NaN, -Inf, -0.0]", TypeKind::double_, {"NaN", "-Infinity", "-0"}},
      {arrow::float64(), "[NaN, Inf]", TypeKind::float_, {"NaN", "Infinity"}},
      {arrow::float64(),
       "[NaN, -Inf]",
       TypeKind::bigint,
       {"!no whole number or out of range for bigint", "!no whole number or out of range for bigint"}},
      {arrow::uint32(), "[65536, 3]", TypeKind::smallint, {"!out of range for smallint", "3"}},
      {arrow::float64(),
       "[3.0, 3.5, null, 1e300]",
       TypeKind::int_,
       {"3", "!no whole number or out of range for int", "null", "!no whole number or out of range for int"}},
      {arrow::float64(),
       "[-1e300, 2147483648]",
       TypeKind::int_,
       {"!no whole number or out of range for int", "!no whole number or out of range for int"}},
      {arrow::float32(), "[16777216]", TypeKind::bigint, {"16777216"}},
      {arrow::float64(), "[-128, 128]", TypeKind::tinyint, {"-128", "!no whole number or out of range for tinyint"}},
      {arrow::fixed_size_binary(3), R"(["abc"])", TypeKind::uuid, {"!not 16 bytes for a UUID"}},
      {arrow::utf8(), R"(["0xff", "ff"])", TypeKind::blob, {"0xff", "!not 0x and hexadecimal digits for blob"}},
      {arrow::float64(),
       "[9223372036854775808, -9223372036854775808]",
       TypeKind::bigint,
       {"!no whole number or out of range for bigint", "-9223372036854775808"}},
      {arrow::float32(), "[1.5, null]", TypeKind::double_, {"1.5", "null"}},
      {arrow::float64(),
       "[1.5, 0.1, 1e300]",
       TypeKind::float_,
       {"1.5", "!cannot be held exactly for float", "!cannot be held exactly for float"}},
      {arrow::int64(),
       "[9007199254740992, 9007199254740993, 9223372036854775807]",
       TypeKind::double_,
       {"9007199254740992", "!cannot be held exactly for double", "!cannot be held exactly for double"}},
      {arrow::uint64(), "[18446744073709551615, 0]", TypeKind::double_, {"!cannot be held exactly for double", "0"}},
      {arrow::int32(), "[16777217, 7]", TypeKind::float_, {"!cannot be held exactly for float", "7"}},
      {arrow::boolean(), "[true, false, null]", TypeKind::boolean, {"true", "false", "null"}},
      {arrow::timestamp(arrow::TimeUnit::SECOND),
       "[1, 9223372036854775807]",
       TypeKind::timestamp,
       {"1970-01-01T00:00:01.000Z", "!finer than a millisecond or out of range for timestamp"}},
      {arrow::timestamp(arrow::TimeUnit::MICRO, "Europe/Berlin"),
       "[-1000, 1001]",
       TypeKind::timestamp,
       {"1969-12-31T23:59:59.999Z", "!finer than a millisecond or out of range for timestamp"}},
      {arrow::timestamp(arrow::TimeUnit::NANO),
       "[1000000, 1000001]",
       TypeKind::timestamp,
       {"1970-01-01T00:00:00.001Z", "!finer than a millisecond or out of range for timestamp"}},
      {arrow::date32(), "[1]", TypeKind::timestamp, {"1970-01-02T00:00:00.000Z"}},
      {arrow::date64(), "[86400000]", TypeKind::timestamp, {"1970-01-02T00:00:00.000Z"}},
      {arrow::int64(), "[1500]", TypeKind::timestamp, {"1970-01-01T00:00:01.500Z"}},
      {arrow::date64(), "[86400000]", TypeKind::date, {"1970-01-02"}},
      {arrow::date32(), "[-1]", TypeKind::date, {"1969-12-31"}},
      {arrow::timestamp(arrow::TimeUnit::SECOND),
       "[86400, 1]",
       TypeKind::date,
       {"1970-01-02", "!not midnight or out of range for date"}},
      {arrow::timestamp(arrow::TimeUnit::MILLI),
       "[-86400000, 1]",
       TypeKind::date,
       {"1969-12-31", "!not midnight or out of range for date"}},
      {arrow::timestamp(arrow::TimeUnit::MICRO),
       "[86400000000, 9223372036854775807]",
       TypeKind::date,
       {"1970-01-02", "!not midnight or out of range for date"}},
      {arrow::timestamp(arrow::TimeUnit::NANO), "[86400000000000]", TypeKind::date, {"1970-01-02"}},
      {arrow::timestamp(arrow::TimeUnit::SECOND),
       "[9223372036854720000]",
       TypeKind::date,
       {"!not midnight or out of range for date"}},
      {arrow::time64(arrow::TimeUnit::NANO), "[86399999999999]", TypeKind::time, {"23:59:59.999999999"}},
      {arrow::time32(arrow::TimeUnit::SECOND), "[1]", TypeKind::time, {"00:00:01.000000000"}},
      {arrow::time32(arrow::TimeUnit::MILLI),
       "[1, -1]",
       TypeKind::time,
       {"00:00:00.001000000", "!not within a day for time"}},
      {arrow::time64(arrow::TimeUnit::MICRO),
       "[1, 86400000000]",
       TypeKind::time,
       {"00:00:00.000001000", "!not within a day for time"}},
      {arrow::large_utf8(), R"(["é", "", null])", TypeKind::text, {"é", "", "null"}},
      {arrow::utf8_view(),
       R"(["a longer string than is inlined", "é"])",
       TypeKind::ascii,
       {"a longer string than is inlined", "!not ASCII"}},
      {arrow::binary(), R"(["abc"])", TypeKind::text, {"abc"}},
      {arrow::large_binary(), R"(["abc", null])", TypeKind::blob, {"0x616263", "null"}},
      {arrow::binary_view(), R"(["abc"])", TypeKind::blob, {"0x616263"}},
      {arrow::fixed_size_binary(3), R"(["abc"])", TypeKind::blob, {"0x616263"}},
      {arrow::binary(), R"(["abcd", "abc"])", TypeKind::inet, {"97.98.99.100", "!neither 4 nor 16 bytes for inet"}},
      {arrow::fixed_size_binary(4), R"(["abcd"])", TypeKind::inet, {"97.98.99.100"}},
      {arrow::large_binary(), R"(["abcdefghijklmnop"])", TypeKind::inet, {"6162:6364:6566:6768:696a:6b6c:6d6e:6f70"}},
      {arrow::large_utf8(), R"(["7"])", TypeKind::int_, {"7"}},
      {arrow::utf8_view(),
       R"(["7", "a longer string than is inlined"])",
       TypeKind::bigint,
       {"7", "!not an integer for bigint"}},
      {arrow::utf8(), R"(["127.0.0.1", "::1"])", TypeKind::inet, {"127.0.0.1", "::1"}},
      {arrow::utf8(),
       R"(["00112233-4455-6677-8899-aabbccddeeff"])",
       TypeKind::uuid,
       {"00112233-4455-6677-8899-aabbccddeeff"}},
      {arrow::fixed_size_binary(16),
       R"(["abcdefghijklmnop"])",
       TypeKind::uuid,
       {"61626364-6566-6768-696a-6b6c6d6e6f70"}},
      {arrow::fixed_size_binary(16),
       R"(["abcdefghijklmnop"])",
       TypeKind::timeuuid,
       {"!not a version 1 UUID for timeuuid"}},
      {arrow::binary(),
       R"(["abcdefghijklmnop", "abc"])",
       TypeKind::uuid,
       {"61626364-6566-6768-696a-6b6c6d6e6f70", "!not 16 bytes for a UUID"}},
      {arrow::dictionary(arrow::int8(), arrow::utf8()),
       R"(["a", "b", null, "a"])",
       TypeKind::text,
       {"a", "b", "null", "a"}},
      {arrow::dictionary(arrow::int32(), arrow::utf8()),
       R"(["1", "x"])",
       TypeKind::int_,
       {"1", "!not an integer for int"}},
      {arrow::decimal128(10, 2), R"(["123.40", "-0.01", null])", TypeKind::decimal, {"123.40", "-0.01", "null"}},
      {arrow::decimal256(40, 0),
       R"(["12345678901234567890123456789", "-128", "128", "0"])",
       TypeKind::varint,
       {"12345678901234567890123456789", "-128", "128", "0"}},
      {arrow::decimal128(20, 0),
       R"(["2147483647", "-2147483648", "2147483648"])",
       TypeKind::int_,
       {"2147483647", "-2147483648", "!out of range for int"}},
      {arrow::decimal32(5, 0), R"(["-5"])", TypeKind::bigint, {"-5"}},
      {arrow::decimal64(10, 0), R"(["5"])", TypeKind::counter, {"5"}},
      {arrow::decimal128(5, 0), R"(["-128", "128"])", TypeKind::tinyint, {"-128", "!out of range for tinyint"}},
      {arrow::decimal128(5, 0), R"(["32767", "-32769"])", TypeKind::smallint, {"32767", "!out of range for smallint"}},
      {arrow::int32(), "[-129, 255]", TypeKind::varint, {"-129", "255"}},
      {arrow::uint64(), "[18446744073709551615]", TypeKind::varint, {"18446744073709551615"}},
      {arrow::int64(), "[-7]", TypeKind::decimal, {"-7"}},
      {arrow::uint64(), "[18446744073709551615]", TypeKind::decimal, {"18446744073709551615"}},
      {arrow::null(), "[null, null]", TypeKind::int_, {"null", "null"}},
      {arrow::month_interval(), "[14]", TypeKind::duration, {"1y2mo"}},
      {arrow::day_time_interval(), "[[2, 3]]", TypeKind::duration, {"2d3ms"}},
      {arrow::month_day_nano_interval(),
       "[[1, 2, 3], [1, -2, 3]]",
       TypeKind::duration,
       {"1mo2d3ns", "!months, days and nanoseconds of a duration must have one sign"}},
      {arrow::duration(arrow::TimeUnit::MILLI), "[3]", TypeKind::duration, {"3ms"}},
      {arrow::duration(arrow::TimeUnit::MICRO), "[-3]", TypeKind::duration, {"-3us"}},
      {arrow::duration(arrow::TimeUnit::NANO), "[3]", TypeKind::duration, {"3ns"}},
      {arrow::struct_({arrow::field("months", arrow::int64()), arrow::field("days", arrow::float64()),
                       arrow::field("nanoseconds", arrow::int64())}),
       "[[2147483648, 1, 2], [1, 1.5, 2], [1, 2, null]]",
       TypeKind::duration,
       {"!out of range for int", "!no whole number or out of range for int",
        "!a duration whose months, days or nanoseconds are null"}},
      {arrow::duration(arrow::TimeUnit::SECOND),
       "[3, 9223372036854775807]",
       TypeKind::duration,
       {"3s", "!out of range for duration"}},
      {arrow::struct_({arrow::field("nanoseconds", arrow::int32()), arrow::field("months", arrow::int64()),
                       arrow::field("days", arrow::int32())}),
       "[[3, 1, 2], [null, 1, 2], [3, 1, null], null]",
       TypeKind::duration,
       {"1mo2d3ns", "!a duration whose months, days or nanoseconds are null",
        "!a duration whose months, days or nanoseconds are null", "null"}},
  };
  return cases;
}

TEST(Coercion, of_scalars_loses_nothing) {
  for (const auto& one : scalar_cases()) {
    const auto to = cql::DataType::scalar(one.to);
    SCOPED_TRACE(one.from->ToString() + " -> " + to.to_string());
    const auto result = encode(one.from, one.json, to);
    EXPECT_EQ(result.why, "");
    EXPECT_EQ(result.values, one.expected);
  }
}

TEST(Coercion, every_kind_of_number_becomes_bigint_and_double) {
  for (const auto& from : {arrow::int8(), arrow::int16(), arrow::int32(), arrow::int64(), arrow::uint8(),
                           arrow::uint16(), arrow::uint32(), arrow::uint64(), arrow::float32(), arrow::float64()}) {
    for (const TypeKind to : {TypeKind::bigint, TypeKind::double_}) {
      EXPECT_EQ(encode(from, "[1, 100]", cql::DataType::scalar(to)).values, (std::vector<std::string>{"1", "100"}))
          << from->ToString();
    }
  }
}

TEST(Coercion, every_kind_of_bytes_becomes_text) {
  const auto text = cql::DataType::scalar(TypeKind::text);
  for (const auto& from : {arrow::utf8(), arrow::large_utf8(), arrow::utf8_view(), arrow::binary(),
                           arrow::large_binary(), arrow::binary_view(), arrow::fixed_size_binary(2)}) {
    EXPECT_EQ(encode(from, R"(["ab", null])", text).values, (std::vector<std::string>{"ab", "null"}))
        << from->ToString();
  }
}

TEST(Coercion, every_text_parses_as_every_scalar) {
  const auto uuid = encode(arrow::utf8(), R"(["nothing of the kind"])", cql::DataType::scalar(TypeKind::uuid));
  ASSERT_EQ(uuid.values.size(), 1U);
  EXPECT_THAT(uuid.values[0], testing::StartsWith("!"));
  auto list = cql::DataType::scalar(TypeKind::list);
  list.children = {cql::DataType::scalar(TypeKind::int_)};
  EXPECT_EQ(encode(arrow::utf8(), R"(["[1, 2]"])", list).values, std::vector<std::string>{"[1,2]"});
}

TEST(Coercion, of_half_floats_is_exact) {
  arrow::HalfFloatBuilder builder;
  ASSERT_TRUE(builder.Append(arrow::util::Float16(1.5F).bits()).ok());
  const auto array = builder.Finish().ValueOrDie();
  EXPECT_EQ(encode(*array, cql::DataType::scalar(TypeKind::float_)).values, std::vector<std::string>{"1.5"});
  EXPECT_EQ(encode(*array, cql::DataType::scalar(TypeKind::double_)).values, std::vector<std::string>{"1.5"});
}

TEST(Coercion, bytes_that_are_no_utf8_are_no_text) {
  arrow::StringBuilder builder;
  ASSERT_TRUE(builder.Append("ok").ok());
  ASSERT_TRUE(builder.Append("\xFF\xFE").ok());
  const auto array = builder.Finish().ValueOrDie();
  EXPECT_EQ(encode(*array, cql::DataType::scalar(TypeKind::text)).values,
            (std::vector<std::string>{"ok", "!not UTF-8"}));
}

TEST(Coercion, that_cannot_be_is_refused_with_both_types) {
  const std::vector<std::pair<std::shared_ptr<arrow::DataType>, TypeKind>> pairs{
      {arrow::int32(), TypeKind::text},
      {arrow::binary(), TypeKind::int_},
      {arrow::boolean(), TypeKind::int_},
      {arrow::int32(), TypeKind::boolean},
      {arrow::float64(), TypeKind::decimal},
      {arrow::decimal128(5, 2), TypeKind::int_},
      {arrow::decimal128(5, 2), TypeKind::varint},
      {arrow::date32(), TypeKind::time},
      {arrow::int32(), TypeKind::date},
      {arrow::list(arrow::int32()), TypeKind::int_},
      {arrow::fixed_size_binary(8), TypeKind::bigint},
      {arrow::int32(), TypeKind::blob},
      {arrow::int64(), TypeKind::duration},
      {arrow::date32(), TypeKind::bigint},
      {arrow::date32(), TypeKind::double_},
      {arrow::int32(), TypeKind::timestamp},
      {arrow::int32(), TypeKind::time},
      {arrow::decimal128(5, 0), TypeKind::double_},
      {arrow::struct_({arrow::field("months", arrow::int32())}), TypeKind::duration},
      {arrow::struct_({arrow::field("m", arrow::int32()), arrow::field("days", arrow::int32()),
                       arrow::field("nanoseconds", arrow::int64())}),
       TypeKind::duration},
      {arrow::struct_({arrow::field("months", arrow::int32()), arrow::field("days", arrow::int32()),
                       arrow::field("nanoseconds", arrow::list(arrow::int8()))}),
       TypeKind::duration},
      {arrow::struct_({arrow::field("months", arrow::utf8()), arrow::field("days", arrow::list(arrow::int8())),
                       arrow::field("nanoseconds", arrow::int64())}),
       TypeKind::duration}};
  for (const auto& [from, to] : pairs) {
    const auto type = cql::DataType::scalar(to);
    std::string why;
    EXPECT_EQ(columnar::make_cell_encoder(*from, type, why), nullptr);
    EXPECT_EQ(why, from->ToString() + " cannot become " + type.to_string());
  }
}

}  // namespace
}  // namespace cqlbulk
