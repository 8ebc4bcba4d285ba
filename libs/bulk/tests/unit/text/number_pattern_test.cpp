// Numbers by patterns: what they look like, that they come back, and what is refused.
#include "text/number_pattern.hpp"

#include <gmock/gmock.h>

#include "cqlbulk/error.hpp"
#include "random_values.hpp"

namespace cqlbulk::text::testing {
namespace {

using ::testing::HasSubstr;

Forms pattern(const std::string& text, const std::string& locale = "") {
  return with([&](TextForms& forms) {
    forms.number_pattern = text;
    forms.locale = locale;
  });
}

/// The number that a text stands for, or what is wrong with it.
std::string reading(const Forms& forms, std::string_view type_name, std::string_view text) {
  const cql::DataType type = type_of(type_name);
  const Parsed parsed = parse(type, text, forms);
  return parsed.problem.empty() ? write(type, parsed.value) : parsed.problem;
}

TEST(NumberPattern, ShowsNumbersOfEveryType) {
  const Forms two_places = pattern("#,##0.00");
  EXPECT_EQ(there_and_back(two_places, "decimal", "1234567.5"), "1,234,567.50");
  EXPECT_EQ(there_and_back(two_places, "decimal", "-0.25"), "-0.25");
  EXPECT_EQ(there_and_back(two_places, "double", "1234.5"), "1,234.50");
  EXPECT_EQ(there_and_back(two_places, "double", "-0"), "-0.00");
  EXPECT_EQ(there_and_back(two_places, "float", "0.5"), "0.50");
  EXPECT_EQ(there_and_back(two_places, "tinyint", "-128"), "-128.00");
  EXPECT_EQ(there_and_back(two_places, "smallint", "1000"), "1,000.00");
  EXPECT_EQ(there_and_back(two_places, "int", "2147483647"), "2,147,483,647.00");
  EXPECT_EQ(there_and_back(two_places, "bigint", "-9223372036854775808"), "-9,223,372,036,854,775,808.00");
  EXPECT_EQ(there_and_back(two_places, "varint", "123456789012345678901234567890"),
            "123,456,789,012,345,678,901,234,567,890.00");
}

TEST(NumberPattern, HasSignsExponentsGroupsAndDigitsAsIcuHasThem) {
  EXPECT_EQ(there_and_back(pattern("#,##0;(#,##0)"), "int", "-1234"), "(1,234)");
  EXPECT_EQ(there_and_back(pattern("0.####E0"), "double", "12345"), "1.2345E4");
  EXPECT_EQ(there_and_back(pattern("#0%"), "decimal", "0.25"), "25%");
  EXPECT_EQ(there_and_back(pattern("#,##,##0"), "int", "1234567"), "12,34,567");
  EXPECT_EQ(there_and_back(pattern("00000"), "int", "42"), "00042");
  EXPECT_EQ(there_and_back(pattern("#,##0.00 'EUR'"), "int", "7"), "7.00 EUR");
  EXPECT_EQ(there_and_back(pattern("#,##0.00", "de_DE"), "decimal", "1234.5"), "1.234,50");
  EXPECT_EQ(there_and_back(pattern("#,##0", "fr"), "int", "1234567"), "1\u202F234\u202F567");
}

TEST(NumberPattern, TakesTheSeparatorsThatAreGiven) {
  TextForms forms;
  forms.number_pattern = "#,##0.00";
  forms.decimal_separator = "·";
  forms.group_separator = "'";
  EXPECT_EQ(there_and_back(Forms(forms), "decimal", "1234.5"), "1'234·50");
  forms.group_separator = "none";
  EXPECT_EQ(there_and_back(Forms(forms), "decimal", "1234.5"), "1234·50");
}

TEST(NumberPattern, LeavesWordsAndEmptyValuesAlone) {
  const Forms two_places = pattern("#,##0.00");
  EXPECT_EQ(there_and_back(two_places, "double", "NaN"), "NaN");
  EXPECT_EQ(there_and_back(two_places, "double", "-Infinity"), "-Infinity");
  EXPECT_EQ(there_and_back(two_places, "int", ""), "");
  EXPECT_EQ(there_and_back(two_places, "list<double>", "[1234.5]"), "[1234.5]") << "within JSON numbers are JSON's";
}

TEST(NumberPattern, ReadsExactlyWhatItShows) {
  const Forms two_places = pattern("#,##0.00");
  EXPECT_EQ(reading(two_places, "decimal", "1234567.125"), "1234567.125")
      << "groups may be missing, digits may be more";
  EXPECT_EQ(reading(two_places, "decimal", "1,234.50"), "1234.5");
  for (const char* text : {"1,23", "12x", "x12", "1 23", "12 34", "1.2.3", "--1", "1,2345.00"}) {
    EXPECT_EQ(reading(two_places, "decimal", text), "not a number in the pattern that was given") << text;
  }
  EXPECT_EQ(reading(two_places, "int", "1.50"), "not an integer");
  EXPECT_EQ(reading(two_places, "int", "NaN"), "not an integer");
  EXPECT_NE(reading(two_places, "double", "∞"), "Infinity");
  EXPECT_EQ(reading(two_places, "tinyint", "128.00"), "out of range for tinyint");
  EXPECT_EQ(reading(two_places, "varint", std::string(1'000'001, '1')), "not a number in the pattern that was given");
  EXPECT_NE(reading(pattern("0E0"), "varint", "1E2000000"), "accepted");
  EXPECT_EQ(reading(pattern("0E0"), "bigint", "9E18"), "9000000000000000000");
}

TEST(NumberPattern, RoundsOnlyWhenToldTo) {
  TextForms forms;
  forms.number_pattern = "#,##0.0";
  const cql::DataType type = type_of("decimal");
  const auto shown = [&](std::string_view number) {
    return write(type, parse(type, number).value, false, Forms(forms));
  };
  try {
    (void)shown("0.25");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(), "the decimal 0.25 has more digits than #,##0.0 shows");
  }
  const auto rounded = [&](Rounding rounding) {
    forms.rounding = rounding;
    return shown("0.25") + " " + shown("-0.25") + " " + shown("0.26");
  };
  EXPECT_EQ(rounded(Rounding::half_even), "0.2 -0.2 0.3");
  EXPECT_EQ(rounded(Rounding::half_up), "0.3 -0.3 0.3");
  EXPECT_EQ(rounded(Rounding::half_down), "0.2 -0.2 0.3");
  EXPECT_EQ(rounded(Rounding::up), "0.3 -0.3 0.3");
  EXPECT_EQ(rounded(Rounding::down), "0.2 -0.2 0.2");
  EXPECT_EQ(rounded(Rounding::ceiling), "0.3 -0.2 0.3");
  EXPECT_EQ(rounded(Rounding::floor), "0.2 -0.3 0.2");
}

TEST(NumberPattern, ThatCannotBeIsRefused) {
  const auto refusal_of = [](const char* text) {
    return refusal([&](TextForms& forms) { forms.number_pattern = text; });
  };
  EXPECT_THAT(refusal_of("0.0.0"), HasSubstr("\"0.0.0\" is no pattern of numbers"));
  EXPECT_THAT(refusal_of("#0#"), HasSubstr("is no pattern of numbers"));
  for (const char* separator : {".", "5", "-"}) {
    EXPECT_THAT(refusal([&](TextForms& forms) {
                  forms.number_pattern = "#,##0.00";
                  forms.group_separator = separator;
                }),
                HasSubstr("separators of numbers \".\" and"));
  }
}

TEST(NumberPattern, RandomNumbersComeBack) {
  Random random(20);
  for (const char* text_of_pattern :
       {"#,##0.##################################################",
        "0.################################################E0",
        "#,##0.##################################################;(#,##0.########################"
        "##########################)"}) {
    for (const char* locale : {"", "de", "ar_EG", "hi", "sv"}) {
      const Forms forms = pattern(text_of_pattern, locale);
      for (int i = 0; i < 200; ++i) {
        std::string digits = below(random, 2) == 0 ? "-" : "";
        digits += static_cast<char>('1' + below(random, 9));
        for (std::size_t more = below(random, 20); more > 0; --more)
          digits += static_cast<char>('0' + below(random, 10));
        if (below(random, 2) == 0) {
          digits += '.';
          for (std::size_t more = below(random, 20); more > 0; --more)
            digits += static_cast<char>('0' + below(random, 10));
          digits += static_cast<char>('1' + below(random, 9));
        }
        const cql::DataType type = type_of("decimal");
        const std::string value = parse(type, digits).value;
        const std::string text = write(type, value, false, forms);
        const Parsed back = parse(type, text, forms);
        EXPECT_EQ(write(type, back.value), digits)
            << text << " " << back.problem << " " << text_of_pattern << " " << locale;
      }
    }
  }
}

}  // namespace
}  // namespace cqlbulk::text::testing
