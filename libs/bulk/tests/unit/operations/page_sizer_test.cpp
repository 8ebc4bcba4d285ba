// Pages hold about two megabytes at most, and as many rows as asked for when rows are small.
#include "operations/page_sizer.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

TEST(PageSizer, BeginsSmallAndGrowsToTheUsersSize) {
  PageSizer sizer(5'000);
  EXPECT_EQ(sizer.rows(), 200);
  EXPECT_TRUE(sizer.observe(200, 200 * 164));
  EXPECT_EQ(sizer.rows(), 5'000);
  EXPECT_FALSE(sizer.observe(5'000, 5'000 * 164));
  EXPECT_FALSE(sizer.observe(0, 0));
}

TEST(PageSizer, NeverExceedsTheUsersSize) {
  PageSizer sizer(10);
  EXPECT_EQ(sizer.rows(), 10);
  EXPECT_FALSE(sizer.observe(10, 100));
  EXPECT_EQ(sizer.rows(), 10);
}

TEST(PageSizer, ShrinksForLargeRows) {
  PageSizer sizer(5'000);
  EXPECT_TRUE(sizer.observe(200, 200 << 20));
  EXPECT_EQ(sizer.rows(), 2);
  EXPECT_TRUE(sizer.observe(1, 64 << 20));
  EXPECT_EQ(sizer.rows(), 1);
  EXPECT_FALSE(sizer.observe(1, 64 << 20));
  EXPECT_TRUE(sizer.observe(1, 100));
  EXPECT_EQ(sizer.rows(), 5'000);
}

TEST(PageSizer, LeavesSmallDifferencesAlone) {
  PageSizer sizer(100'000);
  EXPECT_TRUE(sizer.observe(200, 200 * 1'000));
  EXPECT_EQ(sizer.rows(), 2'097);
  EXPECT_FALSE(sizer.observe(2'000, 2'000 * 1'500));
  EXPECT_FALSE(sizer.observe(2'000, 2'000 * 700));
  EXPECT_TRUE(sizer.observe(2'000, 2'000 * 4'000));
}

}  // namespace
}  // namespace cqlbulk::operations
