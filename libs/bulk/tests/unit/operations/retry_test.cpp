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
                          Kind::is_bootstrapping, Kind::write_timeout, Kind::read_timeout, Kind::read_failure}) {
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
