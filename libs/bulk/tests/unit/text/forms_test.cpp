// Values in the forms that are not the default: what they look like, and that they come back bit for bit.
#include <gmock/gmock.h>

#include <functional>

#include "cqlbulk/error.hpp"
#include "random_values.hpp"

namespace cqlbulk::text::testing {
namespace {

const Forms base64 = with([](TextForms& forms) { forms.blobs = TextForms::Blobs::base64; });
const Forms seconds = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::seconds; });
const Forms milliseconds = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::milliseconds; });
const Forms microseconds = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::microseconds; });
const Forms nanoseconds = with([](TextForms& forms) { forms.timestamps = TextForms::Timestamps::nanoseconds; });
const Forms plain = with([](TextForms& forms) { forms.numbers = TextForms::Numbers::plain; });
const Forms words = with([](TextForms& forms) {
  forms.true_word = "Ja";
  forms.false_word = "Nein";
});
const Forms cql_literals = with([](TextForms& forms) { forms.nested = TextForms::Nested::cql; });

struct Value {
  const Forms* forms;
  std::string_view type;
  std::string_view hex;
  std::string text;
};

const Value scalars[] = {
    {&base64, "blob", "", ""},
    {&base64, "blob", "00", "AA=="},
    {&base64, "blob", "ff fe", "//4="},
    {&base64, "blob", "fb ff bf", "+/+/"},
    {&base64, "blob", "61626364", "YWJjZA=="},
    {&base64, "'org.example.Own'", "cafe", "yv4="},
    {&base64, "list<blob>", "00000001 00000001 ff", R"(["/w=="])"},
    {&base64, "map<blob, int>", "00000001 00000001 ff 00000004 00000001", R"({"/w==":1})"},
    {&seconds, "timestamp", "", ""},
    {&seconds, "timestamp", "0000000000000000", "0"},
    {&seconds, "timestamp", "ffffffffffffffff", "-0.001"},
    {&seconds, "timestamp", "fffffffffffffc18", "-1"},
    {&seconds, "timestamp", "0000018cc820db2e", "1704164645.678"},
    {&seconds, "timestamp", "0000018cc820db1c", "1704164645.66"},
    {&seconds, "timestamp", "7fffffffffffffff", "9223372036854775.807"},
    {&seconds, "timestamp", "8000000000000000", "-9223372036854775.808"},
    {&seconds, "list<timestamp>", "00000001 00000008 ffffffffffffffff", "[-0.001]"},
    {&milliseconds, "timestamp", "0000018cc820db2e", "1704164645678"},
    {&milliseconds, "timestamp", "8000000000000000", "-9223372036854775808"},
    {&microseconds, "timestamp", "0000000000000000", "0"},
    {&microseconds, "timestamp", "7fffffffffffffff", "9223372036854775807000"},
    {&nanoseconds, "timestamp", "0000018cc820db2e", "1704164645678000000"},
    {&nanoseconds, "timestamp", "8000000000000000", "-9223372036854775808000000"},
    {&nanoseconds, "timestamp", "ffffffffffffffff", "-1000000"},
    {&plain, "double", "4480f0cf064dd592", "1" + std::string(22, '0')},
    {&plain, "double", "0000000000000001", "0." + std::string(323, '0') + "5"},
    {&plain, "double", "8000000000000000", "-0"},
    {&plain, "double", "7ff8000000000000", "NaN"},
    {&plain, "double", "fff0000000000000", "-Infinity"},
    {&plain, "double", "", ""},
    {&plain, "float", "00000001", "0." + std::string(44, '0') + "1"},
    {&plain, "float", "7f7fffff", "340282346638528859811704183484516925440"},
    {&plain, "decimal", "0000000a 01", "0.0000000001"},
    {&plain, "decimal", "0000000a ff", "-0.0000000001"},
    {&plain, "decimal", "00000002 0096", "1.50"},
    {&plain, "decimal", "00000007 00", "0.0000000"},
    {&words, "boolean", "01", "Ja"},
    {&words, "boolean", "00", "Nein"},
    {&words, "boolean", "", ""},
    {&words, "list<boolean>", "00000002 00000001 01 00000001 00", "[true,false]"},
};

