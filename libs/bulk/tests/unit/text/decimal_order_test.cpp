// The order of numbers that are kept as text.
#include "text/decimal_order.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace cqlbulk::text {
namespace {

TEST(DecimalOrder, is_that_of_the_numbers) {
  const std::string long_one = "1" + std::string(300, '0') + "1";
  const std::vector<std::vector<std::string>> ascending = {{"-1E+2147483647"},
                                                           {"-" + long_one, "-" + long_one + ".0"},
                                                           {"-100", "-1E+2", "-1e2"},
                                                           {"-99.99"},
                                                           {"-0.010", "-1E-2"},
                                                           {"-.009"},
                                                           {"0", "-0", "0.00", "0E+9"},
                                                           {"1E-2147483648"},
                                                           {".05", "+5e-2"},
                                                           {"0.5", "5.E-1"},
                                                           {"1", "1.0", "01", "10E-1"},
                                                           {"1.5"},
                                                           {"9"},
                                                           {"10", "1E1", "010.0"},
                                                           {long_one},
                                                           {"1E+400", "10E+399"}};
  for (std::size_t i = 0; i < ascending.size(); ++i) {
    for (std::size_t j = 0; j < ascending.size(); ++j) {
      for (const std::string& one : ascending[i]) {
        for (const std::string& other : ascending[j]) {
          const auto left = DecimalOrder::parse(one);
          const auto right = DecimalOrder::parse(other);
          ASSERT_TRUE(left && right) << one << " " << other;
          EXPECT_EQ(*left <=> *right, i <=> j) << one << " " << other;
          EXPECT_EQ(*left == *right, i == j);
        }
      }
    }
  }
}

TEST(DecimalOrder, is_of_nothing_else) {
  for (const char* text : {"", "-", ".", "+.e1", "1e", "1e+", "1e+-1", "1e--1", "1e2147483648", "1.2.3", "x", "1x",
                           " 1", "1 ", "--1", "NaN", "1e1e1"}) {
    EXPECT_FALSE(DecimalOrder::parse(text)) << text;
  }
}

}  // namespace
}  // namespace cqlbulk::text
