// Any value of any type comes back from its text bit for bit.
#include <gtest/gtest.h>

#include "cql/error.hpp"
#include "random_values.hpp"
#include "text/civil.hpp"

namespace cqlbulk::text::testing {
namespace {

TEST(round_trip, random_values_of_random_types) {
  Random random(20240102);
  for (int i = 0; i < 4000; ++i) {
    const cql::DataType type = random_type(random, 3);
    for (int j = 0; j < 5; ++j) {
      const std::string value = random_value(random, type);
      const std::string text = write(type, value);
      const Parsed parsed = parse(type, text);
      ASSERT_EQ(parsed.problem, "") << type.to_string() << "\n" << text;
      ASSERT_EQ(to_hex(parsed.value), to_hex(value)) << type.to_string() << "\n" << text;
    }
  }
}

TEST(round_trip, damaged_values_are_refused_or_written) {
  Random random(7);
  for (int i = 0; i < 4000; ++i) {
    const cql::DataType type = random_type(random, 3);
    std::string value = random_value(random, type);
    if (value.empty()) continue;
    if (below(random, 2) == 0) {
      value.resize(below(random, value.size()));
    } else {
      value[below(random, value.size())] = static_cast<char>(random());
    }
    try {
      const std::string text = write(type, value, true);
      EXPECT_NE(text, "");
    } catch (const cql::Error& error) {
      ASSERT_EQ(error.kind(), cql::ErrorKind::protocol);
    }
  }
}

TEST(civil, agrees_with_a_calendar_counted_day_by_day) {
  std::int64_t days = days_from_civil({-400, 1, 1});
  for (std::int64_t year = -400; year < 2800; ++year) {
    for (unsigned month = 1; month <= 12; ++month) {
      for (unsigned day = 1; day <= days_of_month(year, month); ++day, ++days) {
        const CivilDate date = civil_from_days(days);
        ASSERT_TRUE(date.year == year && date.month == month && date.day == day);
        ASSERT_EQ(days_from_civil(date), days);
      }
    }
  }
  EXPECT_EQ(days_from_civil({1970, 1, 1}), 0);
}

}  // namespace
}  // namespace cqlbulk::text::testing
