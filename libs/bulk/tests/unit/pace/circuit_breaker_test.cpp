#include "pace/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::pace {
namespace {

using State = CircuitBreaker::State;

TimePoint at(double seconds) { return TimePoint{} + std::chrono::duration_cast<Duration>(Seconds(1 + seconds)); }

CircuitBreaker opened_at(double seconds) {
  CircuitBreaker breaker;
  for (int i = 0; i < 10; ++i) breaker.failed(false, at(seconds));
  return breaker;
}

TEST(CircuitBreaker, opens_at_the_tenth_error_within_a_minute) {
  CircuitBreaker breaker;
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(breaker.failed(false, at(i * 6)));
  EXPECT_EQ(breaker.next(at(50)), at(50));
  EXPECT_TRUE(breaker.failed(false, at(54)));
  EXPECT_EQ(breaker.state(), State::open);
  EXPECT_EQ(breaker.next(at(54)), at(354));
}

TEST(CircuitBreaker, bears_errors_that_come_slowly) {
  CircuitBreaker breaker;
  for (int i = 0; i < 100; ++i) EXPECT_FALSE(breaker.failed(false, at(i * 7)));
  EXPECT_EQ(breaker.state(), State::closed);
}

TEST(CircuitBreaker, lets_a_single_probe_through_after_the_cool_down) {
  CircuitBreaker breaker = opened_at(0);
  EXPECT_GT(breaker.next(at(299)), at(299));
  ASSERT_LE(breaker.next(at(300)), at(300));
  EXPECT_TRUE(breaker.begin(at(300)));
  EXPECT_EQ(breaker.next(at(300)), TimePoint::max());
  breaker.succeeded(true);
  EXPECT_EQ(breaker.state(), State::closed);
  EXPECT_FALSE(breaker.begin(at(301)));
}

TEST(CircuitBreaker, stays_open_when_the_probe_fails) {
  CircuitBreaker breaker = opened_at(0);
  breaker.begin(at(300));
  EXPECT_TRUE(breaker.failed(true, at(310)));
  EXPECT_EQ(breaker.next(at(310)), at(610));
}

TEST(CircuitBreaker, asks_another_when_the_probe_was_called_off) {
  CircuitBreaker breaker = opened_at(0);
  breaker.begin(at(300));
  breaker.abandoned(true, at(301));
  EXPECT_LE(breaker.next(at(301)), at(301));
  EXPECT_TRUE(breaker.begin(at(301)));
}

TEST(CircuitBreaker, takes_no_notice_of_what_was_under_way_when_it_opened) {
  CircuitBreaker breaker = opened_at(0);
  breaker.succeeded(false);
  EXPECT_FALSE(breaker.failed(false, at(100)));
  EXPECT_EQ(breaker.next(at(100)), at(300));
}

TEST(CircuitBreaker, probes_sooner_when_told_so) {
  CircuitBreaker breaker = opened_at(0);
  breaker.probe_soon(at(20));
  EXPECT_TRUE(breaker.begin(at(20)));
  breaker.succeeded(true);
  // Errors of before do not count any more.
  for (int i = 0; i < 9; ++i) EXPECT_FALSE(breaker.failed(false, at(21)));
}

}  // namespace
}  // namespace cqlbulk::pace
