// Pools that refill by themselves, and follow the nodes that come, go and move.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;
using testing::HasSubstr;
using Kind = ClusterEvent::Kind;

std::string endpoint(const ScriptedServer& server, std::size_t node) {
  return "127.0.0.1:" + std::to_string(server.port(node));
}

Query pinned(const ScriptedServer& server, std::size_t node) {
  Query made = query("any");
  made.options.node = server.host_id(node);
  return made;
}

/// Whether a request that only this node may answer is answered.
asio::awaitable<bool> answers(Session& session, const ScriptedServer& server, std::size_t node) {
  try {
    co_await session.execute(pinned(server, node));
    co_return true;
  } catch (const Error&) {
    co_return false;
  }
}

class Reconnection : public testing::Test {
 protected:
  explicit Reconnection(std::size_t nodes = 3) : server_({.nodes = nodes}) {
    server_.on("any", Reply::rows(ints({1})));
    options_ = server_.client_options();
    options_.reconnect = {.base = milliseconds(10), .max = milliseconds(50), .jitter = 0.2};
    events_.attach(options_);
  }
  ScriptedServer server_;
  ClusterOptions options_;
  Events events_;
};

TEST_F(Reconnection, a_session_is_connected_to_every_node_that_answers_when_it_opens) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Connected connected = co_await connect(options);
    EXPECT_EQ(events.count(Kind::connection_opened), 3U);
    EXPECT_EQ(server.open_connections(), 4U) << "and the control connection";
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_lost_connection_is_opened_again_without_a_request) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Connected connected = co_await connect(options);
    server.hang_up(1);
    co_await until([&] { return events.count(Kind::connection_opened, endpoint(server, 1)) == 2; });
    EXPECT_EQ(events.count(Kind::connection_lost, endpoint(server, 1)), 1U);
    EXPECT_THAT(events.of(Kind::connection_lost).at(0).error->what(), HasSubstr("closed the connection"));
    EXPECT_EQ(events.of(Kind::connection_lost).at(0).host_id, server.host_id(1));
    EXPECT_EQ(events.count(Kind::reconnecting), 0U) << "the first attempt did it";
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_node_that_was_away_is_connected_again_without_a_request_or_an_event) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.stop(1);
    co_await until([&] { return events.count(Kind::reconnecting, endpoint(server, 1)) >= 4; });
    EXPECT_EQ(events.count(Kind::node_down, endpoint(server, 1)), 1U) << "said once, not at every attempt";
    server.start(1);
    co_await until([&] { return events.count(Kind::connection_opened, endpoint(server, 1)) == 2; });
    EXPECT_EQ(events.count(Kind::node_up, endpoint(server, 1)), 1U);
    EXPECT_TRUE(co_await answers(connected.session, server, 1));
    for (const ClusterEvent& event : events.of(Kind::reconnecting)) EXPECT_LE(event.delay, options.reconnect.max);
  }(server_, options_, events_));
}

TEST_F(Reconnection, requests_go_elsewhere_while_a_node_is_away) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.stop(2);
    co_await until([&] { return events.count(Kind::connection_lost, endpoint(server, 2)) == 1; });
    // Not idempotent, and yet none fails.
    for (int time = 0; time < 30; ++time) co_await connected.session.execute(query("any"));
  }(server_, options_, events_));
}

TEST_F(Reconnection, an_up_event_makes_a_waiting_pool_try_at_once) {
  options_.reconnect = {.base = milliseconds(20), .max = std::chrono::hours(1), .jitter = 0};
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Connected connected = co_await connect(options);
    server.stop(1);
    // By now the next attempt is further away than this test may last.
    co_await until([&] { return events.count(Kind::reconnecting, endpoint(server, 1)) >= 1; });
    server.send_status_change(1, false);
    for (std::size_t attempt = 1; events.of(Kind::reconnecting).back().delay < std::chrono::seconds(30); ++attempt) {
      server.send_status_change(1, true);
      co_await until([&] { return events.count(Kind::reconnecting, endpoint(server, 1)) > attempt; });
    }
    server.start(1);
    server.send_status_change(1, true);
    co_await until([&] { return events.count(Kind::connection_opened, endpoint(server, 1)) == 2; });
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_request_that_has_nowhere_else_to_go_makes_a_waiting_pool_try_at_once) {
  options_.reconnect = {.base = milliseconds(1), .max = std::chrono::hours(1), .jitter = 0};
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.stop(1);
    for (int time = 0; time < 30; ++time) EXPECT_FALSE(co_await answers(connected.session, server, 1));
    server.start(1);
    bool answered = false;
    // Perhaps within `base` after the last failure, when nothing is tried.
    for (int time = 0; time < 1'000 && !answered; ++time) answered = co_await answers(connected.session, server, 1);
    EXPECT_TRUE(answered);
  }(server_, options_));
}

