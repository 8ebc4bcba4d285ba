// The histogram against sorted truth.
#include "cql/latency_histogram.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <random>
#include <string>
#include <vector>

namespace cql::test {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// What the documentation promises of a value that is read back.
void expect_close(nanoseconds read, nanoseconds recorded) {
  const double bound = std::max(512.0, static_cast<double>(recorded.count()) / 64);
  EXPECT_LE(std::abs(static_cast<double>((read - recorded).count())), bound) << recorded.count() << " ns";
}

TEST(LatencyHistogram, begins_empty) {
  const LatencyHistogram histogram;
  EXPECT_EQ(histogram.count(), 0U);
  for (const double percent : {0.0, 50.0, 100.0}) EXPECT_EQ(histogram.percentile(percent), nanoseconds(0));
  EXPECT_EQ(histogram.mean(), nanoseconds(0));
  EXPECT_EQ(histogram.min(), nanoseconds(0));
  EXPECT_EQ(histogram.max(), nanoseconds(0));
  EXPECT_EQ(histogram.count_up_to(hours(1)), 0U);
}

TEST(LatencyHistogram, keeps_every_value_within_its_bound) {
  std::vector<std::int64_t> values{0, 1};
  for (int bit = 1; bit < 42; ++bit) {
    const std::int64_t power = std::int64_t{1} << bit;
    for (const std::int64_t value : {power - 1, power, power + 1, power + power / 3}) values.push_back(value);
  }
  for (const std::int64_t value : values) {
    if (value >= std::int64_t{1} << 42) continue;
    LatencyHistogram histogram;
    // Two others on both sides, so that the bounds known exactly do not help.
    histogram.record(nanoseconds(0));
    histogram.record(nanoseconds(value));
    histogram.record(hours(2));
    expect_close(histogram.percentile(50), nanoseconds(value));
  }
}

// Against the definition, computed without floating point: `share` is in hundredths of a percent.
void expect_percentiles(const LatencyHistogram& histogram, std::vector<nanoseconds> values) {
  std::sort(values.begin(), values.end());
  for (const std::size_t share : {1U, 100U, 2'500U, 5'000U, 7'500U, 9'000U, 9'500U, 9'900U, 9'990U, 9'999U}) {
    const std::size_t place = (values.size() * share + 9'999) / 10'000;
    SCOPED_TRACE(std::to_string(share) + " of " + std::to_string(values.size()));
    expect_close(histogram.percentile(static_cast<double>(share) / 100), values[place - 1]);
  }
  EXPECT_EQ(histogram.percentile(0), values.front());
  EXPECT_EQ(histogram.percentile(100), values.back());
}

TEST(LatencyHistogram, agrees_with_sorted_values) {
  std::mt19937_64 random(20261121);
  std::lognormal_distribution<double> latency(13.0, 2.0);  // around 0.4 ms, with a long tail
  std::uniform_int_distribution<std::int64_t> bits(0, 41);
  for (const std::size_t size : {1U, 2U, 7U, 100U, 999U, 1'000U, 20'000U}) {
    for (const bool realistic : {true, false}) {
      std::vector<nanoseconds> values;
      LatencyHistogram histogram;
      std::int64_t sum = 0;
      while (values.size() < size) {
        const double drawn = realistic ? latency(random) : std::ldexp(1.0, static_cast<int>(bits(random))) * 1.37;
        values.emplace_back(static_cast<std::int64_t>(std::min(drawn, 4e12)));
        histogram.record(values.back());
        sum += values.back().count();
      }
      EXPECT_EQ(histogram.count(), size);
      EXPECT_EQ(histogram.sum().count(), sum);
      EXPECT_EQ(histogram.mean().count(), sum / static_cast<std::int64_t>(size));
      EXPECT_EQ(histogram.min(), *std::min_element(values.begin(), values.end()));
      EXPECT_EQ(histogram.max(), *std::max_element(values.begin(), values.end()));
      expect_percentiles(histogram, values);
    }
  }
}

// 99.9 as a double is more than 99.9: of a thousand the 999th is meant all the same.
TEST(LatencyHistogram, counts_places_exactly) {
  LatencyHistogram histogram;
  for (int count = 0; count < 999; ++count) histogram.record(milliseconds(1));
  histogram.record(seconds(1));
  EXPECT_LT(histogram.percentile(99.9), milliseconds(2));
  expect_close(histogram.percentile(99.91), seconds(1));
}

TEST(LatencyHistogram, holds_what_is_too_long_or_impossible) {
  LatencyHistogram histogram;
  histogram.record(hours(24));
  histogram.record(nanoseconds(-5));
  EXPECT_EQ(histogram.count(), 2U);
  EXPECT_EQ(histogram.max(), hours(24));
  EXPECT_EQ(histogram.min(), nanoseconds(0));
  EXPECT_GE(histogram.percentile(100), hours(1));
  EXPECT_EQ(histogram.percentile(-3), nanoseconds(0));
  EXPECT_GE(histogram.percentile(1'000), hours(1));
  EXPECT_GE(histogram.percentile(std::numeric_limits<double>::quiet_NaN()), hours(1));
}

TEST(LatencyHistogram, merges_as_if_recorded_together) {
  LatencyHistogram all;
  LatencyHistogram left;
  LatencyHistogram right;
  for (int value = 1; value <= 1'000; ++value) {
    (value % 3 == 0 ? left : right).record(microseconds(value * value));
    all.record(microseconds(value * value));
  }
  left.merge(right);
  left.merge(LatencyHistogram());
  EXPECT_EQ(left.count(), all.count());
  EXPECT_EQ(left.sum(), all.sum());
  EXPECT_EQ(left.min(), all.min());
  EXPECT_EQ(left.max(), all.max());
  for (const double percent : {1.0, 50.0, 99.0}) EXPECT_EQ(left.percentile(percent), all.percentile(percent));
  LatencyHistogram empty;
  empty.merge(all);
  EXPECT_EQ(empty.min(), all.min());
}

TEST(LatencyHistogram, counts_up_to_a_limit) {
  LatencyHistogram histogram;
  for (int value = 1; value <= 100; ++value) histogram.record(milliseconds(value));
  EXPECT_EQ(histogram.count_up_to(nanoseconds(-1)), 0U);
  EXPECT_EQ(histogram.count_up_to(microseconds(500)), 0U);
  EXPECT_NEAR(static_cast<double>(histogram.count_up_to(milliseconds(50))), 50, 1);
  EXPECT_EQ(histogram.count_up_to(seconds(1)), 100U);
}

}  // namespace
}  // namespace cql::test