const Value literals[] = {
    {&cql_literals, "list<int>", "", ""},
    {&cql_literals, "list<int>", "00000000", "[]"},
    {&cql_literals, "list<int>", "00000002 00000004 00000001 00000000", "[1, '']"},
    {&cql_literals, "set<text>", "00000002 00000003 697427 00000000", "{'it''', ''}"},
    {&cql_literals, "map<text, double>", "00000001 00000001 61 00000008 7ff8000000000000", "{'a': NaN}"},
    {&cql_literals, "map<int, frozen<list<boolean>>>",
     "00000001 00000004 00000007 0000000e 00000002 00000001 01 00000001 00", "{7: [true, false]}"},
    {&cql_literals, "tuple<int, text>", "", "()"},
    {&cql_literals, "tuple<int, text>", "00000004 00000001", "(1)"},
    {&cql_literals, "tuple<int, text>", "ffffffff 00000001 78", "(null, 'x')"},
    {&cql_literals, "address", "00000001 78 00000004 00000005", "{street: 'x', number: 5}"},
    {&cql_literals, "vector<float, 2>", "3f800000 bf000000", "[1, -0.5]"},
    {&cql_literals, "vector<text, 2>", "01 61 00", "['a', '']"},
    {&cql_literals, "list<timestamp>", "00000001 00000008 0000000000000000", "['1970-01-01T00:00:00.000Z']"},
    {&cql_literals, "list<date>", "00000001 00000004 80000000", "['1970-01-01']"},
    {&cql_literals, "list<inet>", "00000001 00000004 7f000001", "['127.0.0.1']"},
    {&cql_literals, "list<uuid>", "00000001 00000010 00112233445566778899aabbccddeeff",
     "[00112233-4455-6677-8899-aabbccddeeff]"},
    {&cql_literals, "list<blob>", "00000002 00000002 cafe 00000000", "[0xcafe, 0x]"},
    {&cql_literals, "list<duration>", "00000001 00000003 02 04 06", "[1mo2d3ns]"},
    {&cql_literals, "list<int>", "00000001 00000004 ffffffff", "[-1]"},
};

void check(const Value& value) {
  SCOPED_TRACE(std::string(value.type) + " " + std::string(value.hex));
  const cql::DataType type = type_of(value.type);
  EXPECT_EQ(write(type, from_hex(value.hex), false, *value.forms), value.text);
  const Parsed parsed = parse(type, value.text, *value.forms);
  EXPECT_EQ(parsed.problem, "");
  EXPECT_EQ(to_hex(parsed.value), to_hex(from_hex(value.hex)));
}

TEST(text_forms, scalars_come_back) {
  for (const Value& value : scalars) check(value);
}

TEST(text_forms, literals_come_back) {
  for (const Value& value : literals) check(value);
}

TEST(text_forms, json_keeps_its_own_numbers_and_booleans) {
  EXPECT_EQ(write(type_of("timestamp"), from_hex("ffffffffffffffff"), true, seconds), "-0.001");
  EXPECT_EQ(write(type_of("blob"), from_hex("00"), true, base64), R"("AA==")");
  EXPECT_EQ(write(type_of("boolean"), from_hex("01"), true, words), "true");
  EXPECT_EQ(write(type_of("list<int>"), from_hex("00000001 00000004 00000001"), true, cql_literals), "[1]");
  EXPECT_EQ(write(type_of("timestamp"), "", true, seconds), R"("")");
}

