// Values of every scalar type: their text, their JSON, and back from either.
#include <gtest/gtest.h>

#include <span>

#include "cql/error.hpp"
#include "text_values.hpp"

namespace cqlbulk::text::testing {
namespace {

struct Value {
  std::string_view type;
  std::string_view hex;
  std::string text;
  std::string json;
};

std::string with_quotes(std::string_view text) { return '"' + std::string(text) + '"'; }
Value bare(std::string_view type, std::string_view hex, const std::string& text) { return {type, hex, text, text}; }
Value in_quotes(std::string_view type, std::string_view hex, const std::string& text) {
  return {type, hex, text, with_quotes(text)};
}

const Value integers[] = {
    bare("tinyint", "00", "0"),
    bare("tinyint", "80", "-128"),
    bare("tinyint", "7f", "127"),
    bare("smallint", "8000", "-32768"),
    bare("smallint", "7fff", "32767"),
    bare("int", "80000000", "-2147483648"),
    bare("int", "7fffffff", "2147483647"),
    bare("int", "ffffffff", "-1"),
    in_quotes("int", "", ""),
    bare("bigint", "8000000000000000", "-9223372036854775808"),
    bare("bigint", "7fffffffffffffff", "9223372036854775807"),
    in_quotes("bigint", "", ""),
    bare("counter", "00000000000003e8", "1000"),
    bare("varint", "00", "0"),
    bare("varint", "ff", "-1"),
    bare("varint", "80", "-128"),
    bare("varint", "0080", "128"),
    in_quotes("varint", "", ""),
    bare("varint", "010000000000000000", "18446744073709551616"),
    bare("varint", "ff0000000000000000", "-18446744073709551616"),
    bare("varint", "7fffffffffffffffffffffffffffffff", "170141183460469231731687303715884105727"),
    bare("boolean", "01", "true"),
    bare("boolean", "00", "false"),
    in_quotes("boolean", "", ""),
};

const Value reals[] = {
    bare("double", "0000000000000000", "0"),
    bare("double", "8000000000000000", "-0"),
    bare("double", "3ff0000000000000", "1"),
    bare("double", "3fb999999999999a", "0.1"),
    bare("double", "40f86a0000000000", "100000"),
    bare("double", "c1678c29dcd6e9bc", "-12345678.9012345"),
    bare("double", "430c6bf526340000", "1e+15"),
    bare("double", "3eb0c6f7a0b5ed8d", "1e-06"),
    bare("double", "7fefffffffffffff", "1.7976931348623157e+308"),
    bare("double", "0000000000000001", "5e-324"),
    bare("double", "0010000000000000", "2.2250738585072014e-308"),
    in_quotes("double", "7ff8000000000000", "NaN"),
    in_quotes("double", "7ff0000000000000", "Infinity"),
    in_quotes("double", "fff0000000000000", "-Infinity"),
    in_quotes("double", "", ""),
    bare("float", "3dcccccd", "0.1"),
    bare("float", "80000000", "-0"),
    bare("float", "7f7fffff", "3.4028235e+38"),
    bare("float", "00000001", "1e-45"),
    in_quotes("float", "7fc00000", "NaN"),
    in_quotes("float", "ff800000", "-Infinity"),
    in_quotes("float", "", ""),
    bare("decimal", "00000000 00", "0"),
    bare("decimal", "00000002 0096", "1.50"),
    bare("decimal", "00000002 ff6a", "-1.50"),
    bare("decimal", "fffffffd 01", "1E+3"),
    bare("decimal", "0000000a 01", "1E-10"),
    bare("decimal", "00000007 00", "0E-7"),
    bare("decimal", "00000005 7b", "0.00123"),
    bare("decimal", "80000000 01", "1E+2147483648"),
    bare("decimal", "7fffffff 0c", "1.2E-2147483646"),
    in_quotes("decimal", "", ""),
    bare("decimal", "00000014 010000000000000000", "0.18446744073709551616"),
};

const Value times[] = {
    in_quotes("timestamp", "0000000000000000", "1970-01-01T00:00:00.000Z"),
    in_quotes("timestamp", "ffffffffffffffff", "1969-12-31T23:59:59.999Z"),
    in_quotes("timestamp", "0000018cc820db2e", "2024-01-02T03:04:05.678Z"),
    in_quotes("timestamp", "7fffffffffffffff", "+292278994-08-17T07:12:55.807Z"),
    in_quotes("timestamp", "8000000000000000", "-292275055-05-16T16:47:04.192Z"),
    in_quotes("timestamp", "0000e677d21fdbff", "9999-12-31T23:59:59.999Z"),
    in_quotes("timestamp", "0000e677d21fdc00", "+10000-01-01T00:00:00.000Z"),
    in_quotes("timestamp", "ffffc77590fba000", "0000-01-01T00:00:00.000Z"),
    in_quotes("timestamp", "ffffc77590fb9fff", "-0001-12-31T23:59:59.999Z"),
    in_quotes("timestamp", "", ""),
    in_quotes("date", "80000000", "1970-01-01"),
    in_quotes("date", "7fffffff", "1969-12-31"),
    in_quotes("date", "80004d46", "2024-02-29"),
    in_quotes("date", "00000000", "-5877641-06-23"),
    in_quotes("date", "ffffffff", "+5881580-07-11"),
    in_quotes("time", "0000000000000000", "00:00:00.000000000"),
    in_quotes("time", "00004e94914effff", "23:59:59.999999999"),
    in_quotes("time", "00001bd4a57d1d15", "08:30:00.123456789"),
    in_quotes("duration", "00 00 00", "0ns"),
    in_quotes("duration", "02 04 06", "1mo2d3ns"),
    in_quotes("duration", "01 03 05", "-1mo2d3ns"),
    in_quotes("duration", "f0ffffffff 00 00", "-178956970y8mo"),
    in_quotes("duration", "00 00 fffffffffffffffffe", "2562047h47m16s854ms775us807ns"),
    in_quotes("duration", "00 00 ffffffffffffffffff", "-2562047h47m16s854ms775us808ns"),
};

const Value strings[] = {
    in_quotes("text", "", ""),
    in_quotes("text", "61c3a4f09f9880", "aä😀"),
    Value{"text", "22 5c 2f 08 0c 0a 0d 09 01 1f 7f", "\"\\/\b\f\n\r\t\x01\x1f\x7f",
          R"("\"\\/\b\f\n\r\t\u0001\u001f)"
          "\x7f\""},
    Value{"text", "00", std::string(1, '\0'), R"("\u0000")"},
    in_quotes("ascii", "41 7e", "A~"),
    in_quotes("ascii", "", ""),
    in_quotes("blob", "", "0x"),
    in_quotes("blob", "00 ff 10", "0x00ff10"),
    in_quotes("'org.example.Own'", "cafe", "0xcafe"),
    in_quotes("uuid", "", ""),
    in_quotes("uuid", "00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-aabbccddeeff"),
    in_quotes("timeuuid", "d2177dd0eaa211de a572001b779c76e3", "d2177dd0-eaa2-11de-a572-001b779c76e3"),
    in_quotes("inet", "7f000001", "127.0.0.1"),
    in_quotes("inet", "00000000000000000000000000000001", "::1"),
    in_quotes("inet", "20010db8000000000000000000000001", "2001:db8::1"),
    in_quotes("inet", "", ""),
};

constexpr std::span<const Value> tables[] = {integers, reals, times, strings};

template <typename Check>
void for_every_value(Check check) {
  for (const auto& table : tables) {
    for (const Value& value : table) {
      SCOPED_TRACE(std::string(value.type) + " " + std::string(value.hex));
      check(value, type_of(value.type), from_hex(value.hex));
    }
  }
}

TEST(scalar_text, is_written) {
  for_every_value([](const Value& value, const cql::DataType& type, const std::string& bytes) {
    EXPECT_EQ(write(type, bytes), value.text);
    EXPECT_EQ(write(type, bytes, true), value.json);
  });
}

TEST(scalar_text, is_read) {
  for_every_value([](const Value& value, const cql::DataType& type, const std::string& bytes) {
    const Parsed parsed = parse(type, value.text);
    EXPECT_EQ(parsed.problem, "");
    EXPECT_EQ(to_hex(parsed.value), to_hex(bytes));
  });
}

TEST(scalar_text, is_read_from_json) {
  for_every_value([](const Value& value, const cql::DataType& /*type*/, const std::string& bytes) {
    const Parsed parsed = parse(type_of("list<" + std::string(value.type) + ">"), "[" + value.json + "]");
    EXPECT_EQ(parsed.problem, "");
    std::string expected = from_hex("00000001 000000");
    expected += static_cast<char>(bytes.size());
    EXPECT_EQ(to_hex(parsed.value), to_hex(expected + bytes));
  });
}

TEST(scalar_text, bytes_that_are_no_value_are_refused) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"tinyint", "0000"},
      {"smallint", "00"},
      {"int", "000000"},
      {"int", "0000000000"},
      {"bigint", "00000000"},
      {"counter", "00"},
      {"float", "0000000000000000"},
      {"double", "00000000"},
      {"decimal", "00000000"},
      {"decimal", "0000"},
      {"boolean", "0000"},
      {"timestamp", "00000000"},
      {"date", "0000000000000000"},
      {"time", "00000000"},
      {"time", "ffffffffffffffff"},
      {"time", "00004e94914f0000"},
      {"uuid", "00"},
      {"timeuuid", "0011"},
      {"inet", "7f0000"},
      {"inet", "7f00000100"},
      {"duration", "00"},
      {"duration", "000000 00"},
      {"duration", "02 03 00"},
      {"duration", "f200000000 00 00"},
  };
  for (const auto& [name, hex] : cases) {
    EXPECT_THROW((void)write(type_of(name), from_hex(hex)), cql::Error) << name << " " << hex;
    EXPECT_THROW((void)write(type_of(name), from_hex(hex), true), cql::Error) << name << " " << hex;
  }
}

}  // namespace
}  // namespace cqlbulk::text::testing
