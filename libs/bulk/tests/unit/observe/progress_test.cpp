// Watching: sums are exact, the bar fits.
#include "cqlbulk/progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "observe/counters.hpp"

namespace cqlbulk {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

Progress halfway() {
  Progress progress;
  progress.operation = "load";
  progress.rows = 1'234'567;
  progress.pieces_done = 23;
  progress.pieces = 51;
  progress.fraction = 0.5;
  progress.elapsed = std::chrono::seconds(60);
  return progress;
}

TEST(ProgressLine, SaysRateShareAndAboutWhatIsLeft) {
  EXPECT_EQ(progress_line(halfway(), 213'000.7),
            "load  1,234,567 rows  213,000/s  50%  23 of 51 pieces  about 1 min 0 s left");
  Progress progress = halfway();
  progress.rejected = 2;
  progress.fraction = 0.9999;
  EXPECT_THAT(progress_line(progress, 1), HasSubstr("99%  23 of 51 pieces  2 rejected"));
  progress.fraction = 0.001;
  EXPECT_THAT(progress_line(progress, 1), Not(HasSubstr("about")));
}

TEST(ProgressBarText, FitsTheTerminal) {
  EXPECT_THAT(progress_bar(halfway(), 1000, 200), StartsWith("[###############...............] load"));
  for (std::size_t width = 5; width < 150; ++width) EXPECT_LE(progress_bar(halfway(), 1000, width).size(), width);
}

TEST(RecentRate, ForgetsWhatIsLongAgo) {
  RecentRate rate;
  EXPECT_EQ(rate.add(std::chrono::seconds(0), 0), 0);
  EXPECT_EQ(rate.add(std::chrono::seconds(1), 100), 100);
  EXPECT_EQ(rate.add(std::chrono::seconds(20), 2000), 100);
  EXPECT_EQ(rate.add(std::chrono::seconds(40), 2000), 0);
}

TEST(Counters, SumTheirShards) {
  observe::Counters counters(3);
  observe::ShardCounters::add<std::uint64_t>(counters.shard(0).rows, 5);
  observe::ShardCounters::add<std::uint64_t>(counters.shard(2).rows, 7);
  observe::ShardCounters::add(counters.shard(1).fraction, 0.25);
  observe::ShardCounters::add(counters.shard(2).fraction, 0.80);
  EXPECT_EQ(counters.totals().rows, 12U);
  EXPECT_EQ(observe::progress_of(counters.totals(), "count", 4).fraction, 1);
}

}  // namespace
}  // namespace cqlbulk
