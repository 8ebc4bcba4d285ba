// When a silent peer is asked, and when it is given up.
#include "sansio/heartbeat.hpp"

#include <gtest/gtest.h>

namespace cql::sansio {
namespace {

using std::chrono::seconds;
using Step = Heartbeat::Step;
using TimePoint = Heartbeat::TimePoint;

const TimePoint start{std::chrono::hours(1)};

Heartbeat fresh() {
  Heartbeat heartbeat(seconds(30), seconds(10));
  heartbeat.heard(start);
  return heartbeat;
}

TEST(Heartbeat, asks_after_the_interval_when_idle) {
  Heartbeat heartbeat = fresh();
  EXPECT_EQ(heartbeat.check(start, false), Step::wait);
  EXPECT_EQ(heartbeat.next(), start + seconds(30));
  EXPECT_EQ(heartbeat.check(start + seconds(29), false), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(30), false), Step::ask);
  EXPECT_EQ(heartbeat.next(), start + seconds(40));
}

TEST(Heartbeat, does_not_ask_while_anything_comes) {
  Heartbeat heartbeat = fresh();
  for (int second = 0; second < 300; second += 20) {
    heartbeat.heard(start + seconds(second));
    EXPECT_EQ(heartbeat.check(start + seconds(second + 19), false), Step::wait);
  }
}

TEST(Heartbeat, asks_sooner_when_requests_wait) {
  Heartbeat heartbeat = fresh();
  heartbeat.busy(start + seconds(15));
  EXPECT_EQ(heartbeat.check(start + seconds(24), true), Step::wait);
  EXPECT_EQ(heartbeat.next(), start + seconds(25)) << "counted from the request, not from the idle time before it";
  EXPECT_EQ(heartbeat.check(start + seconds(25), true), Step::ask);
}

TEST(Heartbeat, gives_up_when_nothing_comes_after_asking) {
  Heartbeat heartbeat = fresh();
  ASSERT_EQ(heartbeat.check(start + seconds(30), false), Step::ask);
  EXPECT_EQ(heartbeat.check(start + seconds(39), false), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(40), false), Step::silent);
}

TEST(Heartbeat, takes_anything_for_a_sign_of_life) {
  Heartbeat heartbeat = fresh();
  ASSERT_EQ(heartbeat.check(start + seconds(30), false), Step::ask);
  heartbeat.heard(start + seconds(35));  // an event, say
  EXPECT_EQ(heartbeat.check(start + seconds(40), false), Step::wait);
  EXPECT_EQ(heartbeat.next(), start + seconds(65));
  // The answer itself is still to come: the id cannot be used twice, but silence counts as before.
  EXPECT_TRUE(heartbeat.outstanding());
  EXPECT_EQ(heartbeat.check(start + seconds(65), false), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(75), false), Step::silent);
}

TEST(Heartbeat, asks_again_after_an_answer) {
  Heartbeat heartbeat = fresh();
  ASSERT_EQ(heartbeat.check(start + seconds(30), false), Step::ask);
  heartbeat.heard(start + seconds(31));
  heartbeat.answered();
  EXPECT_EQ(heartbeat.check(start + seconds(60), false), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(61), false), Step::ask);
}

TEST(Heartbeat, asks_out_of_turn_but_only_once_at_a_time) {
  Heartbeat heartbeat = fresh();
  EXPECT_EQ(heartbeat.ask_now(start + seconds(1)), Step::ask);
  EXPECT_EQ(heartbeat.ask_now(start + seconds(2)), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(10), false), Step::wait);
  EXPECT_EQ(heartbeat.check(start + seconds(11), false), Step::silent) << "asking again is no reason to wait longer";
}

TEST(Heartbeat, can_be_off) {
  Heartbeat heartbeat(seconds(0), seconds(10));
  heartbeat.heard(start);
  EXPECT_EQ(heartbeat.check(start + seconds(1'000), true), Step::wait);
  EXPECT_EQ(heartbeat.ask_now(start + seconds(1'000)), Step::wait);
  EXPECT_EQ(heartbeat.next(), TimePoint::max());
}

}  // namespace
}  // namespace cql::sansio
