// Waiting and waking at the gate: limits hold, everybody gets a turn, a stop and a pause reach those that wait.
#include "operations/pace_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <memory>
#include <set>
#include <thread>
#include <vector>

namespace cqlbulk::operations {
namespace {

namespace asio = boost::asio;

/// Three nodes of one data centre, each a replica of everything.
cql::Metadata three_nodes() {
  cql::Metadata metadata;
  metadata.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
  std::vector<cql::RingNode> ring;
  for (unsigned char i = 1; i <= 3; ++i) {
    cql::Node node;
    node.host_id.bytes[0] = std::byte{i};
    node.address = "10.0.0." + std::to_string(i);
    node.datacenter = "dc1";
    metadata.nodes.push_back(node);
    ring.push_back({node.host_id, "dc1", "r1", {static_cast<cql::Token>(i) * 1'000}});
  }
  metadata.ring = cql::TokenRing(std::move(ring));
  cql::Keyspace& keyspace = metadata.keyspaces["ks"];
  keyspace.name = "ks";
  keyspace.replication.strategy = cql::Replication::Strategy::simple;
  keyspace.replication.factor = 3;
  return metadata;
}

PaceOptions width(std::uint32_t ranges) {
  PaceOptions options;
  options.parallelism = ranges;
  return options;
}

PaceRequest at_token(cql::Token token) {
  PaceRequest request;
  request.token = token;
  return request;
}

/// A shard's thread in small: coroutines run until none can go on.
class Shards {
 public:
  explicit Shards(PaceGate& gate) : gate_(gate) {}
  void enter(PaceRequest request = {}) {
    asio::co_spawn(context_, one(request), [](std::exception_ptr failure) {
      if (failure) std::rethrow_exception(failure);
    });
    run();
  }
  void run() {
    context_.restart();
    context_.poll();
  }
  std::vector<std::shared_ptr<PacePermit>> permits;
  unsigned sent_home = 0;
  std::stop_source stop;

 private:
  asio::awaitable<void> one(PaceRequest request) {
    PacePermit permit = co_await gate_.enter(request, stop.get_token());
    if (permit) {
      permits.push_back(std::make_shared<PacePermit>(std::move(permit)));
    } else {
      ++sent_home;
    }
  }
  PaceGate& gate_;
  asio::io_context context_{1};
};

TEST(PaceGate, lets_as_many_go_as_may_be_under_way_and_wakes_the_next_when_one_ends) {
  PaceGate gate(width(1), three_nodes(), "ks", "dc1", 1);  // One range, two queries.
  Shards shards(gate);
  for (int i = 0; i < 4; ++i) shards.enter(at_token(i));
  EXPECT_EQ(shards.permits.size(), 2U);
  EXPECT_EQ(gate.state().queries_now, 2U);
  shards.permits[0]->answered({1, 1, 1});
  shards.run();
  EXPECT_EQ(shards.permits.size(), 3U);
  shards.permits[1].reset();  // Called off.
  shards.run();
  EXPECT_EQ(shards.permits.size(), 4U);
}

TEST(PaceGate, prefers_who_runs_on_the_thread_that_frees_a_place_but_not_for_ever) {
  PaceGate gate(width(1), three_nodes(), "ks", "dc1", 1);
  Shards here(gate);
  Shards there(gate);
  PaceRequest request;
  request.stays_at = 0;
  here.enter(request);
  here.enter(request);
  std::thread([&] { there.enter(request); }).join();
  unsigned overtook = 0;
  for (; there.permits.empty() && overtook < 100; ++overtook) {
    here.enter(request);
    here.permits[overtook]->answered({1, 1, 1});
    here.run();
    there.run();
  }
  EXPECT_EQ(overtook, 17U);
  EXPECT_EQ(here.permits.size(), 2U + 16U);
}

TEST(PaceGate, counts_eight_rows_alone_as_a_query) {
  PaceGate gate(width(1), three_nodes(), "ks", "dc1", 1);
  Shards shards(gate);
  PaceRequest row;
  row.weight = 1;
  for (int i = 0; i < 20; ++i) shards.enter(row);
  EXPECT_EQ(shards.permits.size(), 16U);
}

TEST(PaceGate, spreads_over_the_replicas_and_says_whom_to_ask) {
  const cql::Metadata metadata = three_nodes();
  PaceGate gate(width(8), metadata, "ks", "dc1", 1);
  Shards shards(gate);
  for (int i = 0; i < 3; ++i) shards.enter(at_token(5));
  std::set<cql::Uuid> asked;
  for (const auto& permit : shards.permits) asked.insert(permit->node().value());
  EXPECT_EQ(asked.size(), 3U);
  PaceRequest stays = at_token(5);
  stays.stays_at = shards.permits[0]->place();
  shards.enter(stays);
  EXPECT_EQ(shards.permits.back()->node(), shards.permits[0]->node());
}

TEST(PaceGate, sends_home_all_that_wait_when_the_operation_stops) {
  PaceGate gate(width(1), three_nodes(), "ks", "dc1", 1);
  Shards shards(gate);
  for (int i = 0; i < 6; ++i) shards.enter();
  shards.stop.request_stop();
  shards.run();
  EXPECT_EQ(shards.sent_home, 4U);
  shards.enter();
  EXPECT_EQ(shards.sent_home, 5U);
}

TEST(PaceGate, lets_nobody_go_while_it_is_paused_and_says_why) {
  PaceGate gate(width(4), three_nodes(), "ks", "dc1", 1);
  std::vector<std::string> told;
  gate.tell([&](std::string text) { told.push_back(std::move(text)); });
  Shards shards(gate);
  gate.pause();
  for (int i = 0; i < 3; ++i) shards.enter(at_token(i));
  EXPECT_TRUE(shards.permits.empty());
  EXPECT_EQ(gate.held_now(), "paused: by command");
  gate.go_on();
  shards.run();
  EXPECT_EQ(shards.permits.size(), 3U);
  EXPECT_EQ(gate.held_now(), "");
  EXPECT_THAT(told, testing::ElementsAre("paused: by command", "goes on"));
  EXPECT_GT(gate.state().paused_seconds, 0);
}

TEST(PaceGate, pauses_and_slows_down_by_the_cluster_s_health) {
  PaceGate gate(width(2), three_nodes(), "ks", "dc1", 1);  // Four queries.
  Shards shards(gate);
  gate.set_health({pace::Health::pause, "n1: 900 pending compactions"});
  for (int i = 0; i < 6; ++i) shards.enter(at_token(i));
  EXPECT_TRUE(shards.permits.empty());
  EXPECT_EQ(gate.held_now(), "paused: n1: 900 pending compactions");
  gate.set_health({pace::Health::slow, "n1: 120 pending compactions"});
  shards.run();
  EXPECT_EQ(shards.permits.size(), 2U);
  gate.set_health({});
  shards.run();
  EXPECT_EQ(shards.permits.size(), 4U);
}

TEST(PaceGate, leaves_a_node_alone_that_keeps_failing_and_asks_the_others) {
  PaceGate gate(width(64), three_nodes(), "ks", "dc1", 1);
  std::vector<std::string> told;
  gate.tell([&](std::string text) { told.push_back(std::move(text)); });
  Shards shards(gate);
  const cql::Error lost = cql::Error(cql::ErrorKind::connection_lost, "gone").with_node("10.0.0.1:9042");
  for (int i = 0; i < 10; ++i) {
    shards.enter(at_token(5));
    shards.permits.back()->failed(lost);
  }
  ASSERT_THAT(told, testing::ElementsAre("10.0.0.1:9042 is left alone, and tried again in 300 s: gone"));
  const cql::Uuid first = three_nodes().nodes[0].host_id;
  shards.permits.clear();
  for (int i = 0; i < 6; ++i) shards.enter(at_token(5));
  ASSERT_EQ(shards.permits.size(), 6U);
  for (const auto& permit : shards.permits) EXPECT_NE(permit->node(), first);
  // Once it answers somebody, a single request tries it.
  gate.reachable("10.0.0.1:9042");
  shards.enter(at_token(5));
  EXPECT_EQ(shards.permits.back()->node(), first);
  shards.permits.back()->answered({1, 1, 1});
  EXPECT_THAT(told.back(), testing::HasSubstr("10.0.0.1:9042 answers again"));
}

TEST(PaceGate, pauses_when_nobody_can_be_asked_and_goes_on_when_somebody_answers) {
  PaceGate gate(width(64), three_nodes(), "ks", "dc1", 1);
  Shards shards(gate);
  for (int i = 0; i < 10; ++i) {
    shards.enter(at_token(5));
    shards.permits.back()->failed(cql::Error(cql::ErrorKind::unavailable, "two of three are down"));
  }
  shards.permits.clear();
  shards.enter(at_token(5));
  EXPECT_TRUE(shards.permits.empty());
  EXPECT_EQ(gate.held_now(), "paused: no replica can be asked");
  gate.reachable("10.0.0.2:9042");
  shards.run();
  ASSERT_EQ(shards.permits.size(), 1U);
  shards.permits[0]->answered({1, 1, 1});
  EXPECT_EQ(gate.held_now(), "");
}

TEST(PaceGate, says_once_that_nobody_can_be_asked_however_often_it_tries) {
  PaceGate gate(width(64), three_nodes(), "ks", "dc1", 1);
  std::vector<std::string> told;
  gate.tell([&](std::string text) { told.push_back(std::move(text)); });
  Shards shards(gate);
  const cql::Error down(cql::ErrorKind::unavailable, "two of three are down");
  for (int i = 0; i < 10; ++i) {
    shards.enter(at_token(5));
    shards.permits.back()->failed(down);
  }
  for (int look = 0; look < 3; ++look) {
    shards.permits.clear();
    shards.enter(at_token(5));
    gate.reachable("10.0.0.2:9042");
    shards.run();
    ASSERT_EQ(shards.permits.size(), 1U) << look;
    EXPECT_EQ(gate.held_now(), "paused: no replica can be asked");
    if (look < 2) shards.permits[0]->failed(down);
  }
  shards.permits[0]->answered({1, 1, 1});
  EXPECT_THAT(told, testing::ElementsAre("nobody can be asked: two of three are down",
                                         "paused: no replica can be asked", "goes on"));
}

TEST(PaceGate, says_once_that_a_node_is_left_alone_however_often_it_is_tried) {
  PaceGate gate(width(64), three_nodes(), "ks", "dc1", 1);
  std::vector<std::string> told;
  gate.tell([&](std::string text) { told.push_back(std::move(text)); });
  Shards shards(gate);
  const cql::Error lost = cql::Error(cql::ErrorKind::connection_lost, "gone").with_node("10.0.0.1:9042");
  for (int i = 0; i < 10; ++i) {
    shards.enter(at_token(5));
    shards.permits.back()->failed(lost);
  }
  for (int i = 0; i < 6; ++i) shards.enter(at_token(5));  // The others have something to do.
  for (int look = 0; look < 3; ++look) {
    gate.reachable("10.0.0.1:9042");
    shards.enter(at_token(5));
    ASSERT_EQ(shards.permits.back()->node(), three_nodes().nodes[0].host_id);
    shards.permits.back()->failed(lost);
  }
  EXPECT_THAT(told, testing::ElementsAre("10.0.0.1:9042 is left alone, and tried again in 300 s: gone"));
}

TEST(PaceGate, takes_tuning_while_others_wait) {
  PaceGate gate(width(1), three_nodes(), "ks", "dc1", 1);
  Shards shards(gate);
  for (int i = 0; i < 12; ++i) shards.enter(at_token(i));
  ASSERT_EQ(shards.permits.size(), 2U);
  PaceChange change;
  change.parallelism = 4;
  gate.change(change);
  shards.run();
  // Two for each of three nodes, which have not shown yet that they bear more.
  EXPECT_EQ(shards.permits.size(), 6U);
  EXPECT_THAT(gate.state().notes, testing::Contains(testing::HasSubstr("tuned: 4 ranges at once, 8 queries")));
}

TEST(PaceGate, asks_for_no_more_rows_at_once_than_a_tenth_of_a_second_s) {
  PaceOptions options = width(4);
  options.max_rows_per_second = 1'000;
  PaceGate gate(options, three_nodes(), "ks", "dc1", 1);
  EXPECT_EQ(gate.rows_at_once(5'000), 100);
  EXPECT_EQ(gate.rows_at_once(50), 50);
  PaceChange change;
  change.max_rows_per_second = 0;
  gate.change(change);
  EXPECT_EQ(gate.rows_at_once(5'000), 5'000);
}

TEST(PaceGate, shares_the_ranges_among_the_shards) {
  PaceGate gate(width(3), three_nodes(), "ks", "dc1", 2);
  asio::io_context context{1};
  std::vector<RangePermit> first;
  std::vector<RangePermit> second;
  const auto take = [&](unsigned shard, std::vector<RangePermit>& into) {
    asio::co_spawn(
        context,
        [](PaceGate& at, unsigned which, std::vector<RangePermit>& to) -> asio::awaitable<void> {
          to.push_back(co_await at.enter_range(which, {}));
        }(gate, shard, into),
        [](std::exception_ptr) {});
  };
  for (int i = 0; i < 4; ++i) take(0, first);
  for (int i = 0; i < 4; ++i) take(1, second);
  context.poll();
  EXPECT_EQ(first.size(), 2U);
  EXPECT_EQ(second.size(), 1U);
  gate.no_more_ranges();
  context.restart();
  context.poll();
  EXPECT_EQ(first.size() + second.size(), 8U);
}

TEST(PaceGateThreads, keeps_its_limit_for_many_threads_and_serves_all) {
  PaceGate gate(width(2), three_nodes(), "ks", "dc1", 4);  // Four queries.
  std::atomic<int> under_way{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  constexpr int requests = 200;
  {
    std::vector<std::jthread> threads;
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&] {
        asio::io_context context{1};
        for (int worker = 0; worker < 8; ++worker) {
          asio::co_spawn(
              context,
              [&]() -> asio::awaitable<void> {
                for (int i = 0; i < requests; ++i) {
                  PacePermit permit = co_await gate.enter(at_token(i * 10), {});
                  const int now = ++under_way;
                  int seen = most.load();
                  while (seen < now && !most.compare_exchange_weak(seen, now)) {
                  }
                  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
                  --under_way;
                  permit.answered({1, 1, 1});
                  ++done;
                }
              },
              [](std::exception_ptr failure) {
                if (failure) std::rethrow_exception(failure);
              });
        }
        context.run();
      });
    }
  }
  EXPECT_EQ(done, 4 * 8 * requests);
  EXPECT_LE(most, 4);
  EXPECT_EQ(gate.state().queries_now, 0U);
}

}  // namespace
}  // namespace cqlbulk::operations