TEST(text_forms, any_settings_bring_random_values_back) {
  Random random(611);
  for (int i = 0; i < 3000; ++i) {
    TextForms settings;
    settings.blobs = static_cast<TextForms::Blobs>(below(random, blob_forms.size()));
    settings.timestamps = static_cast<TextForms::Timestamps>(below(random, timestamp_forms.size()));
    settings.nested = static_cast<TextForms::Nested>(below(random, nested_forms.size()));
    settings.overflow = static_cast<Overflow>(below(random, overflow_names.size()));
    if (below(random, 2) == 0) settings.true_word = "0";
    if (below(random, 2) == 0) settings.false_word = "f";
    const Forms forms(settings);
    const cql::DataType type = random_type(random, 3);
    for (int j = 0; j < 5; ++j) {
      const std::string value = random_value(random, type);
      const std::string text = write(type, value, false, forms);
      const Parsed parsed = parse(type, text, forms);
      ASSERT_EQ(parsed.problem, "") << type.to_string() << "\n" << text;
      ASSERT_EQ(to_hex(parsed.value), to_hex(value)) << type.to_string() << "\n" << text;
      for (const char character : text) {
        const std::string_view alphabet = forms.alphabet(type.kind);
        ASSERT_TRUE(alphabet.empty() || alphabet.find(character) != std::string_view::npos) << type.to_string() << "\n"
                                                                                            << text;
      }
    }
  }
}

TEST(text_forms, plain_decimals_keep_their_value) {
  const cql::DataType type = type_of("decimal");
  EXPECT_EQ(write(type, from_hex("fffffffd 01"), false, plain), "1000");
  EXPECT_EQ(write(type, from_hex("fffffffd 00"), false, plain), "0");
  EXPECT_EQ(write(type, from_hex("fffffffd ff"), false, plain), "-1000");
  try {
    (void)write(type, from_hex("7fffffff 01"), false, plain);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the decimal 1E-2147483647 is beyond 10,000 digits without an exponent");
  }
}

struct Reading {
  std::string_view type;
  std::string text;
  std::string read;  ///< As text, or what is wrong.
};

void check_readings(const Forms& forms, std::initializer_list<Reading> readings) {
  for (const Reading& reading : readings) {
    const cql::DataType type = type_of(reading.type);
    const Parsed parsed = parse(type, reading.text, forms);
    const std::string got = parsed.problem.empty() ? write(type, parsed.value) : parsed.problem;
    EXPECT_EQ(got, reading.read) << reading.type << " " << reading.text;
  }
}

Forms rounding(Rounding how) {
  return with([how](TextForms& forms) { forms.rounding = how; });
}

TEST(text_forms, digits_beyond_the_column_are_rounded_as_said) {
  check_readings({},
                 {{"int", "2.5", "not an integer"},
                  {"timestamp", "2024-01-02T00:00:00.0005Z", "finer than milliseconds, which a timestamp cannot hold"},
                  {"time", "08:30:00.1234567891", "finer than nanoseconds"}});
  check_readings(rounding(Rounding::half_even),
                 {{"int", "2.5", "2"},
                  {"int", "3.5", "4"},
                  {"int", "-2.5", "-2"},
                  {"int", "2.51", "3"},
                  {"int", "0.5", "0"},
                  {"int", "-0.4", "0"},
                  {"int", "9.5", "10"},
                  {"int", "1e3", "1000"},
                  {"int", "12e-1", "1"},
                  {"int", "2147483647.5", "out of range for int"},
                  {"int", "1e300", "out of range"},
                  {"int", "x", "not an integer"},
                  {"varint", "99999999999999999999.5", "100000000000000000000"},
                  {"double", "1e-400", "0"},
                  {"double", "1e400", "out of range for double"},
                  {"list<int>", "[1.5,2]", "[2,2]"},
                  {"timestamp", "1970-01-01T00:00:00.0005Z", "1970-01-01T00:00:00.000Z"},
                  {"timestamp", "1970-01-01T00:00:00.00050001Z", "1970-01-01T00:00:00.001Z"},
                  {"timestamp", "2023-12-31T23:59:59.9999Z", "2024-01-01T00:00:00.000Z"},
                  {"time", "08:30:00.1234567895", "08:30:00.123456790"},
                  {"time", "23:59:59.9999999999", "no such time of a day"}});
  check_readings(rounding(Rounding::half_up), {{"int", "2.5", "3"}, {"int", "-2.5", "-3"}, {"int", "2.49", "2"}});
  check_readings(rounding(Rounding::half_down), {{"int", "2.5", "2"}, {"int", "-2.5", "-2"}, {"int", "2.51", "3"}});
  check_readings(rounding(Rounding::up), {{"int", "2.01", "3"}, {"int", "-2.01", "-3"}, {"int", "2.00", "2"}});
  check_readings(rounding(Rounding::down), {{"int", "2.99", "2"}, {"int", "-2.99", "-2"}});
  check_readings(rounding(Rounding::ceiling), {{"int", "2.01", "3"}, {"int", "-2.99", "-2"}});
  check_readings(rounding(Rounding::floor), {{"int", "2.99", "2"}, {"int", "-2.01", "-3"}});
}

