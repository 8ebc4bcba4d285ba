// Patterns of dates and times at their edges: what may stand in one, and texts that end or go on where few do.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "text_values.hpp"

namespace cqlbulk::text {
namespace {

using testing::parse;
using testing::type_of;
using testing::write;

Forms forms_of(cql::TypeKind kind, const char* pattern, const char* zone = "Z", Rounding rounding = Rounding::refuse) {
  TextForms forms;
  (kind == cql::TypeKind::date   ? forms.date_pattern
   : kind == cql::TypeKind::time ? forms.time_pattern
                                 : forms.timestamp_pattern) = pattern;
  forms.time_zone = zone;
  forms.rounding = rounding;
  return Forms(forms);
}
Forms days(const char* pattern) { return forms_of(cql::TypeKind::date, pattern); }
Forms times(const char* pattern, Rounding rounding = Rounding::refuse) {
  return forms_of(cql::TypeKind::time, pattern, "Z", rounding);
}
Forms moments(const char* pattern, const char* zone = "Z") { return forms_of(cql::TypeKind::timestamp, pattern, zone); }

/// In its usual form, or what is wrong with it.
std::string reading(const Forms& forms, const char* type, const char* text) {
  const auto parsed = parse(type_of(type), text, forms);
  return parsed.problem.empty() ? write(type_of(type), parsed.value) : "!" + parsed.problem;
}
std::string showing(const Forms& forms, const char* type, const char* usual) {
  return write(type_of(type), parse(type_of(type), usual).value, false, forms);
}

constexpr const char* not_of_it = "!not of the format that was given";

TEST(PatternEdges, anything_but_letters_stands_for_itself) {
  EXPECT_EQ(showing(days("yyyy~MM_dd"), "date", "2024-01-02"), "2024~01_02");
  EXPECT_EQ(reading(days("yyyy~MM_dd"), "date", "2024~01_02"), "2024-01-02");
  EXPECT_EQ(showing(days("[yyyy]\u2012MM{dd}"), "date", "2024-01-02"), "[2024]\u201201{02}");
  EXPECT_EQ(showing(days("'on' d/M/y"), "date", "2024-01-02"), "on 2/1/2024");
}

TEST(PatternEdges, what_no_pattern_is) {
  const auto refused = [](const char* pattern) -> std::string {
    try {
      (void)days(pattern);
    } catch (const Error& error) {
      return error.message();
    }
    return "accepted";
  };
  EXPECT_THAT(refused("yyyy-MM-ddd"), ::testing::HasSubstr("has \"ddd\", which stands for nothing here"));
  EXPECT_THAT(refused("MM-dd"), ::testing::HasSubstr("lacks the year"));
  EXPECT_THAT(refused("yyyy-MM"), ::testing::HasSubstr("lacks the year"));
  EXPECT_THAT(refused("yyyy-dd"), ::testing::HasSubstr("lacks the year"));
}

TEST(PatternEdges, years_that_a_pattern_cannot_show_are_refused) {
  EXPECT_EQ(showing(days("yy-MM-dd"), "date", "2099-01-02"), "99-01-02");
  EXPECT_THROW((void)showing(days("yy-MM-dd"), "date", "2100-01-02"), Error);
  EXPECT_EQ(showing(days("yyyyMMdd"), "date", "0000-01-02"), "00000102");
  EXPECT_THROW((void)showing(days("yyyyMMdd"), "date", "-0001-01-02"), Error);
}

TEST(PatternEdges, years_are_read_with_and_without_a_sign) {
  EXPECT_EQ(reading(days("d/M/y"), "date", "2/1/7"), "0007-01-02");
  EXPECT_EQ(reading(days("d/M/y"), "date", "2/1/+12024"), "+12024-01-02");
  EXPECT_EQ(reading(days("d/M/y"), "date", "2/1/-0007"), "-0007-01-02");
  EXPECT_EQ(reading(days("d/M/y"), "date", "2/1/-7"), not_of_it) << "after a sign there are four digits";
  EXPECT_EQ(reading(days("d/M/y"), "date", "2/1/"), not_of_it);
  EXPECT_EQ(reading(days("yyyyMMdd"), "date", "+20240102"), "2024-01-02");
  EXPECT_EQ(reading(days("yyyyMMdd"), "date", "+120240102"), not_of_it);
}

TEST(PatternEdges, one_digit_of_a_second_may_stand_before_a_number) {
  EXPECT_EQ(reading(times("HH:mm:Sss"), "time", "01:02:503"), "01:02:03.500000000");
}

TEST(PatternEdges, offsets_may_be_followed_by_anything) {
  const Forms first = moments("X, yyyy-MM-dd HH:mm:ss.SSS");
  for (const char* offset : {"+02", "+0200", "+02:00", "+020000", "+02:00:00"}) {
    EXPECT_EQ(reading(first, "timestamp", (std::string(offset) + ", 2024-01-02 03:04:05.678").c_str()),
              "2024-01-02T01:04:05.678Z")
        << offset;
  }
  EXPECT_EQ(reading(first, "timestamp", "+02:00:0, 2024-01-02 03:04:05.678"), not_of_it);
  EXPECT_EQ(reading(first, "timestamp", "+02000, 2024-01-02 03:04:05.678"), not_of_it);
  EXPECT_EQ(reading(first, "timestamp", ""), "");
  const Forms last = moments("yyyy-MM-dd HH:mm:ss.SSSX");
  EXPECT_EQ(reading(last, "timestamp", "2024-01-02 03:04:05.678+02"), "2024-01-02T01:04:05.678Z");
  EXPECT_EQ(reading(last, "timestamp", "2024-01-02 03:04:05.678+0200"), "2024-01-02T01:04:05.678Z");
  EXPECT_EQ(reading(last, "timestamp", "2024-01-02 03:04:05.678"), not_of_it);
}

TEST(PatternEdges, offsets_of_seconds_are_shown_and_read) {
  const Forms berlin = moments("yyyy-MM-dd HH:mm:ss.SSS xxx", "Europe/Berlin");
  const std::string shown = showing(berlin, "timestamp", "1800-01-01T00:00:00.000Z");
  EXPECT_EQ(shown, "1800-01-01 00:53:28.000 +00:53:28");
  EXPECT_EQ(reading(berlin, "timestamp", shown.c_str()), "1800-01-01T00:00:00.000Z");
}

TEST(PatternEdges, empty_values_are_empty_texts) {
  EXPECT_EQ(write(type_of("date"), "", false, days("yyyy-MM-dd")), "");
  EXPECT_EQ(write(type_of("time"), "", false, times("HH:mm")), "");
}

TEST(PatternEdges, the_end_of_a_day_is_not_rounded_into_the_next) {
  const char* const end = "23:59:59.999999999";
  EXPECT_EQ(showing(times("HH:mm", Rounding::up), "time", end), "23:59");
  EXPECT_EQ(showing(times("HH:mm:ss", Rounding::half_up), "time", end), "23:59:59");
  EXPECT_EQ(showing(times("HH:mm", Rounding::up), "time", "23:58:00.000000001"), "23:59");
}

}  // namespace
}  // namespace cqlbulk::text
