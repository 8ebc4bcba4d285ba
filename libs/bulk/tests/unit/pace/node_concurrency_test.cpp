// What a node's limit does, step by step; how it fares against whole clusters: simulation_test.cpp.
#include "pace/node_concurrency.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::pace {
namespace {

/// Windows of requests that all take the same time, one after the other.
class Rounds {
 public:
  explicit Rounds(NodeConcurrency& pace) : pace_(pace) {}
  void answer(double seconds, int windows = 1, std::uint64_t size = 5'000) {
    for (int window = 0; window < windows; ++window) {
      const std::uint32_t before = pace_.limit();
      const std::uint32_t requests = std::max(8U, before);
      const TimePoint sent = now_ += Duration(1);
      now_ += std::chrono::duration_cast<Duration>(Seconds(seconds));
      for (std::uint32_t i = 0; i < requests; ++i) pace_.answered(sent, now_, size, before);
    }
  }
  void give_way() {
    const TimePoint sent = now_ += Duration(1);
    pace_.gave_way(sent, now_ += std::chrono::milliseconds(1));
  }
  [[nodiscard]] TimePoint now() const { return now_; }

 private:
  NodeConcurrency& pace_;
  TimePoint now_{std::chrono::seconds(1)};
};

TEST(NodeConcurrency, doubles_while_nothing_waits_up_to_its_bounds) {
  NodeConcurrency pace({1, 4, 30});
  Rounds rounds(pace);
  EXPECT_EQ(pace.limit(), 4U);
  rounds.answer(0.01);
  EXPECT_EQ(pace.limit(), 8U);
  rounds.answer(0.01, 2);
  EXPECT_EQ(pace.limit(), 30U);
  pace.set_most(5);
  EXPECT_EQ(pace.limit(), 5U);
}

TEST(NodeConcurrency, shrinks_at_once_when_requests_take_longer) {
  NodeConcurrency pace({1, 16, 64});
  Rounds rounds(pace);
  rounds.answer(0.01);
  ASSERT_EQ(pace.limit(), 32U);
  rounds.answer(0.03);
  EXPECT_EQ(pace.limit(), 21U);  // 32 × 2 / 3
}

TEST(NodeConcurrency, stays_between_the_bounds_of_latency) {
  NodeConcurrency pace({1, 16, 64});
  Rounds rounds(pace);
  rounds.answer(0.01);
  rounds.answer(0.018, 5);
  EXPECT_EQ(pace.limit(), 32U);
}

TEST(NodeConcurrency, halves_at_once_when_the_node_says_so_and_only_once_for_one_occasion) {
  NodeConcurrency pace({1, 32, 64});
  Rounds rounds(pace);
  const TimePoint sent = rounds.now();
  for (int i = 0; i < 10; ++i) pace.gave_way(sent, sent + std::chrono::milliseconds(i + 1));
  EXPECT_EQ(pace.limit(), 16U);
  pace.gave_way(sent + std::chrono::milliseconds(20), sent + std::chrono::milliseconds(30));
  EXPECT_EQ(pace.limit(), 8U);
}

TEST(NodeConcurrency, takes_slowly_after_it_gave_way) {
  NodeConcurrency pace({1, 32, 64});
  Rounds rounds(pace);
  rounds.give_way();
  rounds.answer(0.01, 3);
  EXPECT_EQ(pace.limit(), 16U);
  rounds.answer(0.01, 2);
  EXPECT_EQ(pace.limit(), 18U);
}

TEST(NodeConcurrency, never_goes_below_one) {
  NodeConcurrency pace({1, 2, 8});
  Rounds rounds(pace);
  for (int i = 0; i < 5; ++i) rounds.give_way();
  EXPECT_EQ(pace.limit(), 1U);
}

TEST(NodeConcurrency, does_not_grow_what_is_not_used) {
  NodeConcurrency pace({1, 8, 64});
  TimePoint now{std::chrono::seconds(1)};
  for (int i = 0; i < 200; ++i) {
    pace.answered(now, now + std::chrono::milliseconds(10), 5'000, 3);
    now += std::chrono::milliseconds(11);
  }
  EXPECT_EQ(pace.limit(), 8U);
}

TEST(NodeConcurrency, compares_requests_with_those_of_their_size) {
  NodeConcurrency pace({1, 8, 64});
  Rounds rounds(pace);
  rounds.answer(0.01, 1, 200);
  ASSERT_EQ(pace.limit(), 16U);
  rounds.answer(0.25, 1, 5'000);  // Pages 25 times as large.
  EXPECT_EQ(pace.limit(), 32U);
}

TEST(NodeConcurrency, finds_out_that_a_node_has_become_slower_for_good) {
  NodeConcurrency pace({1, 4, 8});
  Rounds rounds(pace);
  rounds.answer(0.01, 5);
  rounds.answer(0.05, 40);  // However few are under way.
  EXPECT_EQ(pace.limit(), 8U);
}

TEST(LatencyBaseline, is_not_moved_by_a_few_that_took_long) {
  LatencyBaseline baseline;
  for (int window = 0; window < 3; ++window) {
    for (int i = 0; i < 16; ++i) {
      baseline.add(100, i % 4 == 0 ? std::chrono::seconds(5) : std::chrono::milliseconds(10));
    }
    EXPECT_NEAR(baseline.close(LatencyBaseline::Window::usual).value(), 1, 0.01);
  }
}

TEST(LatencyBaseline, rises_fast_only_when_little_was_under_way) {
  const auto ratio_after = [](LatencyBaseline::Window window) {
    LatencyBaseline baseline;
    const auto add = [&](std::chrono::milliseconds took) {
      for (int i = 0; i < 8; ++i) baseline.add(100, took);
    };
    add(std::chrono::milliseconds(10));
    (void)baseline.close(window);
    for (int i = 0; i < 5; ++i) {
      add(std::chrono::milliseconds(40));
      (void)baseline.close(window);
    }
    add(std::chrono::milliseconds(40));
    return baseline.close(window).value();
  };
  EXPECT_GT(ratio_after(LatencyBaseline::Window::usual), 3.5);
  EXPECT_LT(ratio_after(LatencyBaseline::Window::quiet), 1.1);
}

TEST(LatencyBaseline, waits_until_a_size_has_enough_requests) {
  LatencyBaseline baseline;
  for (std::uint64_t size = 1; size < 1'000'000; size *= 2) baseline.add(size, std::chrono::milliseconds(10));
  EXPECT_EQ(baseline.close(LatencyBaseline::Window::usual), std::nullopt);
  EXPECT_EQ(baseline.samples(), 20U);
}

}  // namespace
}  // namespace cqlbulk::pace
