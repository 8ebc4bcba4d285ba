// Text that is nearly a value, in every form there is: refused with the reason. And values at the edges of the forms.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "cql/error.hpp"
#include "cqlbulk/error.hpp"
#include "text_values.hpp"

namespace cqlbulk::text {
namespace {

using testing::from_hex;
using testing::parse;
using testing::to_hex;
using testing::type_of;
using testing::with;
using testing::write;

struct Wrong {
  const char* type;
  std::string text;
  const char* reason;
};

void check(const Forms& forms, const std::vector<Wrong>& cases) {
  for (const Wrong& wrong : cases) {
    EXPECT_THAT(parse(type_of(wrong.type), wrong.text, forms).problem, ::testing::StartsWith(wrong.reason))
        << wrong.type << " " << wrong.text.substr(0, 60);
  }
}

TEST(malformed_text, literals) {
  check(with([](TextForms& forms) { forms.nested = TextForms::Nested::cql; }),
        {{"map<int, int>", "[1]", "a map in { } was expected"},
         {"map<int, int>", "{x: 1}", "element 0: not an integer"},
         {"map<int, int>", "{1: x}", "element 0: not an integer"},
         {"map<int, int>", "{1: 2 3: 4}", "a comma or } was expected"},
         {"map<int, int>", "{1: null}", "element 0: null"},
         {"map<int, int>", "{", "element 0: a value was expected"},
         {"tuple<int, text>", "[1]", "a tuple in ( ) was expected"},
         {"tuple<int, text>", "(x)", "element 0: not an integer"},
         {"tuple<int, text>", "(1 'x')", "a comma or ) was expected"},
         {"address", "[]", "the fields of a user-defined type in { } were expected"},
         {"address", "{street: 'x' number: 1}", "a comma or } was expected"},
         {"address", "{: 'x'}", "a field's name was expected"},
         {"address", "{\"street: 'x'}", "a quote does not close"},
         {"address", "{zip: 'x'}", "no such field of "},
         {"address", "{street 'x'}", "a colon was expected after a field's name"},
         {"address", "{number: x}", "field \"number\": not an integer"},
         {"vector<int, 2>", "{1, 2}", "a vector in [ ] was expected"},
         {"vector<int, 2>", "[1 2]", "a comma or ] was expected"},
         {"vector<int, 2>", "[1, x]", "element 1: not an integer"},
         {"vector<text, 1>", "['a', 'b']", "2 elements where vector<text, 1> has 1"},
         {"list<text>", "['it''s", "element 0: a quote does not close"},
         {"list<blob>", "[0x0]", "element 0: "},
         {"list<uuid>", "[1]", "element 0: not a UUID"}});
}

TEST(malformed_text, times_by_pattern) {
  const auto timestamp = [](const char* pattern, const char* zone = "Z") {
    return with([&](TextForms& forms) {
      forms.timestamp_pattern = pattern;
      forms.time_zone = zone;
    });
  };
  const char* const not_of_it = "not of the format that was given";
  check(timestamp("yyyy-MM-dd HH:mm:ss.SSSSSS XXX"),
        {{"timestamp", "2024-01-02 03:04:05.678000 +01:00", ""},
         {"timestamp", "2024-01-02 03:04:05.678000", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 *01:00", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +1:00", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +01:6", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +01:60", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +19:00", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +01:00:3", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678000 +01:00:30", ""},
         {"timestamp", "2024-01-02 03:04:05.67800 +01:00", not_of_it},
         {"timestamp", "2024-01-02 03:04:05.678001 +01:00", "finer than milliseconds"},
         {"timestamp", "2024-02-30 03:04:05.678000 +01:00", "no such day"},
         {"timestamp", "2024-13-01 03:04:05.678000 +01:00", not_of_it},
         {"timestamp", "2024-01-02 24:04:05.678000 +01:00", not_of_it},
         {"timestamp", "202-01-02 03:04:05.678000 +01:00", not_of_it},
         {"timestamp", "-99999-01-02 03:04:05.678000 Z", ""},
         {"timestamp", "+292278995-01-02 03:04:05.678000 Z", "out of range for timestamp"},
         {"timestamp", "-292275056-01-02 03:04:05.678000 Z", "out of range for timestamp"},
         {"timestamp", "", ""}});
  check(timestamp("d. MMM yy, h a"), {{"timestamp", "2. Jan 24, 3 PM", ""},
                                      {"timestamp", "2. Foo 24, 3 PM", not_of_it},
                                      {"timestamp", "2. Jan 2, 3 PM", not_of_it},
                                      {"timestamp", "2. Jan 24, 3 XM", not_of_it}});
  check(timestamp("yyyy-MM-dd HH:mm", "Europe/Berlin"),
        {{"timestamp", "2024-03-31 02:30", "a local time that the clocks of the time zone leave out"}});
  const Forms days = with([](TextForms& forms) {
    forms.date_pattern = "yyyy-MM-dd";
    forms.time_pattern = "HH:mm";
  });
  check(days, {{"date", "", "a date cannot be empty"},
               {"date", "+5881580-07-12", "out of range for date"},
               {"date", "-5877641-06-22", "out of range for date"},
               {"time", "25:00", not_of_it},
               {"time", "08.00", not_of_it}});
}

TEST(malformed_text, offsets_of_patterns_show_what_they_can) {
  const auto shown = [](const char* pattern, const char* zone) {
    return write(type_of("timestamp"), from_hex("0000000000000000"), false, with([&](TextForms& forms) {
                   forms.timestamp_pattern = pattern;
                   forms.time_zone = zone;
                   forms.rounding = Rounding::floor;
                 }));
  };
  EXPECT_EQ(shown("yyyy-MM-dd HH:mmX", "Z"), "1970-01-01 00:00Z");
  EXPECT_EQ(shown("yyyy-MM-dd HH:mmx", "Z"), "1970-01-01 00:00+00");
  EXPECT_EQ(shown("yyyy-MM-dd HH:mmx", "+05:30"), "1970-01-01 05:30+0530");
  EXPECT_EQ(shown("yyyy-MM-dd HH:mmxxx", "+05:30"), "1970-01-01 05:30+05:30");
  EXPECT_EQ(shown("yyyy-MM-dd HH:mmXX", "-03"), "1969-12-31 21:00-0300");
}

TEST(malformed_text, patterns_zones_and_separators) {
  const auto refusal = [](const std::function<void(TextForms&)>& set) -> std::string {
    try {
      (void)with(set);
      return "accepted";
    } catch (const Error& error) {
      return error.message();
    }
  };
  const auto time = [&](const char* pattern) {
    return refusal([&](TextForms& forms) { forms.time_pattern = pattern; });
  };
  EXPECT_THAT(time("HH:mm dd"), ::testing::HasSubstr("has d, which a time of a day has not"));
  EXPECT_THAT(time("HH:mm X"), ::testing::HasSubstr("has X, which a time of a day has not"));
  EXPECT_THAT(time("HH hh a"), ::testing::HasSubstr("has the hour twice"));
  EXPECT_THAT(time("HH yyy"), ::testing::HasSubstr("stands for nothing here"));
  EXPECT_THAT(refusal([](TextForms& forms) { forms.timestamp_pattern = "yyyy-MM-dd X x"; }),
              ::testing::HasSubstr("has the offset twice"));
  for (const char* zone : {"", "+1", "+1x", "+01:6", "+01:60", "+19", "+01:000", "*01", "Nowhere"}) {
    EXPECT_NE(refusal([&](TextForms& forms) { forms.time_zone = zone; }), "accepted") << zone;
  }
  for (const char* zone : {"UTC", "GMT", "Z", "+01", "-0130", "America/New_York"}) {
    EXPECT_EQ(refusal([&](TextForms& forms) { forms.time_zone = zone; }), "accepted") << zone;
  }
  for (const char* separator : {"ab", "1", "-", "+", "e", "E"}) {
    EXPECT_NE(refusal([&](TextForms& forms) { forms.decimal_separator = separator; }), "accepted") << separator;
  }
}

TEST(malformed_text, numbers_with_separators) {
  const Forms german = with([](TextForms& forms) { forms.locale = "de"; });
  const char* const wrong = "not a number with the separators that were given";
  check(german, {{"decimal", ".5", wrong},
                 {"decimal", "1..000", wrong},
                 {"decimal", "1.00", wrong},
                 {"decimal", "1234.000", wrong},
                 {"decimal", "1.000,5", ""},
                 {"decimal", "+1.000,5", ""},
                 {"decimal", "-", "not a decimal number"},
                 {"double", "", ""},
                 {"double", "x", ""}});
}

TEST(malformed_text, numbers_that_are_rounded_or_shown_plain) {
  const Forms rounding = with([](TextForms& forms) {
    forms.rounding = Rounding::half_even;
    forms.numbers = TextForms::Numbers::plain;
  });
  const auto value = [&](const char* type, const char* text) {
    const auto parsed = parse(type_of(type), text, rounding);
    return parsed.problem.empty() ? write(type_of(type), parsed.value) : "!" + parsed.problem;
  };
  EXPECT_EQ(value("int", "2.5"), "2");
  EXPECT_EQ(value("int", "3.5"), "4");
  EXPECT_EQ(value("varint", "-3.5"), "-4");
  EXPECT_EQ(value("varint", "25e-1"), "2");
  EXPECT_THAT(value("varint", "1e1000001"), ::testing::StartsWith("!"));
  EXPECT_THAT(value("varint", "x"), ::testing::StartsWith("!not"));
  EXPECT_THAT(value("int", "1e"), ::testing::StartsWith("!not"));
  EXPECT_THAT(value("int", "1e+-1"), ::testing::StartsWith("!not"));
  EXPECT_THAT(value("int", "."), ::testing::StartsWith("!not"));
  // An empty decimal, scales in both directions, and one too many.
  EXPECT_EQ(write(type_of("decimal"), "", false, rounding), "");
  EXPECT_EQ(write(type_of("decimal"), from_hex("00000003 01"), false, rounding), "0.001");
  EXPECT_EQ(write(type_of("decimal"), from_hex("fffffffd ff"), false, rounding), "-1000");
  EXPECT_THROW((void)write(type_of("decimal"), from_hex("7fffffff 01"), false, rounding), Error);
  EXPECT_THROW((void)write(type_of("decimal"), from_hex("0000"), false, rounding), cql::Error);
}

TEST(malformed_text, bytes_that_are_no_value_in_any_form) {
  const Forms shown = with([](TextForms& forms) {
    forms.nested = TextForms::Nested::cql;
    forms.timestamp_pattern = "yyyy-MM-dd HH:mm:ss.SSS";
    forms.date_pattern = "yyyy-MM-dd";
    forms.time_pattern = "HH:mm:ss.SSSSSSSSS";
    forms.true_word = "Y";
    forms.false_word = "N";
  });
  const Forms epoch = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::seconds; });
  const std::vector<std::pair<const char*, const char*>> values = {{"timestamp", "00"},
                                                                   {"date", "00"},
                                                                   {"time", "00"},
                                                                   {"time", "ffffffffffffffff"},
                                                                   {"time", "00004e94914f0000"},
                                                                   {"boolean", "0000"},
                                                                   {"list<int>", "ffffffff"},
                                                                   {"list<int>", "00000001 00000004 00000001 00"},
                                                                   {"list<int>", "00000001 00000005 00000001"},
                                                                   {"map<int, int>", "00000001 00000004 00000001"},
                                                                   {"vector<text, 1>", "05 61"},
                                                                   {"vector<int, 1>", "00000001 00"},
                                                                   {"tuple<int>", "00000005 00000001"}};
  for (const auto& [type, bytes] : values) {
    EXPECT_THROW((void)write(type_of(type), from_hex(bytes), false, shown), cql::Error) << type << " " << bytes;
  }
  EXPECT_THROW((void)write(type_of("timestamp"), from_hex("0000"), false, epoch), cql::Error);
  for (const char* type : {"timestamp", "boolean"}) EXPECT_EQ(write(type_of(type), "", false, shown), "") << type;
}

TEST(malformed_text, nearly_values_of_every_type) {
  const std::pair<const char*, std::vector<std::string>> cases[] = {
      {"uuid",
       {"001122334455-6677-8899-aabbccddeeff0", "00112233-44556677-8899-aabbccddeeff0",
        "00112233-4455-66778899-aabbccddeeff0", "00112233-4455-6677-8899aabbccddeeff0",
        "00112233-4455-6677-8899-aabbccddeefg", "00112233"}},
      {"blob", {"0", "x0", "0y00", "0x0", "0xg0"}},
      {"date", {"2024/01-02", "2024-01/02", "2024-x1-02", "2024-01-x2", "2024-1-02", "224-01-02", "2024-01-02T", "+"}},
      {"time", {"0x:04", "03.04", "03:x4", "03:04:x5", "24:00", "03:60", "03:04:60", "3:04", "03:04:05.", "03:04Z"}},
      {"timestamp",
       {"2024-01-02x03:04", "2024-01-02T03", "2024-01-02T03:04+19", "2024-01-02T03:04+01:60",
        "2024-01-02T03:04+01:00:6", "2024-01-02T03:04+01:00:60", "2024-01-02T03:04+1", "2024-01-02T03:04+01:00x",
        "2024-01-02T03:04 x", "+", "-", "+x", "99999999999999999999", "2024-01-02T25:04"}},
      {"double", {"1e", "1x", "e1", "+", "-", ".", "1e999", "in", "infinit"}},
      {"int", {"+", "-", "1.5", "2147483648", "-2147483649", "99999999999999999999999"}},
      {"varint", {"", "+", "1_0", std::string(1'000'001, '1')}},
      {"list<int>", {"[1", "[1 2]", "{", "[1,]", "[,1]", "[nul]", "[1]]", "1", "[\"1]", "[tru]"}},
      {"map<text, int>",
       {"{\"a\":1", "{\"a\" 1}", "{1:2}", "{\"a\":1,}", "{\"a\":nul}", "[1]", "{\"a\\x\":1}", "{\"a\":}"}},
      {"map<frozen<list<int>>, int>", {"{\"[1\":1}", "{\"x\":1}"}},
      {"tuple<int, text>", {"[1", "[1 \"x\"]", "{}", "[nul]", "[1,\"x\",2]", "[1,\"x]"}},
      {"address",
       {"[1]", "{\"street\":\"x\",}", "{street:1}", "{\"street\":nul}", "{\"street\":\"x\"", "{\"str\\eet\":1}"}},
      {"vector<int, 2>", {"[1", "[1,2", "{}", "[1 2]", "[nul,1]", "[1]", "[1,2,3]"}},
      {"list<boolean>", {"[truu]", "[\"maybe\"]"}},
      {"inet", {"1.2.3", "::g", "1.2.3.4.5"}},
      {"duration", {"P", "1", "1y-2d", "PT", "P1", "P1Y2", "P-1Y", "P0001-02-03T04:05:0x", "P0001-02-03T04:05", "PxW"}},
      {"decimal", {"1e", "e1", ".", "1e99999999999", "--1", "1..2"}},
  };
  for (const auto& [type, texts] : cases) {
    for (const std::string& text : texts) {
      const auto parsed = parse(type_of(type), text);
      if (std::string_view(type) == "varint" && text.empty()) continue;  // The empty value.
      EXPECT_NE(parsed.problem, "") << type << " " << text.substr(0, 60);
    }
  }
}

TEST(malformed_text, zones_have_offsets_of_the_day) {
  const Forms london = with([](TextForms& forms) { forms.time_zone = "Europe/London"; });
  EXPECT_EQ(write(type_of("timestamp"), from_hex("0000018cc820db2e"), false, london), "2024-01-02T03:04:05.678Z");
  EXPECT_EQ(write(type_of("timestamp"), from_hex("0000000000000000"), false, london), "1970-01-01T01:00:00.000+01:00");
  const Forms newyork = with([](TextForms& forms) { forms.time_zone = "America/New_York"; });
  EXPECT_EQ(write(type_of("timestamp"), from_hex("0000000000000000"), false, newyork), "1969-12-31T19:00:00.000-05:00");
  // Before there were standard times: 4 hours, 56 minutes and 2 seconds.
  EXPECT_EQ(write(type_of("timestamp"), from_hex("fffffca2fecc4000"), false, newyork).substr(23), "-04:56:02");
  EXPECT_EQ(write(type_of("timestamp"), "", false, newyork), "");
}

TEST(malformed_text, epochs_beyond_what_a_timestamp_holds) {
  const auto forms = [](TextForms::Timestamps unit, Overflow overflow) {
    return with([&](TextForms& made) {
      made.timestamps = unit;
      made.overflow = overflow;
    });
  };
  using enum TextForms::Timestamps;
  const auto parsed = [&](TextForms::Timestamps unit, Overflow overflow, const char* text) {
    const auto result = parse(type_of("timestamp"), text, forms(unit, overflow));
    return result.problem.empty() ? to_hex(result.value) : "!" + result.problem;
  };
  for (const auto unit : {seconds, milliseconds, microseconds, nanoseconds}) {
    for (const char* number : {"100000000000000000000000000000000", "1e300"}) {
      EXPECT_EQ(parsed(unit, Overflow::refuse, number), "!out of range for timestamp") << number;
      EXPECT_EQ(parsed(unit, Overflow::saturate, number), "7fffffffffffffff") << number;
      EXPECT_EQ(parsed(unit, Overflow::saturate, (std::string("-") + number).c_str()), "8000000000000000") << number;
    }
  }
  EXPECT_EQ(parsed(seconds, Overflow::refuse, "9223372036854775807"), "!out of range for timestamp");
  EXPECT_EQ(parsed(seconds, Overflow::saturate, "9223372036854775807"), "7fffffffffffffff");
  EXPECT_EQ(parsed(nanoseconds, Overflow::refuse, "1000000"), "0000000000000001");
  EXPECT_EQ(parsed(nanoseconds, Overflow::refuse, "1"), "!finer than milliseconds, which a timestamp cannot hold");
  EXPECT_EQ(parsed(microseconds, Overflow::refuse, "1500.5"),
            "!finer than milliseconds, which a timestamp cannot hold");
}

}  // namespace
}  // namespace cqlbulk::text