TEST(text_forms, numbers_beyond_the_column_are_held_within_it_as_said) {
  const Forms saturate = with([](TextForms& forms) { forms.overflow = Overflow::saturate; });
  check_readings(saturate, {{"tinyint", "128", "127"},
                            {"tinyint", "-1e9", "-128"},
                            {"int", "99999999999999999999999", "2147483647"},
                            {"bigint", "-1e300", "-9223372036854775808"},
                            {"float", "1e39", "3.4028235e+38"},
                            {"double", "-1e999", "-1.7976931348623157e+308"},
                            {"double", "1e-999", "out of range for double"},
                            {"int", "2.5", "not a whole number"},
                            {"int", "x", "not an integer"},
                            {"timestamp", "99999999999999999999", "+292278994-08-17T07:12:55.807Z"}});
}

TEST(text_forms, epochs_are_read_in_their_unit) {
  check_readings(seconds,
                 {{"timestamp", "1704164645", "2024-01-02T03:04:05.000Z"},
                  {"timestamp", "1.7041646456e9", "2024-01-02T03:04:05.600Z"},
                  {"timestamp", "2024-01-02", "2024-01-02T00:00:00.000Z"},
                  {"timestamp", "9223372036854776", "out of range for timestamp"},
                  {"timestamp", "-9223372036854776", "out of range for timestamp"},
                  {"timestamp", "0.0001", "finer than milliseconds, which a timestamp cannot hold"},
                  {"timestamp", "soon", "not a timestamp (2024-01-02T03:04:05.678Z, or milliseconds since 1970)"},
                  {"list<timestamp>", R"([1.5,"2"])", R"(["1970-01-01T00:00:01.500Z","1970-01-01T00:00:02.000Z"])"}});
  check_readings(microseconds, {{"timestamp", "1704164645678000", "2024-01-02T03:04:05.678Z"},
                                {"timestamp", "1", "finer than milliseconds, which a timestamp cannot hold"}});
  const Forms rounded = with([](TextForms& forms) {
    forms.timestamps = TextForms::Timestamps::seconds;
    forms.rounding = Rounding::floor;
  });
  EXPECT_EQ(write(type_of("timestamp"), from_hex("ffffffffffffffff"), false, rounded), "-1");
  check_readings(rounded, {{"timestamp", "0.0019", "1970-01-01T00:00:00.001Z"}});
}