TEST_F(Reconnection, a_server_that_hangs_up_on_every_connection_is_not_stormed) {
  options_.reconnect = {.base = milliseconds(50), .max = milliseconds(200), .jitter = 0};
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Connected connected = co_await connect(options);
    const auto began = std::chrono::steady_clock::now();
    for (std::size_t time = 1; time <= 6; ++time) {
      server.hang_up(1);
      co_await until([&] { return events.count(Kind::connection_opened, endpoint(server, 1)) == time + 1; });
    }
    // At once, then 50, 100, 200, 200, 200 ms.
    EXPECT_GE(std::chrono::steady_clock::now() - began, milliseconds(700));
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_node_that_joins_gets_a_pool_and_one_that_leaves_loses_it) {
  server_.set_members({0, 1});
  server_.on("slow", Reply::rows(ints({7})).held());
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const auto knows = [&](std::size_t nodes) { return connected.cluster.metadata()->nodes.size() == nodes; };
    EXPECT_TRUE(knows(2));

    server.set_members({0, 1, 2});
    server.send_topology_change(2, "NEW_NODE");
    co_await until([&] { return knows(3); });
    EXPECT_EQ(events.count(Kind::node_added, endpoint(server, 2)), 1U);
    EXPECT_TRUE(co_await answers(connected.session, server, 2));

    Query slow = pinned(server, 2);
    slow.cql = "slow";
    int answered = 0;
    asio::co_spawn(co_await asio::this_coro::executor, connected.session.execute(std::move(slow)),
                   [&](const std::exception_ptr& error, const Result& result) {
                     EXPECT_FALSE(error) << "a request under way may end by itself";
                     if (!error) answered = first_int(result.page);
                   });
    co_await until([&] { return server.count("slow") == 1; });
    server.set_members({0, 1});
    server.send_topology_change(2, "REMOVED_NODE");
    co_await until([&] { return knows(2); });
    EXPECT_EQ(events.count(Kind::node_removed, endpoint(server, 2)), 1U);
    for (int time = 0; time < 10; ++time) co_await connected.session.execute(query("any"));
    const std::size_t open = server.open_connections();
    server.release();
    co_await until([&] { return answered == 7; });
    co_await until([&] { return server.open_connections() == open - 1; });
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_node_that_left_is_not_tried_any_more) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const std::string gone = endpoint(server, 2);
    server.stop(2);
    co_await until([&] { return events.count(Kind::reconnecting, gone) >= 2; });
    server.set_members({0, 1});
    server.send_topology_change(2, "REMOVED_NODE");
    co_await until([&] { return connected.cluster.metadata()->nodes.size() == 2; });
    // The pool sees it by itself, without a request; what it had begun by then may still fail once.
    server.start(2);
    co_await connected.session.close();
    co_await connected.cluster.close();
    co_await until([&] { return server.open_connections() == 0; });
  }(server_, options_, events_));
}

TEST_F(Reconnection, a_node_whose_address_changes_gets_a_new_pool) {
  server_.set_members({0, 1});
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    EXPECT_TRUE(co_await answers(connected.session, server, 1));
    const auto before = connected.cluster.metadata();
    server.advertise(1, "127.0.0.1", server.port(2));
    server.send_topology_change(1, "NEW_NODE");
    co_await until([&] { return connected.cluster.metadata() != before; });
    EXPECT_TRUE(co_await answers(connected.session, server, 1));
    EXPECT_EQ(server.requests().back().node, 2U);
  }(server_, options_));
}

}  // namespace
}  // namespace cql::test
