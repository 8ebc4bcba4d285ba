// The numbers of the presets, as the guide has them.
#include "pace/presets.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::pace {
namespace {

TEST(Presets, GoFromPoliteToGreedy) {
  constexpr Preset from_polite[] = {Preset::conservative, Preset::balanced, Preset::aggressive};
  for (std::size_t i = 1; i < std::size(from_polite); ++i) {
    const WidthRange less = width_of(from_polite[i - 1]);
    const WidthRange more = width_of(from_polite[i]);
    EXPECT_EQ(less.first.ranges, less.most.ranges);
    EXPECT_EQ(less.most.queries, 2 * less.most.ranges);
    EXPECT_EQ(more.most.ranges, 4 * less.most.ranges);
    EXPECT_LT(page_bytes(from_polite[i - 1]), page_bytes(from_polite[i]));
  }
}

TEST(Presets, AdaptiveBeginsAsTheMostPoliteOne) {
  const WidthRange adaptive = width_of(Preset::adaptive);
  EXPECT_EQ(adaptive.first.queries, width_of(Preset::conservative).most.queries);
  EXPECT_EQ(adaptive.most.queries, widest.queries);
  EXPECT_EQ(page_bytes(Preset::adaptive), page_bytes(Preset::balanced));
}

TEST(Presets, ANumberOfRangesTakesTheirPlace) {
  EXPECT_EQ(width_of(Preset::aggressive, 3).most.ranges, 3U);
  EXPECT_EQ(width_of(Preset::aggressive, 3).most.queries, 6U);
  EXPECT_EQ(width_of(Preset::balanced, 100'000).most.ranges, widest.ranges);
  EXPECT_EQ(width_of(Preset::balanced, 0).most.ranges, 1U);
}

}  // namespace
}  // namespace cqlbulk::pace