TEST(text_forms, what_is_not_of_the_form_is_refused) {
  check_readings(base64, {{"blob", "AA=", "not base64 with padding"},
                          {"blob", "AA", "not base64 with padding"},
                          {"blob", "A===", "not base64 with padding"},
                          {"blob", "AA=A", "not base64 with padding"},
                          {"blob", "AB==", "base64 whose last letter has bits left over"},
                          {"blob", "AAB=", "base64 whose last letter has bits left over"},
                          {"blob", "A\nA=", "not base64 with padding"}});
  check_readings(words, {{"boolean", "true", "neither of the two words for booleans"}, {"boolean", "JA", "true"}});
  check_readings(cql_literals, {{"list<int>", "[1,2", "a comma or ] was expected"},
                                {"list<int>", "[1 2]", "a comma or ] was expected"},
                                {"list<int>", "[,]", "element 0: a value was expected"},
                                {"list<int>", "[null]", "element 0: null, which a collection cannot hold"},
                                {"list<int>", "[1] x", "more text follows the value"},
                                {"list<int>", "{1}", "a list in [ ] was expected"},
                                {"list<int>", "[1, x]", "element 1: not an integer"},
                                {"set<int>", "[1]", "a set in { } was expected"},
                                {"list<text>", "[a]", "element 0: text needs apostrophes"},
                                {"list<text>", "['a]", "element 0: a quote does not close"},
                                {"map<int, int>", "{1: 2, 1: 3}", "a key occurs twice"},
                                {"map<int, int>", "{1 2}", "a colon was expected after a key"},
                                {"tuple<int>", "(1, 2)", "more than 1 elements for tuple<int>"},
                                {"address", "{Street: 'x', \"number\": NULL}", R"({"street":"x","number":null})"},
                                {"address", "{ number : 5 }", R"({"street":null,"number":5})"},
                                {"address", "{street: 'x', street: 'y'}", "occurs twice: field \"street\""},
                                {"vector<int, 2>", "[1]", "1 elements where vector<int, 2> has 2"},
                                {"vector<int, 1>", "['']", "element 0: empty, which a vector's element cannot be"}});
}

Forms patterns(std::string timestamp, std::string zone = "Z", std::string locale = {}) {
  return with([&](TextForms& forms) {
    forms.timestamp_pattern = std::move(timestamp);
    forms.time_zone = std::move(zone);
    forms.locale = std::move(locale);
  });
}

TEST(text_forms, timestamps_are_shown_and_read_in_a_zone) {
  const Forms berlin = with([](TextForms& forms) { forms.time_zone = "Europe/Berlin"; });
  const auto shown = [&](std::string_view usual) { return there_and_back(berlin, "timestamp", usual); };
  EXPECT_EQ(shown("2024-01-02T03:04:05.678Z"), "2024-01-02T04:04:05.678+01:00");
  EXPECT_EQ(shown("2024-07-02T22:04:05.678Z"), "2024-07-03T00:04:05.678+02:00");
  EXPECT_EQ(shown("1850-01-01T00:00:00Z"), "1850-01-01T00:53:28.000+00:53:28");
  EXPECT_EQ(shown("+12024-07-02T22:00:00Z"), "+12024-07-03T00:00:00.000+02:00");
  EXPECT_EQ(shown("+292278994-08-17T07:12:55.807Z"), "+292278994-08-17T09:12:55.807+02:00");
  EXPECT_EQ(shown("-292275055-05-16T16:47:04.192Z"), "-292275055-05-16T17:40:32.192+00:53:28");
  check_readings(berlin,
                 {{"timestamp", "2024-01-02T03:04:05", "2024-01-02T02:04:05.000Z"},
                  {"timestamp", "2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"},
                  {"timestamp", "2024-10-27T02:30:00", "2024-10-27T00:30:00.000Z"},
                  {"timestamp", "2024-03-31T02:30:00", "a local time that the clocks of the time zone leave out"},
                  {"timestamp", "1704164645678", "2024-01-02T03:04:05.678Z"}});
  const Forms india = with([](TextForms& forms) { forms.time_zone = "+0530"; });
  EXPECT_EQ(there_and_back(india, "timestamp", "1969-12-31T23:59:59.999Z"), "1970-01-01T05:29:59.999+05:30");
  EXPECT_EQ(write(type_of("list<timestamp>"), from_hex("00000001 00000008 0000000000000000"), false, india),
            R"(["1970-01-01T05:30:00.000+05:30"])");
}

