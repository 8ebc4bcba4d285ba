// Clusters that are not reached at the addresses they tell: forwarded ports, NAT, a tunnel to one of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::HasSubstr;
using testing::UnorderedElementsAre;
using Kind = ClusterEvent::Kind;

/// Three nodes that call themselves 10.9.8.1-3:9042, where nobody can reach them.
class Translation : public testing::Test {
 protected:
  Translation() {
    server_.on("any", Reply::rows(ints({1})));
    for (std::size_t node = 0; node < 3; ++node) server_.advertise(node, "10.9.8." + std::to_string(node + 1), 9042);
    options_ = server_.client_options();
    options_.connect_timeout = milliseconds(2'000);
    options_.reconnect = {.base = milliseconds(10), .max = milliseconds(50), .jitter = 0};
    events_.attach(options_);
  }
  /// As somebody who has forwarded three ports would write it.
  [[nodiscard]] std::function<ContactPoint(const Node&)> forwarded(std::string host = "127.0.0.1") const {
    return [host = std::move(host), first = server_.port(0), second = server_.port(1),
            third = server_.port(2)](const Node& node) -> ContactPoint {
      if (node.address == "10.9.8.1") return {host, first};
      return {host, node.address == "10.9.8.2" ? second : third};
    };
  }

  ScriptedServer server_{{.nodes = 3}};
  ClusterOptions options_;
  Events events_;
};

asio::awaitable<std::set<std::string>> nodes_answering(Session& session, int requests) {
  std::set<std::string> nodes;
  for (int request = 0; request < requests; ++request) {
    const Result result = co_await session.execute(query("any"));
    nodes.insert(result.node);
  }
  co_return nodes;
}

TEST_F(Translation, connects_where_the_translator_says_and_calls_nodes_by_their_own_address) {
  options_.address_translator = forwarded();
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    EXPECT_THAT(co_await nodes_answering(connected.session, 12),
                UnorderedElementsAre("10.9.8.1:9042", "10.9.8.2:9042", "10.9.8.3:9042"));
    EXPECT_EQ(connected.cluster.local_datacenter(), "dc1");
    for (std::size_t node = 0; node < 3; ++node) {
      Query pinned = query("any");
      pinned.options.node = server.host_id(node);
      co_await connected.session.execute(std::move(pinned));
      EXPECT_EQ(server.requests().back().node, node);
    }
  }(server_, options_));
}

TEST_F(Translation, may_give_names) {
  options_.address_translator = forwarded("localhost");
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    EXPECT_EQ((co_await nodes_answering(connected.session, 12)).size(), 3U);
  }(options_));
}

TEST_F(Translation, serves_the_control_connection_and_events_too) {
  options_.address_translator = forwarded();
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    server.stop(0);
    co_await until([&] { return events.count(Kind::control_moved) == 2; });
    EXPECT_EQ(events.of(Kind::control_moved).at(1).node, "10.9.8.2:9042");
    server.send_status_change(2, false);
    co_await until([&] { return events.count(Kind::node_down, "10.9.8.3:9042") == 1; });
  }(server_, options_, events_));
}

TEST_F(Translation, errors_name_the_node_and_where_it_was_sought) {
  options_.address_translator = forwarded();
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.stop(1);
    co_await until([&] { return events.count(Kind::reconnecting) >= 1; });
    EXPECT_THAT(events.of(Kind::reconnecting).at(0).error->what(),
                AllOf(HasSubstr("10.9.8.2:9042"), HasSubstr("cannot connect to 127.0.0.1:")));
  }(server_, options_, events_));
}

TEST_F(Translation, what_the_translator_throws_is_said) {
  options_.address_translator = [](const Node&) -> ContactPoint { throw std::runtime_error("no such forward"); };
  const Error error = error_of([](ClusterOptions options) -> asio::awaitable<void> {
    const Connected connected = co_await connect(std::move(options));
  }(options_));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("address translator"), HasSubstr("no such forward"), HasSubstr("10.9.8.3")));
}

TEST_F(Translation, a_single_contact_point_serves_for_all) {
  options_.only_contact_points = true;
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const auto metadata = connected.cluster.metadata();
    EXPECT_EQ(metadata->nodes.size(), 3U);
    EXPECT_EQ(metadata->ring.replicas(metadata->keyspace("ks")->replication, 0).size(), 1U) << "tokens are known";
    for (const Node& node : metadata->nodes) {
      Query pinned = query("any");
      pinned.options.node = node.host_id;
      co_await connected.session.execute(std::move(pinned));
    }
    for (const Token token : {minimum_token + 1, Token{0}, maximum_token}) {
      Query routed = query("any");
      routed.options.routing_token = token;
      routed.options.routing_keyspace = "ks";
      co_await connected.session.execute(std::move(routed));
    }
    EXPECT_EQ((co_await nodes_answering(connected.session, 5)).size(), 1U);
    // Whatever happens to the others is of no importance here.
    server.send_status_change(0, false);
    server.set_members({0, 1});
    server.send_topology_change(2, "REMOVED_NODE");
    co_await until([&] { return connected.cluster.metadata()->nodes.size() == 2; });
    co_await connected.session.execute(query("any"));
    for (const scripted::Request& request : server.requests()) EXPECT_EQ(request.node, 0U);
    EXPECT_EQ(server.open_connections(), 2U);
    EXPECT_EQ(events.count(Kind::connection_opened), 1U);
  }(server_, options_, events_));
}

TEST_F(Translation, a_single_contact_point_that_was_away_is_found_again) {
  options_.only_contact_points = true;
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.stop(0);
    co_await until([&] { return events.count(Kind::reconnecting) >= 3; });
    server.start(0);
    co_await until(
        [&] { return events.count(Kind::connection_opened) == 2 && events.count(Kind::control_moved) == 2; });
    co_await connected.session.execute(query("any"));
  }(server_, options_, events_));
}

TEST_F(Translation, the_next_contact_point_serves_when_the_first_does_not) {
  options_.only_contact_points = true;
  options_.contact_points = {
      {"no-such-host.invalid", 9042}, {"127.0.0.1", server_.port(0)}, {"127.0.0.1", server_.port(1)}};
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    co_await connected.session.execute(query("any"));
    EXPECT_EQ(server.requests().back().node, 0U);
    server.stop(0);
    co_await until([&] { return events.count(Kind::connection_opened) == 2; });
    co_await connected.session.execute(query("any"));
    EXPECT_EQ(server.requests().back().node, 1U);
  }(server_, options_, events_));
}

}  // namespace
}  // namespace cql::test
