// A real ring of three that fails in every way while 64 streams and 1,000 requests are under way.
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
        Events events;
        ClusterOptions options = watchful_options();
        events.attach(options);
        const Cluster cluster = co_await Cluster::connect(options);
        Session session = co_await Session::open(cluster);
        co_await create_table(session);
        Load load(session, large);
        co_await load.start();
        co_await tell_ring("pause 1");  // the control connection is there
        const auto until_then = std::chrono::steady_clock::now() + seconds(30);
        while (std::chrono::steady_clock::now() < until_then) co_await load.expect_progress(false);
        EXPECT_GE(events.count(Kind::control_moved), 2U);
        co_await tell_ring("resume 1");
        co_await expect_back(session, 1, "suspended for 30 s");
        load.report("suspended for 30 s");
        co_await load.stop();
      }(),
      very_long);
}

TEST(LongFailures, a_node_that_is_drained_and_restarted_is_done_without) {
  const RingGuard guard;
  run(
      []() -> asio::awaitable<void> {
        Events events;
        ClusterOptions options = watchful_options();
        events.attach(options);
        const Cluster cluster = co_await Cluster::connect(options);
        Session session = co_await Session::open(cluster);
        co_await create_table(session);
        Load load(session, large);
        co_await load.start();
        co_await load.expect_progress();
        co_await tell_ring("nodetool 2 drain");
        co_await until([&] { return events.count(Kind::connection_lost, endpoint(2)) > 0; }, long_enough);
        co_await load.expect_progress();
        co_await tell_ring("stop 2");
        co_await tell_ring("start 2");
        co_await expect_back(session, 2, "drained and started again");
        load.report("drained and started again");
        co_await load.stop();
      }(),
      very_long);
}

}  // namespace
}  // namespace cql::test
