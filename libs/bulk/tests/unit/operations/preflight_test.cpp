// What is said before a run: sizes as estimates, what will be done.
#include "operations/preflight.hpp"

#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

plan::TableSize large() {
  plan::TableSize size{1'000'000, 12'000'000'000, 12'000};
  size.ranges = 48;
  size.fullest_range_bytes = 1'500'000'000;
  size.largest_partition_mib = 310;
  return size;
}

TEST(Preflight, TellsHowMuchThereIsAndHowEvenlyItLies) {
  EXPECT_EQ(size_text(large()),
            "about 1,000,000 partitions, 12.0 GB of data, 12.0 kB a partition (estimates of flushed data, one copy)\n"
            "the fullest of 48 ranges has about 12% of the data, 6.0 times its share\n"
            "the largest partition has 310 MiB (of flushed data)\n");
  plan::TableSize small{10, 1'000, 100};
  small.ranges = 1;
  small.fullest_range_bytes = 1'000;
  small.largest_partition_mib = 0;
  EXPECT_EQ(size_text(small),
            "about 10 partitions, 1.0 kB of data, 100 B a partition (estimates of flushed data, one copy)\n"
            "no partition of a mebibyte or more (of flushed data)\n");
  EXPECT_EQ(size_text({}),
            "no size estimates (nothing flushed yet, or not refreshed since: nodetool refreshsizeestimates)\n");
}

TEST(Preflight, SaysInALineWhatARunWillDo) {
  EXPECT_EQ(
      run_line(large(), {3, 128, 16, 2}),
      "about 1,000,000 partitions, 12.0 GB of data (estimates), about 1 min 20 s at 50.0 MB/s a node; 128 splits, "
      "16 at once on 2 threads");
  EXPECT_EQ(run_line({}, {3, 1, 1, 1}), "size unknown; 1 split, 1 at once on 1 thread");
}

TEST(Preflight, LetsTheAggressivePresetLooseOnMuchDataOnlyWhenAgreed) {
  PaceOptions pace;
  pace.preset = Preset::aggressive;
  EXPECT_NO_THROW(check_aggressive(pace, UINT64_MAX, "ks.t holds about"));
  pace.aggressive_up_to = 10'000'000'000;
  EXPECT_NO_THROW(check_aggressive(pace, 10'000'000'000, "ks.t holds about"));
  try {
    check_aggressive(pace, 12'000'000'000, "ks.t holds about");
    FAIL() << "nobody was asked";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_EQ(error.message(),
              "ks.t holds about 12.0 GB, more than the 10.0 GB that --preset aggressive is let loose on unasked");
    EXPECT_EQ(error.advice(), "Give --yes if the cluster has nothing else to do, or a milder --preset.");
  }
}

TEST(Preflight, AsksNobodyAboutMilderPresetsAndNumbers) {
  PaceOptions pace;
  pace.aggressive_up_to = 1;
  EXPECT_NO_THROW(check_aggressive(pace, 2, "the input is"));
  pace.preset = Preset::aggressive;
  EXPECT_THROW(check_aggressive(pace, 2, "the input is"), Error);
  pace.parallelism = 64;
  EXPECT_NO_THROW(check_aggressive(pace, 2, "the input is"));
}

}  // namespace
}  // namespace cqlbulk::operations
