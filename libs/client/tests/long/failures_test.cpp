// A real ring of three that fails in every way while 64 streams and 1,000 requests are under way: every request ends,
// reads at QUORUM go on, no append is sent twice, and the client is soon as fast as before.
#include "integration/failures.hpp"

#include <gtest/gtest.h>

namespace cql::test {
namespace {

constexpr seconds very_long{900};

TEST(LongFailures, nodes_are_killed_and_suspended_under_full_load) {
  const RingGuard guard;
  run(kill_and_suspend(large), very_long);
}

TEST(LongFailures, networks_are_cut_one_way_both_ways_and_slowed_under_full_load) {
  run(cut_off(large, {Way::requests, Way::answers, Way::both}), very_long);
}

TEST(LongFailures, a_node_suspended_for_half_a_minute_is_done_without) {
  const RingGuard guard;
  run(
      []() -> asio::awaitable<void> {
        const TrialPtr trial = co_await begin(watchful_options(), large);
        const Load::Speed before = co_await trial->load->speed(endpoint(1), seconds(3));
        const std::size_t moved = trial->events.count(Kind::control_moved);
        co_await tell_ring("pause 1");  // the control connection is there
        const auto end = std::chrono::steady_clock::now() + seconds(30);
        while (std::chrono::steady_clock::now() < end) co_await trial->load->expect_progress(false);
        EXPECT_GT(trial->events.count(Kind::control_moved), moved);
        trial->report("suspended for 30 s, gone");
        co_await tell_ring("resume 1");
        co_await expect_full_speed(trial, 1, before, "suspended for 30 s and resumed");
        co_await finish(trial);
      }(),
      very_long);
}

TEST(LongFailures, a_node_that_is_drained_and_restarted_is_done_without) {
  const RingGuard guard;
  run(
      []() -> asio::awaitable<void> {
        const TrialPtr trial = co_await begin(watchful_options(), large);
        const Load::Speed before = co_await trial->load->speed(endpoint(2), seconds(3));
        const std::size_t lost = trial->lost(2);
        co_await tell_ring("nodetool 2 drain");
        co_await until([&] { return trial->lost(2) > lost; }, long_enough);
        co_await trial->load->expect_progress();
        trial->report("drained, gone");
        co_await tell_ring("stop 2");
        co_await tell_ring("start 2");
        co_await expect_full_speed(trial, 2, before, "drained and started again");
        co_await finish(trial);
      }(),
      very_long);
}

}  // namespace
}  // namespace cql::test
