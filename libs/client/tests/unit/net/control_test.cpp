// The control connection: where it moves when it must, and that nothing is missed meanwhile.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using std::chrono::milliseconds;
using Kind = ClusterEvent::Kind;

const std::string types = "SELECT keyspace_name, type_name, field_names, field_types FROM system_schema.types";

class ControlConnection : public testing::Test {
 protected:
  ControlConnection() {
    server_.on("any", Reply::rows(ints({1})));
    options_ = server_.client_options();
    options_.reconnect = {.base = milliseconds(10), .max = milliseconds(100), .jitter = 0.2};
    events_.attach(options_);
  }
  std::string endpoint(std::size_t node) const { return "127.0.0.1:" + std::to_string(server_.port(node)); }

  ScriptedServer server_{{.nodes = 3}};
  ClusterOptions options_;
  Events events_;
};

std::size_t down(const Cluster& cluster) {
  const auto metadata = cluster.metadata();
  return static_cast<std::size_t>(
      std::count_if(metadata->nodes.begin(), metadata->nodes.end(), [](const Node& node) { return !node.up; }));
}

TEST_F(ControlConnection, moves_when_its_node_falls_silent) {
  options_.heartbeat_interval = milliseconds(50);
  options_.heartbeat_timeout = milliseconds(200);
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    server.pause(0);
    co_await until([&] { return events.count(Kind::control_moved) >= 2; });
    EXPECT_GE(events.count(Kind::heartbeat_missed), 1U);
    const auto before = cluster.metadata();
    server.send_schema_change();
    co_await until([&] { return cluster.metadata() != before; });
  }(server_, options_, events_));
}

TEST_F(ControlConnection, moves_when_its_node_leaves) {
  run([](ScriptedServer& server, ClusterOptions options, Events events, std::string gone) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    EXPECT_EQ(events.of(Kind::control_moved).at(0).node, gone);
    server.set_members({1, 2});
    server.send_topology_change(0, "REMOVED_NODE");
    co_await until([&] { return cluster.metadata()->nodes.size() == 2; });
    co_await until([&] { return events.count(Kind::control_moved) == 2; });
    EXPECT_NE(events.of(Kind::control_moved).at(1).node, gone);
    EXPECT_EQ(events.count(Kind::node_removed, gone), 1U);
  }(server_, options_, events_, endpoint(0)));
}

TEST_F(ControlConnection, moves_when_its_node_cannot_answer_any_more) {
  std::atomic<bool> ill{false};
  server_.on(types, [&ill](const scripted::Request& request) {
    if (ill && request.node == 0) return Reply::error(scripted::error_code::server_error, "out of memory");
    return Reply::rows(Rows({{"keyspace_name", "text"},
                             {"type_name", "text"},
                             {"field_names", "list<text>"},
                             {"field_types", "list<text>"}}));
  });
  run([](ScriptedServer& server, ClusterOptions options, Events events,
         std::atomic<bool>& sick) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    sick = true;
    server.send_schema_change();
    co_await until([&] { return events.count(Kind::control_moved) == 2; });
    EXPECT_NE(events.of(Kind::control_moved).at(1).host_id, server.host_id(0));
    co_await until([&] { return events.count(Kind::schema_changed) == 1; });
  }(server_, options_, events_, ill));
}

TEST_F(ControlConnection, reads_what_it_missed_while_it_had_no_node) {
  server_.set_members({0, 1});
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    EXPECT_EQ(cluster.metadata()->nodes.size(), 2U);
    server.stop(0);
    server.stop(1);
    server.set_members({0, 1, 2});  // nobody tells
    server.start(1);
    co_await until([&] { return cluster.metadata()->nodes.size() == 3; });
  }(server_, options_));
}

// Events are asked for before the reading begins: what happens meanwhile is not lost.
TEST_F(ControlConnection, misses_nothing_that_happens_while_it_reads) {
  server_.set_members({0, 1});
  server_.once(types, Reply::rows(Rows({{"keyspace_name", "text"},
                                        {"type_name", "text"},
                                        {"field_names", "list<text>"},
                                        {"field_types", "list<text>"}}))
                          .held());
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    std::optional<Cluster> cluster;
    asio::co_spawn(
        co_await asio::this_coro::executor,
        [](ClusterOptions wanted, std::optional<Cluster>& out) -> asio::awaitable<void> {
          out.emplace(co_await Cluster::connect(std::move(wanted)));
        }(options, cluster),
        [](const std::exception_ptr& error) { EXPECT_FALSE(error); });
    co_await until([&] { return server.count(types) == 1; });
    server.set_members({0, 1, 2});  // the peers have been read by now
    server.send_topology_change(2, "NEW_NODE");
    server.release();
    co_await until([&] { return cluster.has_value(); });
    co_await until([&] { return cluster->metadata()->nodes.size() == 3; });
  }(server_, options_));
}

TEST_F(ControlConnection, after_a_move_only_nodes_found_unreachable_are_down) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    server.send_status_change(2, false);
    co_await until([&] { return down(cluster) == 1; });
    server.stop(1);
    server.stop(0);  // 1 is tried first, refuses, and then 2, which was thought down, answers
    co_await until([&] { return events.count(Kind::control_moved) == 2; });
    for (const Node& node : cluster.metadata()->nodes) {
      EXPECT_EQ(node.up, node.host_id != server.host_id(1)) << node.endpoint();
    }
  }(server_, options_, events_));
}

TEST_F(ControlConnection, a_storm_of_events_costs_few_readings) {
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const std::size_t before = server.count(types);
    for (int event = 0; event < 300; ++event) {
      server.send_status_change(1, event % 2 == 1);
      server.send_topology_change(2, event % 2 == 0 ? "NEW_NODE" : "MOVED_NODE");
      server.send_schema_change();
      // Requests go on meanwhile.
      if (event % 10 == 0) co_await connected.session.execute(query("any"));
    }
    co_await until([&] { return server.count(types) > before; });
    EXPECT_LE(server.count(types) - before, 30U);
  }(server_, options_));
}

TEST_F(ControlConnection, is_searched_for_until_the_cluster_is_closed) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Cluster cluster = co_await Cluster::connect(options);
    for (std::size_t node = 0; node < 3; ++node) server.stop(node);
    co_await until([&] { return events.count(Kind::control_lost) == 1; });
    try {
      co_await cluster.refresh();
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
    }
    EXPECT_EQ(cluster.metadata()->nodes.size(), 3U) << "what is known stays";
    co_await cluster.close();
  }(server_, options_, events_));
}

}  // namespace
}  // namespace cql::test
