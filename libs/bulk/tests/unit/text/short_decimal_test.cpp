// The quick way writes what the usual one writes, or nothing.
#include "text/short_decimal.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <limits>
#include <random>
#include <string>

namespace cqlbulk::text {
namespace {

std::string usual(double real) {
  char text[400];
  return {text, std::to_chars(text, text + sizeof text, real, std::chars_format::fixed).ptr};
}

std::string quick(double real) {
  char text[18];
  char* const end = put_short_decimal(text, real);
  return end == nullptr ? std::string() : std::string(text, end);
}

/// It and its neighbours.
void expect_equal_if_written(double real) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double near : {real, std::nextafter(real, infinity), std::nextafter(real, -infinity), -real}) {
    const std::string text = quick(near);
    if (!text.empty()) ASSERT_EQ(text, usual(near));
  }
}

TEST(ShortDecimal, writes_numbers_with_few_places) {
  const std::pair<double, const char*> numbers[] = {{0, "0"},
                                                    {-0.0, "-0"},
                                                    {21.5, "21.5"},
                                                    {-0.125, "-0.125"},
                                                    {0.000001, "0.000001"},
                                                    {100, "100"},
                                                    {999999999.999999, "999999999.999999"},
                                                    {-999999999.999999, "-999999999.999999"}};
  for (const auto& [number, text] : numbers) EXPECT_EQ(quick(number), text);
}

TEST(ShortDecimal, leaves_what_is_large_long_or_no_number) {
  for (const double number :
       {1e9, -1e9, 1e300, 0.1234567, 1.0 / 3, 0.1 + 0.7, 5e-324, 1e-7, std::numeric_limits<double>::infinity(),
        -std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
    EXPECT_EQ(quick(number), "") << number;
  }
}

TEST(ShortDecimal, is_the_shortest_text_of_any_double) {
  std::mt19937_64 random(1);
  double power = 1;
  for (int places = 0; places <= 9; ++places, power *= 10) {
    for (int i = 0; i < 5'000; ++i) {
      expect_equal_if_written(static_cast<double>(random() % 1'000'000'000'000'000) / power);
      expect_equal_if_written(static_cast<double>(random() % 1'000'000) / power);
    }
  }
  for (int i = 0; i < 50'000; ++i) expect_equal_if_written(std::bit_cast<double>(random()));
}

TEST(ShortDecimal, takes_every_number_of_a_few_digits) {
  for (int digits = 0; digits < 100'000; ++digits) {
    const double number = digits / 1000.0;
    ASSERT_EQ(quick(number), usual(number));
  }
}

}  // namespace
}  // namespace cqlbulk::text
