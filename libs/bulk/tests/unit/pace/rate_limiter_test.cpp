// Rows or bytes a second: exact, whatever the requests' sizes, never a burst.
#include "pace/rate_limiter.hpp"

#include <gtest/gtest.h>

#include <queue>
#include <random>

namespace cqlbulk::pace {
namespace {

TimePoint at(double seconds) { return TimePoint{} + std::chrono::duration_cast<Duration>(Seconds(1 + seconds)); }
double seconds_of(TimePoint time) { return Seconds(time.time_since_epoch()).count() - 1; }

/// What comes back in each second from `in_flight` requests at once, of `smallest` to `largest` units each, expected to
/// bring what they bring on average. Each takes 20 ms.
std::vector<double> units_by_second(RateLimiter& limiter, unsigned in_flight, double smallest, double largest,
                                    int until) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> size(smallest, largest);
  const double expected = (smallest + largest) / 2;
  std::vector<double> seconds(static_cast<std::size_t>(until));
  std::queue<double> answers;
  double now = 0;
  while (now < until) {
    if (answers.size() < in_flight && limiter.next(at(now)) <= at(now)) {
      limiter.begin(expected, at(now));
      answers.push(now + 0.020);
      continue;
    }
    const double next = answers.size() < in_flight ? seconds_of(limiter.next(at(now))) : 1e9;
    if (!answers.empty() && answers.front() <= next) {
      now = answers.front();
      answers.pop();
      const double came = size(random);
      limiter.end(expected, came);
      if (now < until) seconds[static_cast<std::size_t>(now)] += came;
    } else {
      now = next + 1e-6;  // As precise as a timer, at best.
    }
  }
  return seconds;
}

TEST(RateLimiter, is_exact_over_ten_seconds_for_many_at_once_and_sizes_known_afterwards) {
  for (const unsigned in_flight : {1U, 8U, 64U}) {
    RateLimiter limiter(10'000.0);
    const std::vector<double> seconds = units_by_second(limiter, in_flight, 1, 999, 60);
    for (std::size_t from = 0; from + 10 <= seconds.size(); ++from) {
      double sum = 0;
      for (std::size_t i = from; i < from + 10; ++i) sum += seconds[i];
      EXPECT_NEAR(sum, 100'000, 5'000) << in_flight << " at once, from second " << from;
    }
  }
}

TEST(RateLimiter, never_gives_more_at_once_than_its_bucket_and_a_request) {
  RateLimiter limiter(1'000.0);
  limiter.begin(0, at(0));
  // After a silence of a minute a tenth of a second's units have been saved, no more.
  unsigned requests = 0;
  while (limiter.next(at(60)) <= at(60)) {
    limiter.begin(10, at(60));
    ++requests;
  }
  EXPECT_EQ(requests, 11U);
}

TEST(RateLimiter, begins_with_an_empty_bucket) {
  RateLimiter limiter(1'000.0);
  ASSERT_EQ(limiter.next(at(0)), at(0));
  limiter.begin(1, at(0));
  EXPECT_GT(limiter.next(at(0)), at(0));
}

TEST(RateLimiter, makes_a_large_request_be_paid_for) {
  RateLimiter limiter(100.0);
  limiter.begin(10, at(0));
  limiter.end(10, 1'000);
  EXPECT_NEAR(seconds_of(limiter.next(at(0))), 10, 1e-6);
  EXPECT_LE(limiter.next(at(10.001)), at(10.001));
}

TEST(RateLimiter, limits_nothing_without_a_rate) {
  RateLimiter limiter;
  limiter.begin(1e12, at(0));
  EXPECT_EQ(limiter.next(at(0)), at(0));
}

TEST(RateLimiter, takes_another_rate_from_now_on) {
  RateLimiter limiter(100.0);
  limiter.begin(1'000, at(0));
  limiter.set_rate(1'000.0, at(0));
  EXPECT_NEAR(seconds_of(limiter.next(at(0))), 1, 1e-6);
  limiter.set_rate({}, at(0));
  EXPECT_EQ(limiter.next(at(0)), at(0));
  // What came unlimited is nobody's debt.
  limiter.begin(1e9, at(0));
  limiter.set_rate(10.0, at(1));
  EXPECT_EQ(limiter.next(at(1)), at(1));
}

}  // namespace
}  // namespace cqlbulk::pace
