// When to try again what failed.
#include "sansio/backoff.hpp"

#include <gtest/gtest.h>

namespace cql::sansio {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using TimePoint = Backoff::TimePoint;

const TimePoint start{std::chrono::hours(1)};
const ReconnectOptions options{.base = milliseconds(100), .max = milliseconds(1'000), .jitter = 0.5};

TEST(Backoff, lets_the_first_attempt_be_made_at_once) { EXPECT_LE(Backoff(options).next(), start); }

TEST(Backoff, doubles_up_to_the_maximum) {
  Backoff backoff(options);
  TimePoint now = start;
  for (const int expected : {100, 200, 400, 800, 1'000, 1'000, 1'000}) {
    backoff.failed(now, 0);
    EXPECT_EQ(backoff.next() - now, milliseconds(expected));
    now = backoff.next();
  }
}

TEST(Backoff, stays_at_the_maximum_for_ever) {
  Backoff backoff({.base = milliseconds(1), .max = std::chrono::hours(24 * 365), .jitter = 0});
  for (int attempt = 0; attempt < 10'000; ++attempt) backoff.failed(start, 0);
  EXPECT_EQ(backoff.next() - start, std::chrono::hours(24 * 365));
}

TEST(Backoff, takes_a_random_part_off) {
  for (const double random : {0.0, 0.5, 1.0}) {
    Backoff backoff(options);
    backoff.failed(start, random);
    EXPECT_EQ(backoff.next() - start, milliseconds(static_cast<int>(100 * (1 - 0.5 * random))));
  }
}

TEST(Backoff, tries_at_once_after_the_loss_of_what_had_worked) {
  Backoff backoff(options);
  for (int attempt = 0; attempt < 5; ++attempt) backoff.failed(start, 0);
  const TimePoint later = start + seconds(60);
  backoff.lost(later, seconds(30), 0);
  EXPECT_EQ(backoff.next(), later);
  backoff.failed(later, 0);
  EXPECT_EQ(backoff.next() - later, milliseconds(100));
}

TEST(Backoff, forgives_one_early_loss_and_then_slows_down) {
  Backoff backoff(options);
  TimePoint now = start;
  for (const int expected : {0, 100, 200, 400, 800, 1'000}) {
    backoff.lost(now, milliseconds(5), 0);
    EXPECT_EQ(backoff.next() - now, milliseconds(expected));
    now = backoff.next();
  }
}

TEST(Backoff, hurries_but_never_within_the_base_of_the_last_failure) {
  Backoff backoff(options);
  for (int attempt = 0; attempt < 9; ++attempt) backoff.failed(start, 0);
  ASSERT_EQ(backoff.next() - start, milliseconds(1'000));
  backoff.hurry(start + milliseconds(30));
  EXPECT_EQ(backoff.next() - start, milliseconds(100));
  backoff.hurry(start + milliseconds(500));
  EXPECT_EQ(backoff.next() - start, milliseconds(100)) << "what is due sooner stays";
  backoff.failed(start + milliseconds(100), 0);
  backoff.hurry(start + milliseconds(600));
  EXPECT_EQ(backoff.next() - start, milliseconds(600));
}

}  // namespace
}  // namespace cql::sansio