TEST(text_forms, patterns_show_and_read_dates_and_times) {
  const std::string_view moment = "2024-03-02T15:04:05.678Z";
  EXPECT_EQ(there_and_back(patterns("dd.MM.yyyy HH:mm:ss.SSS"), "timestamp", moment), "02.03.2024 15:04:05.678");
  EXPECT_EQ(there_and_back(patterns("d/M/yy h:mm:ss.SSS a"), "timestamp", moment), "2/3/24 3:04:05.678 PM");
  EXPECT_EQ(there_and_back(patterns("EEEE, d. MMMM y, HH:mm:ss,SSS", "Z", "de"), "timestamp", moment),
            "Samstag, 2. März 2024, 15:04:05,678");
  EXPECT_EQ(there_and_back(patterns("E MMM dd yyyy HH:mm:ss.SSSxx", "-03:30"), "timestamp", moment),
            "Sat Mar 02 2024 11:34:05.678-0330");
  EXPECT_EQ(there_and_back(patterns("yyyyMMdd'T'HHmmssSSSX", "Europe/Berlin"), "timestamp", moment),
            "20240302T160405678+01");
  EXPECT_EQ(there_and_back(patterns("yyyy-MM-dd ''HH'h'mm:ss.SSSSSSXXX"), "timestamp", moment),
            "2024-03-02 '15h04:05.678000Z");
  EXPECT_EQ(there_and_back(patterns("yyyy-MM-dd HH:mm:ss.SSS"), "timestamp", "+12024-01-01T12:00:00Z"),
            "+12024-01-01 12:00:00.000");
  EXPECT_EQ(there_and_back(patterns("HH:mm:ss.SSS dd.MM.yyyy"), "timestamp", "-292275055-05-16T16:47:04.192Z"),
            "16:47:04.192 16.05.-292275055");
  EXPECT_EQ(there_and_back(patterns("HH:mm:ss.SSS dd.MM.yyyy"), "timestamp", "+292278994-08-17T07:12:55.807Z"),
            "07:12:55.807 17.08.+292278994");
  const Forms days = with([](TextForms& forms) {
    forms.date_pattern = "MM/dd/yyyy";
    forms.time_pattern = "hh:mm:ss.SSSSSSSSS a";
  });
  EXPECT_EQ(there_and_back(days, "date", "-5877641-06-23"), "06/23/-5877641");
  EXPECT_EQ(there_and_back(days, "date", "+5881580-07-11"), "07/11/+5881580");
  EXPECT_EQ(there_and_back(days, "time", "00:00:00.000000001"), "12:00:00.000000001 AM");
  EXPECT_EQ(there_and_back(days, "time", "12:30:00"), "12:30:00.000000000 PM");
  EXPECT_EQ(there_and_back(days, "list<date>", R"(["2024-01-02"])"), R"(["01/02/2024"])");
  check_readings(days, {{"date", "02/30/2024", "no such day"},
                        {"date", "2/3/2024", "not of the format that was given"},
                        {"date", "02/03/2024 ", "not of the format that was given"},
                        {"time", "00:00:00.000000000 AM", "not of the format that was given"},
                        {"time", "", "a time cannot be empty"}});
}

TEST(text_forms, patterns_lose_no_digits_unless_told_to) {
  const auto floor_to = [](std::string pattern) {
    return with([&](TextForms& forms) {
      forms.timestamp_pattern = std::move(pattern);
      forms.rounding = Rounding::half_up;
    });
  };
  const std::string late = parse(type_of("timestamp"), "2023-12-31T23:59:59.999Z").value;
  EXPECT_THROW((void)write(type_of("timestamp"), late, false, patterns("dd.MM.yyyy HH:mm:ss")), Error);
  EXPECT_EQ(write(type_of("timestamp"), late, false, floor_to("dd.MM.yyyy HH:mm:ss")), "01.01.2024 00:00:00");
  EXPECT_EQ(write(type_of("timestamp"), late, false, floor_to("dd.MM.yyyy")), "01.01.2024");
  EXPECT_THROW((void)there_and_back(patterns("yy-MM-dd"), "timestamp", "1999-01-01"), Error);
  EXPECT_THROW((void)there_and_back(patterns("yyyyMMdd"), "timestamp", "+19999-01-01"), Error);
}

