// Pages hold about two megabytes at most, and as many rows as asked for when rows are small.
#include "operations/page_sizer.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

/// As it is once rows of so many bytes came.
PageSizer after_rows_of(std::size_t bytes, std::int32_t most) {
  PageSizer sizer(most);
  while (sizer.observe(static_cast<std::size_t>(sizer.rows()), static_cast<std::size_t>(sizer.rows()) * bytes)) {
  }
  return sizer;
}

TEST(PageSizer, BeginsWithOneRowAndGrowsToTheUsersSize) {
  PageSizer sizer(5'000);
  EXPECT_EQ(sizer.rows(), 1);
  EXPECT_EQ(sizer.bytes_of(1), PageSizer::usual_page_bytes) << "nobody knows";
  for (const std::int32_t next : {16, 256, 4'096, 5'000}) {
    const auto rows = static_cast<std::size_t>(sizer.rows());
    EXPECT_TRUE(sizer.observe(rows, rows * 164));
    EXPECT_EQ(sizer.rows(), next);
  }
  EXPECT_FALSE(sizer.observe(5'000, 5'000 * 164));
  EXPECT_FALSE(sizer.observe(0, 0));
  EXPECT_EQ(sizer.bytes_of(5'000), 5'000U * 164);
  EXPECT_FALSE(sizer.rows_are_large());
}

TEST(PageSizer, NeverExceedsTheUsersSize) { EXPECT_EQ(after_rows_of(10, 10).rows(), 10); }

TEST(PageSizer, ShrinksForLargeRows) {
  PageSizer sizer = after_rows_of(100, 5'000);
  EXPECT_TRUE(sizer.observe(200, 200 << 20));
  EXPECT_EQ(sizer.rows(), 2);
  EXPECT_TRUE(sizer.observe(1, 64 << 20));
  EXPECT_EQ(sizer.rows(), 1);
  EXPECT_TRUE(sizer.rows_are_large());
  EXPECT_EQ(sizer.bytes_of(1), 64U << 20U);
  EXPECT_FALSE(sizer.observe(1, 64 << 20));
}

TEST(PageSizer, KeepsLargeRowsInMindForAWhile) {
  PageSizer sizer(5'000);
  (void)sizer.observe(1, 8 << 20);
  (void)sizer.observe(1, 100);
  EXPECT_EQ(sizer.rows(), 16) << "in steps";
  EXPECT_GT(sizer.bytes_of(1), 6U << 20U);
}

TEST(PageSizer, LeavesSmallDifferencesAlone) {
  PageSizer sizer = after_rows_of(1'000, 100'000);
  EXPECT_EQ(sizer.rows(), 2'097);
  EXPECT_FALSE(sizer.observe(2'000, 2'000 * 1'500));
  EXPECT_FALSE(sizer.observe(2'000, 2'000 * 700));
  EXPECT_TRUE(sizer.observe(2'000, 2'000 * 4'000));
}

}  // namespace
}  // namespace cqlbulk::operations
