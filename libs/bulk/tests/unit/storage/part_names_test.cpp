#include "storage/part_names.hpp"

#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::storage {
namespace {

TEST(part_names, without_a_pattern_are_parts) {
  const PartNames names("", ".csv.gz");
  EXPECT_EQ(names.name(12), "part-00012.csv.gz");
  EXPECT_EQ(names.name(123'456), "part-123456.csv.gz");
  for (const char* const name : {"part-00012.csv.gz", "part-00012.parquet", "part-123456.csv"}) {
    EXPECT_TRUE(names.matches(name)) << name;
  }
  for (const char* const name : {"part-0012.csv", "part-00012", "part-a0012.csv", "apart-00012.csv", "part-.csv"}) {
    EXPECT_FALSE(names.matches(name)) << name;
  }
}

TEST(part_names, follow_a_pattern) {
  const PartNames names("orders_{number}-x.txt", ".csv");
  EXPECT_EQ(names.name(3), "orders_00003-x.txt");
  EXPECT_TRUE(names.matches("orders_00003-x.txt"));
  EXPECT_FALSE(names.matches("orders_00003-x.csv"));
  EXPECT_FALSE(names.matches("part-00003.csv"));
  EXPECT_FALSE(names.matches("orders_3-x.txt"));
}

TEST(part_names, patterns_that_make_no_names_are_refused) {
  for (const char* const pattern : {"orders.csv", "{number}{number}", "a/{number}.csv", ".{number}.csv", "_{number}"}) {
    EXPECT_THROW(PartNames(pattern, ""), Error) << pattern;
  }
}

}  // namespace
}  // namespace cqlbulk::storage
