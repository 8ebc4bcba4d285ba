// Estimates of several nodes become one figure.
#include "plan/size_estimates.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <vector>

namespace cqlbulk::plan {
namespace {

TEST(SizeEstimates, add_up_over_ranges_and_count_shared_ranges_once) {
  const std::vector<SizeEstimate> estimates{{{0, 10}, 100, 50}, {{10, 20}, 300, 10}, {{0, 10}, 90, 50}};
  const TableSize size = add_up(estimates);
  EXPECT_TRUE(size.known());
  EXPECT_EQ(size.partitions, 400U);
  EXPECT_EQ(size.bytes, 8'000U);
  EXPECT_EQ(size.mean_partition_bytes, 20U);
  EXPECT_EQ(size.ranges, 2U);
  EXPECT_EQ(size.fullest_range_bytes, 5'000U);
}

TEST(SizeEstimates, of_nothing_are_not_known) {
  EXPECT_FALSE(add_up({}).known());
  EXPECT_FALSE(add_up(std::vector<SizeEstimate>{{{0, 1}, 0, 0}, {{1, 2}, -1, -5}}).known());
}

TEST(SizeEstimates, saturate) {
  constexpr auto huge = std::numeric_limits<std::int64_t>::max();
  const TableSize size =
      add_up(std::vector<SizeEstimate>{{{0, 1}, huge, huge}, {{1, 2}, huge, huge}, {{2, 3}, huge, 1}});
  EXPECT_EQ(size.bytes, std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(size.partitions, std::numeric_limits<std::uint64_t>::max());
}

}  // namespace
}  // namespace cqlbulk::plan