TEST(text_forms, patterns_zones_and_locales_that_cannot_be_are_refused) {
  const auto pattern = [](std::string text) {
    return refusal([&](TextForms& forms) { forms.timestamp_pattern = std::move(text); });
  };
  EXPECT_THAT(pattern("yyyy-mm-dd"), ::testing::HasSubstr("lacks the year (y), the month (M) or the day (d)"));
  EXPECT_THAT(pattern("yyyy-MM-dd QQ"), ::testing::HasSubstr("has \"QQ\", which stands for nothing here"));
  EXPECT_THAT(pattern("yyyy-MM-dd hh"), ::testing::HasSubstr("needs h and a together"));
  EXPECT_THAT(pattern("yyyy-MM-dd 'at"), ::testing::HasSubstr("an apostrophe that does not close"));
  EXPECT_THAT(pattern("yyyyMd"), ::testing::HasSubstr("has M right before another number"));
  EXPECT_THAT(pattern("yyyy-MM-dd MM"), ::testing::HasSubstr("has M in two places"));
  EXPECT_THAT(refusal([](TextForms& forms) { forms.date_pattern = "yyyy-MM-dd HH"; }),
              ::testing::HasSubstr("has H, which a date has not"));
  EXPECT_THAT(refusal([](TextForms& forms) { forms.time_pattern = "mm:ss"; }), ::testing::HasSubstr("lacks the hour"));
  EXPECT_EQ(refusal([](TextForms& forms) { forms.time_zone = "Mars/Base"; }), "\"Mars/Base\" is no time zone");
  EXPECT_EQ(refusal([](TextForms& forms) { forms.locale = "tlh_XX"; }), "\"tlh_XX\" is no locale");
  EXPECT_THAT(refusal([](TextForms& forms) { forms.group_separator = "."; }), ::testing::HasSubstr("separators"));
  EXPECT_THAT(refusal([](TextForms& forms) {
                forms.timestamp_pattern = "yyyy-MM-dd";
                forms.timestamps = TextForms::Timestamps::seconds;
              }),
              ::testing::HasSubstr("both a pattern and a unit"));
}

TEST(text_forms, numbers_have_the_separators_of_a_language) {
  const Forms german = with([](TextForms& forms) { forms.locale = "de_DE"; });
  const Forms french = with([](TextForms& forms) { forms.locale = "fr"; });
  const Forms comma = with([](TextForms& forms) {
    forms.decimal_separator = ",";
    forms.group_separator = "none";
  });
  EXPECT_EQ(there_and_back(german, "decimal", "1234567.50"), "1.234.567,50");
  EXPECT_EQ(there_and_back(german, "double", "-123.25"), "-123,25");
  EXPECT_EQ(there_and_back(german, "double", "1e300"), "1e+300");
  EXPECT_EQ(there_and_back(german, "double", "1.5e300"), "1,5e+300");
  EXPECT_EQ(there_and_back(german, "double", "NaN"), "NaN");
  EXPECT_EQ(there_and_back(german, "int", "-2147483648"), "-2.147.483.648");
  EXPECT_EQ(there_and_back(german, "varint", "1000"), "1.000");
  EXPECT_EQ(there_and_back(german, "int", ""), "");
  EXPECT_EQ(there_and_back(german, "list<double>", "[1234.5]"), "[1234.5]");
  EXPECT_EQ(there_and_back(french, "int", "1234567"), "1\u202F234\u202F567");
  EXPECT_EQ(there_and_back(comma, "decimal", "1234.5"), "1234,5");
  check_readings(german, {{"decimal", "1234567,5", "1234567.5"},
                          {"decimal", "12.34", "not a number with the separators that were given"},
                          {"decimal", "1.2345", "not a number with the separators that were given"},
                          {"decimal", "1234.567", "not a number with the separators that were given"},
                          {"int", "\u22125", "-5"},
                          {"int", "1,5", "not an integer"}});
  check_readings(french, {{"int", "1 234", "1234"}, {"int", "1\u00A0234", "1234"}});
}

TEST(text_forms, wrong_settings_are_refused_all_at_once) {
  TextForms forms;
  forms.true_word = "";
  forms.false_word = "";
  try {
    const Forms refused(forms);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "text forms that cannot be: a word for booleans is empty; true and false are the same word");
  }
}

}  // namespace
}  // namespace cqlbulk::text::testing
