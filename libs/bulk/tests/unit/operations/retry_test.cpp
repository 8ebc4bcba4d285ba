// Which errors are worth another try, and which may not be tried twice.
#include "operations/retry.hpp"

#include <gtest/gtest.h>

#include "operations/row_limit.hpp"

namespace cqlbulk::operations {
namespace {

using Kind = cql::ErrorKind;

cql::Error error(Kind kind) { return {kind, "message"}; }

TEST(Retry, TellsTransientErrorsFromFinalOnes) {
  for (const Kind kind : {Kind::connect, Kind::connection_lost, Kind::timeout, Kind::unavailable, Kind::overloaded,
                          Kind::is_bootstrapping, Kind::write_timeout, Kind::read_timeout, Kind::read_failure,
                          Kind::server_error, Kind::cdc_write_failure}) {
    EXPECT_TRUE(is_transient(error(kind))) << cql::to_string(kind);
  }
  for (const Kind kind : {Kind::invalid, Kind::syntax_error, Kind::unauthorized, Kind::protocol, Kind::cancelled}) {
    EXPECT_FALSE(is_transient(error(kind))) << cql::to_string(kind);
  }
}

TEST(Retry, RepeatsWhatMustNotBeDoneTwiceOnlyWhenNothingWasApplied) {
  for (const Kind kind : {Kind::connect, Kind::unavailable, Kind::overloaded, Kind::is_bootstrapping}) {
    EXPECT_TRUE(surely_not_applied(error(kind))) << cql::to_string(kind);
  }
  for (const Kind kind : {Kind::write_timeout, Kind::timeout, Kind::connection_lost, Kind::write_failure}) {
    EXPECT_FALSE(surely_not_applied(error(kind))) << cql::to_string(kind);
  }
}

TEST(Retry, JudgesByEveryCauseWhenNoNodeWasLeft) {
  cql::Error all_down = error(Kind::no_node);
  all_down.with_causes({error(Kind::connect), error(Kind::unavailable)});
  EXPECT_TRUE(is_transient(all_down));
  EXPECT_TRUE(surely_not_applied(all_down));
  cql::Error one_lost = error(Kind::no_node);
  one_lost.with_causes({error(Kind::connect), error(Kind::connection_lost)});
  EXPECT_TRUE(is_transient(one_lost));
  EXPECT_FALSE(surely_not_applied(one_lost));
  cql::Error one_final = error(Kind::no_node);
  one_final.with_causes({error(Kind::connect), error(Kind::unauthorized)});
  EXPECT_FALSE(is_transient(one_final));
}

TEST(Retry, HasPatienceWithNodesThatAreDownOrHaveNotEnough) {
  using enum observe::FailureClass;
  constexpr std::chrono::milliseconds patience(60'000);
  const Tries::Clock::time_point start{};
  for (const auto kind : {node_down, resource}) {
    Tries tries;
    for (int second = 0; second < 60; second += 10) {
      EXPECT_TRUE(tries.again(kind, patience, start + std::chrono::seconds(second)));
    }
    EXPECT_FALSE(tries.again(kind, patience, start + patience)) << "six tries, a minute";
    tries.got_on();
    EXPECT_TRUE(tries.again(kind, patience, start + patience)) << "a new failure has its own minute";
  }
}

TEST(Retry, TriesWhatMayPassThreeTimesAtLeastAndForAMinuteAtMost) {
  using enum observe::FailureClass;
  const Tries::Clock::time_point start{};
  Tries slow;
  for (unsigned count = 1; count <= 3; ++count) {
    EXPECT_TRUE(slow.again(transient, std::chrono::hours(1), start + std::chrono::minutes(count)));
    EXPECT_EQ(slow.count(), count);
  }
  EXPECT_FALSE(slow.again(transient, std::chrono::hours(1), start + std::chrono::minutes(4)));
  Tries quick;
  for (int second = 0; second < 60; ++second) {
    EXPECT_TRUE(quick.again(transient, std::chrono::hours(1), start + std::chrono::seconds(second)));
  }
  EXPECT_FALSE(quick.again(transient, std::chrono::hours(1), start + std::chrono::minutes(1)));
  for (const auto kind : {data, fatal, unknown}) {
    EXPECT_FALSE(Tries().again(kind, std::chrono::hours(1), Tries::Clock::time_point{}));
  }
  EXPECT_TRUE(Tries().again(node_down, std::chrono::milliseconds(0), Tries::Clock::time_point{}))
      << "five all the same";
}

TEST(Retry, BearsFailedPiecesByNumberAndShare) {
  PaceOptions pace;
  EXPECT_EQ(most_failed(pace, 10'000), 10U);
  EXPECT_EQ(most_failed(pace, 100), 5U);
  EXPECT_EQ(most_failed(pace, 4), 1U) << "one sick range never stops the others";
  EXPECT_EQ(most_failed(pace, 1), 0U) << "not all of them";
  pace.max_failed_ranges = 0;
  EXPECT_EQ(most_failed(pace, 100), 0U);
  pace = {};
  pace.max_failed_ranges_share = 0;
  EXPECT_EQ(most_failed(pace, 100), 0U);
}

TEST(Retry, WaitsTwiceAsLongEachTimeUpToAMinute) {
  constexpr std::chrono::seconds first(1);
  EXPECT_EQ(backoff(0, first, 1).count(), 1'000);
  EXPECT_EQ(backoff(0, first, 0).count(), 500);
  EXPECT_EQ(backoff(3, first, 1).count(), 8'000);
  EXPECT_EQ(backoff(6, first, 1).count(), 60'000);
  EXPECT_EQ(backoff(1'000, first, 0.5).count(), 45'000);
  EXPECT_EQ(backoff(2, std::chrono::milliseconds(10), 1).count(), 40);
  EXPECT_EQ(backoff(0, std::chrono::hours(1), 1).count(), 60'000);
}

TEST(RowLimit, HandsOutExactlySoMany) {
  RowLimit limit(10);
  EXPECT_EQ(limit.take(4), 4U);
  EXPECT_FALSE(limit.reached());
  EXPECT_EQ(limit.take(10), 6U);
  EXPECT_TRUE(limit.reached());
  EXPECT_EQ(limit.take(1), 0U);
  RowLimit none(std::nullopt);
  EXPECT_EQ(none.take(1'000'000), 1'000'000U);
  EXPECT_FALSE(none.reached());
}

}  // namespace
}  // namespace cqlbulk::operations
