// A ceiling on memory, divided: what an operation may have under way never adds up to more.
#include "plan/memory_shares.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::plan {
namespace {

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;

TEST(MemoryShares, NeverAddUpToMoreThanTheCeiling) {
  for (const std::uint64_t ceiling : {96 * mib, 128 * mib, 256 * mib, 1'000 * mib, 8'192 * mib}) {
    for (const unsigned threads : {1U, 2U, 16U, 64U}) {
      for (const unsigned parallelism : {1U, 16U, 256U}) {
        const MemoryShares shares = share_memory(ceiling, 0, threads, parallelism);
        // Row groups stand in memory as rows and encoded.
        EXPECT_LT(shares.in_flight + 2 * shares.row_group * shares.threads, ceiling);
        EXPECT_LT(shares.windows, ceiling);
        EXPECT_GE(shares.threads, 1U);
        EXPECT_LE(shares.threads, threads);
        EXPECT_GE(shares.page, 65'536U);
      }
    }
  }
}

TEST(MemoryShares, TakeAQuarterOfTheMachineAndAGibibyteAtMost) {
  EXPECT_EQ(share_memory(std::nullopt, 1'024 * mib, 2, 16).in_flight, share_memory(256 * mib, 0, 2, 16).in_flight);
  EXPECT_EQ(share_memory(std::nullopt, 64'000 * mib, 2, 16).in_flight, share_memory(1'024 * mib, 0, 2, 16).in_flight);
}

TEST(MemoryShares, LeaveTheUsualSizesWhereThereIsEnough) {
  const MemoryShares shares = share_memory(1'024 * mib, 0, 2, 16);
  EXPECT_EQ(shares.threads, 2U);
  EXPECT_EQ(shares.page, 2 * mib);
  EXPECT_EQ(shares.row_group, 64 * mib);
  EXPECT_EQ(shares.windows, 64 * mib);
}

TEST(MemoryShares, HaveFewerThreadsWhereThereIsLittle) {
  EXPECT_EQ(share_memory(96 * mib, 0, 16, 16).threads, 2U);
  EXPECT_EQ(share_memory(1, 0, 16, 16).threads, 2U) << "never less than something works with";
}

}  // namespace
}  // namespace cqlbulk::plan
