// Decimal numbers as their digits: what is one, and what rounding leaves of it.
#include "text/decimal_text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace cqlbulk::text {
namespace {

TEST(DecimalText, is_digits_with_one_point_and_one_exponent) {
  const auto scale_of = [](const char* text) -> std::string {
    DecimalText number;
    return DecimalText::parse(text, number) ? number.digits + "e" + std::to_string(-number.scale) : "none";
  };
  EXPECT_EQ(scale_of("1E5"), "1e5");
  EXPECT_EQ(scale_of("1e+5"), "1e5");
  EXPECT_EQ(scale_of("1.50e-3"), "150e-5");
  EXPECT_EQ(scale_of("1e999999999999"), "1e999999999999");
  EXPECT_EQ(scale_of("1e-999999999999"), "1e-999999999999");
  for (const char* wrong :
       {"1.2.3", "1e5x", "1e1000000000000", "1e-1000000000000", "1e99999999999999999999", "1e", "1e+-5", ".", "1-"}) {
    EXPECT_EQ(scale_of(wrong), "none") << wrong;
  }
}

TEST(DecimalText, is_rounded_by_all_of_what_is_cut_off) {
  const auto rounded = [](const char* text, Rounding rounding) -> std::string {
    DecimalText number;
    EXPECT_TRUE(DecimalText::parse(text, number));
    return number.round(0, rounding) ? number.integer() : "refused";
  };
  EXPECT_EQ(rounded("0.001", Rounding::half_up), "0") << "far below a half";
  EXPECT_EQ(rounded("0.001", Rounding::up), "1");
  EXPECT_EQ(rounded("0.5", Rounding::half_up), "1");
  EXPECT_EQ(rounded("0.51", Rounding::half_down), "1");
  EXPECT_EQ(rounded("2.50", Rounding::half_even), "2");
  EXPECT_EQ(rounded("-1.9", Rounding::down), "-1");
  EXPECT_EQ(rounded("1.000", Rounding::refuse), "1");
  EXPECT_EQ(rounded("1.001", Rounding::refuse), "refused");
}

TEST(RoundQuotient, minds_a_further_fraction) {
  const auto quotient = [](std::int64_t value, bool more, Rounding rounding) {
    std::int64_t out = 0;
    return round_quotient(value, 10, more, rounding, out) ? std::to_string(out) : "refused";
  };
  EXPECT_EQ(quotient(20, false, Rounding::refuse), "2");
  EXPECT_EQ(quotient(20, true, Rounding::refuse), "refused") << "a fraction is all that is cut off";
  EXPECT_EQ(quotient(20, true, Rounding::up), "3");
  EXPECT_EQ(quotient(25, false, Rounding::half_down), "2");
  EXPECT_EQ(quotient(25, true, Rounding::half_down), "3") << "the fraction makes it more than a half";
  EXPECT_EQ(quotient(-25, false, Rounding::half_up), "-3");
  EXPECT_EQ(quotient(-25, true, Rounding::half_up), "-2") << "the fraction brings it nearer to zero";
  EXPECT_EQ(quotient(-24, false, Rounding::half_up), "-2");
  EXPECT_EQ(quotient(-26, false, Rounding::half_down), "-3");
}

}  // namespace
}  // namespace cqlbulk::text
