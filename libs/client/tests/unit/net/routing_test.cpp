// The order in which nodes are asked: data centres, replicas, choices among them, and how the order shows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Request;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;
using Role = PlannedNode::Role;

std::vector<std::size_t> nodes_asked(const ScriptedServer& server, const std::string& cql) {
  std::vector<std::size_t> nodes;
  for (const Request& request : server.requests()) {
    if (request.cql == cql && request.opcode != Opcode::prepare) nodes.push_back(request.node);
  }
  return nodes;
}

Query at_token(std::string cql, Token token, std::optional<Consistency> consistency = {}) {
  Query made = query(std::move(cql));
  made.options.routing_token = token;
  made.options.routing_keyspace = "ks";
  made.options.consistency = consistency;
  return made;
}

std::vector<Role> roles_of(const std::vector<PlannedNode>& route) {
  std::vector<Role> roles;
  for (const PlannedNode& node : route) roles.push_back(node.role);
  return roles;
}

std::vector<std::string> datacenters_of(const std::vector<PlannedNode>& route) {
  std::vector<std::string> names;
  for (const PlannedNode& node : route) names.push_back(node.datacenter);
  return names;
}

/// Nodes 0, 2, 4 in "here", 1, 3, 5 in "there", two replicas in each.
struct TwoDatacenters {
  ScriptedServer server{
      {.nodes = 6, .replication_factor = 2, .datacenters = {"here", "there", "here", "there", "here", "there"}}};
  ClusterOptions options() const {
    ClusterOptions made = server.client_options();
    made.local_datacenter = "here";
    return made;
  }
};

TEST(Datacenters, the_local_one_alone_is_asked_unless_the_options_say_otherwise) {
  TwoDatacenters two;
  two.server.on("SELECT v", Reply::rows(ints({1})));
  run([](TwoDatacenters& two_) -> asio::awaitable<void> {
    Connected connected = co_await connect(two_.options());
    for (int time = 0; time < 20; ++time) {
      co_await connected.session.execute(at_token("SELECT v", time * 100'000'000'000'000'000, Consistency::quorum));
      co_await connected.session.execute(query("SELECT v"));
    }
    for (const std::size_t node : nodes_asked(two_.server, "SELECT v")) EXPECT_EQ(node % 2, 0U);
    const auto route = connected.session.route(at_token("SELECT v", 5));
    EXPECT_THAT(datacenters_of(route), ElementsAre("here", "here", "here"));
    EXPECT_THAT(roles_of(route), ElementsAre(Role::local_replica, Role::local_replica, Role::local));

    for (const std::size_t node : {0U, 2U, 4U}) two_.server.stop(node);
    const auto before = nodes_asked(two_.server, "SELECT v").size();
    for (int time = 0; time < 4; ++time) {
      const auto pending = start(co_await asio::this_coro::executor, connected.session, query("SELECT v"));
      co_await until([&] { return pending->done(); });
      EXPECT_TRUE(pending->error.has_value());
    }
    EXPECT_EQ(nodes_asked(two_.server, "SELECT v").size(), before);
  }(two));
}

TEST(Datacenters, failover_goes_to_so_many_nodes_of_the_others) {
  TwoDatacenters two;
  two.server.on("SELECT v", Reply::rows(ints({1})));
  ClusterOptions options = two.options();
  options.remote_datacenters.nodes_per_datacenter = 2;
  run([](TwoDatacenters& two_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto route = connected.session.route(at_token("SELECT v", 5, Consistency::quorum));
    EXPECT_THAT(datacenters_of(route), ElementsAre("here", "here", "here", "there", "there"));
    EXPECT_THAT(roles_of(route), ElementsAre(Role::local_replica, Role::local_replica, Role::local,
                                             Role::remote_replica, Role::remote_replica));
    // As long as there are local nodes, they serve.
    for (int time = 0; time < 20; ++time) {
      co_await connected.session.execute(at_token("SELECT v", time, Consistency::quorum));
    }
    for (const std::size_t node : nodes_asked(two_.server, "SELECT v")) EXPECT_EQ(node % 2, 0U);

    for (const std::size_t node : {0U, 2U, 4U}) two_.server.stop(node);
    bool crossed = false;
    for (int time = 0; time < 8; ++time) {
      const auto pending =
          start(co_await asio::this_coro::executor, connected.session, at_token("SELECT v", 5, Consistency::quorum));
      co_await until([&] { return pending->done(); });
      if (pending->result) crossed = true;
    }
    EXPECT_TRUE(crossed);
    EXPECT_EQ(nodes_asked(two_.server, "SELECT v").back() % 2, 1U);
    // Once the local nodes rest, the remote ones come before them.
    const auto later = connected.session.route(at_token("SELECT v", 5, Consistency::quorum));
    EXPECT_EQ(later.front().role, Role::remote_replica);
    EXPECT_NE(later.back().condition, PlannedNode::Condition::well);
  }(two, options));
}

TEST(Datacenters, local_consistency_stays_local_unless_told) {
  TwoDatacenters two;
  ClusterOptions options = two.options();
  options.remote_datacenters.nodes_per_datacenter = 3;
  run([](ClusterOptions client) -> asio::awaitable<void> {
    {
      Connected connected = co_await connect(client);
      for (const Consistency local : {Consistency::local_one, Consistency::local_quorum, Consistency::local_serial}) {
        EXPECT_EQ(connected.session.route(at_token("q", 5, local)).size(), 3U);
      }
      EXPECT_EQ(connected.session.route(query("q")).size(), 3U);  // the default is LOCAL_ONE
      Query serial = at_token("q", 5, Consistency::quorum);
      serial.options.serial_consistency = Consistency::local_serial;
      EXPECT_EQ(connected.session.route(serial).size(), 3U);
      EXPECT_EQ(connected.session.route(at_token("q", 5, Consistency::quorum)).size(), 6U);
    }
    client.remote_datacenters.also_for_local_consistency = true;
    Connected connected = co_await connect(client);
    EXPECT_EQ(connected.session.route(at_token("q", 5, Consistency::local_quorum)).size(), 6U);
  }(options));
}

TEST(Datacenters, may_be_named_in_order) {
  ScriptedServer server({.nodes = 4, .datacenters = {"a", "b", "c", "d"}});
  ClusterOptions options = server.client_options();
  options.local_datacenter = "a";
  options.consistency = Consistency::one;
  options.remote_datacenters = {.nodes_per_datacenter = 1, .names = {"d", "b"}};
  run([](ClusterOptions client) -> asio::awaitable<void> {
    {
      Connected connected = co_await connect(client);
      EXPECT_THAT(datacenters_of(connected.session.route(query("q"))), ElementsAre("a", "d", "b"));
    }
    client.remote_datacenters.names.clear();
    Connected connected = co_await connect(client);
    EXPECT_THAT(datacenters_of(connected.session.route(query("q"))), ElementsAre("a", "b", "c", "d"));
  }(options));
}

TEST(Datacenters, a_session_may_begin_in_another_when_the_local_one_is_gone) {
  TwoDatacenters two;
  two.server.on("SELECT v", Reply::rows(ints({1})));
  ClusterOptions options = two.options();
  options.contact_points = {{"127.0.0.1", two.server.port(1)}};
  options.consistency = Consistency::one;
  for (const std::size_t node : {0U, 2U, 4U}) two.server.stop(node);
  const Error error =
      error_of([](ClusterOptions client) -> asio::awaitable<void> { co_await connect(client); }(options));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_EQ(error.causes().size(), 3U);
  options.remote_datacenters.nodes_per_datacenter = 1;
  run([](TwoDatacenters& two_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    co_await connected.session.execute(query("SELECT v"));
    EXPECT_EQ(nodes_asked(two_.server, "SELECT v").back() % 2, 1U);
  }(two, options));
}

TEST(Replicas, take_turns_by_lot_or_the_primary_serves_alone) {
  ScriptedServer server({.nodes = 4, .replication_factor = 3});
  ClusterOptions options = server.client_options();
  run([](ClusterOptions client) -> asio::awaitable<void> {
    for (const ReplicaChoice choice : {ReplicaChoice::random, ReplicaChoice::less_busy, ReplicaChoice::primary}) {
      client.replica_choice = choice;
      Connected connected = co_await connect(client);
      const auto metadata = connected.cluster.metadata();
      const auto replicas = metadata->ring.replicas(metadata->keyspace("ks")->replication, 7);
      std::map<std::string, int> first;
      for (int time = 0; time < 300; ++time) {
        const auto route = connected.session.route(at_token("q", 7));
        ++first[route.front().endpoint];
        EXPECT_THAT(roles_of(route),
                    ElementsAre(Role::local_replica, Role::local_replica, Role::local_replica, Role::local));
        // Looking at a route does not use the turn up: something has to be asked.
        co_await failure_of(connected.session, query("anything"));
      }
      if (choice == ReplicaChoice::primary) {
        EXPECT_THAT(first, UnorderedElementsAre(std::pair(metadata->nodes[replicas[0]].endpoint(), 300)));
      } else {
        EXPECT_EQ(first.size(), 3U);
        for (const auto& [endpoint, count] : first) EXPECT_GT(count, 50) << endpoint;
      }
    }
  }(options));
}

TEST(Replicas, of_two_the_less_busy_one_is_asked) {
  ScriptedServer server({.nodes = 2, .replication_factor = 2});
  server.on("SELECT slow", Reply::stall());
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto executor = co_await asio::this_coro::executor;
    for (int time = 0; time < 3; ++time) {
      Query slow = query("SELECT slow");
      slow.options.node = server_.host_id(0);
      start(executor, connected.session, std::move(slow));
    }
    co_await until([&] { return server_.count("SELECT slow") == 3; });
    for (int time = 0; time < 20; ++time) co_await connected.session.execute(at_token("SELECT v", time));
    for (const std::size_t node : nodes_asked(server_, "SELECT v")) EXPECT_EQ(node, 1U);
    co_await connected.session.close();
  }(server));
}

TEST(NodeFilter, keeps_a_node_out_of_every_plan) {
  ScriptedServer server({.nodes = 3, .replication_factor = 3});
  server.on("SELECT v", Reply::rows(ints({1})));
  ClusterOptions options = server.client_options();
  options.node_filter = [port = server.port(1)](const Node& node) { return node.port != port; };
  run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    for (int time = 0; time < 20; ++time) {
      co_await connected.session.execute(query("SELECT v"));
      co_await connected.session.execute(at_token("SELECT v", time));
    }
    for (const std::size_t node : nodes_asked(server_, "SELECT v")) EXPECT_NE(node, 1U);
    Query pinned = query("SELECT v");
    pinned.options.node = server_.host_id(1);
    const Error error = co_await failure_of(connected.session, std::move(pinned));
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("filter"));
  }(server, options));
}

TEST(Route, tells_the_order_its_reasons_and_what_is_wrong) {
  ScriptedServer server({.nodes = 3, .replication_factor = 2});
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query preferring = at_token("q", 3);
    for (const std::size_t node : {0U, 1U, 2U}) {
      preferring.options.preferred_node = server_.host_id(node);
      const auto route = connected.session.route(preferring);
      EXPECT_EQ(route.size(), 3U);
      EXPECT_EQ(route.front().role, Role::preferred);
      EXPECT_EQ(route.front().host_id, server_.host_id(node));
    }
    Query pinned = query("q");
    pinned.options.node = server_.host_id(2);
    const auto alone = connected.session.route(pinned);
    EXPECT_THAT(roles_of(alone), ElementsAre(Role::pinned));
    EXPECT_EQ(alone.front().to_string(), "127.0.0.1:" + std::to_string(server_.port(2)) + " (dc1): pinned");

    server_.send_status_change(1, false);
    co_await until([&] {
      const auto route = connected.session.route(query("q"));
      return route.back().condition == PlannedNode::Condition::down;
    });
    const auto route = connected.session.route(query("q"));
    EXPECT_EQ(route.back().host_id, server_.host_id(1));
    EXPECT_THAT(route.back().to_string(), HasSubstr("): local, down"));
    // What is not well is no longer preferred.
    preferring.options.preferred_node = server_.host_id(1);
    EXPECT_NE(connected.session.route(preferring).front().role, Role::preferred);
  }(server));
}

TEST(Route, of_a_bound_statement_follows_its_key) {
  ScriptedServer server({.nodes = 3});
  server.prepared("SELECT v", {.parameters = {{"k", "int"}}, .partition_key = {0}, .result = {{"v", "int"}}});
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto select = co_await connected.session.prepare("SELECT v");
    for (int key = 0; key < 20; ++key) {
      BoundStatement bound{.prepared = select};
      bound.values.add_int(key);
      const auto route = connected.session.route(bound);
      EXPECT_EQ(route.front().role, Role::local_replica);
      const Result result = co_await connected.session.execute(std::move(bound));
      EXPECT_EQ(result.host_id, route.front().host_id);
      EXPECT_EQ(result.node, route.front().endpoint);
    }
  }(server));
}

/// Pages of one row; the paging state is the number of the next.
scripted::ReplyFunction counted_pages(int pages) {
  return [pages](const Request& request) {
    const int page = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
    return Reply::rows(ints({page}), page + 1 < pages ? std::to_string(page + 1) : "");
  };
}

TEST(StreamRouting, every_page_comes_from_the_node_of_the_first) {
  ScriptedServer server({.nodes = 3, .replication_factor = 3});
  server.on("SELECT pages", counted_pages(10));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    std::set<std::size_t> first_nodes;
    for (int time = 0; time < 12; ++time) {
      const std::size_t before = nodes_asked(server_, "SELECT pages").size();
      ResultStream stream = connected.session.execute_stream(at_token("SELECT pages", 1));
      while (co_await stream.next()) {
      }
      const auto asked = nodes_asked(server_, "SELECT pages");
      const std::set<std::size_t> nodes(asked.begin() + static_cast<std::ptrdiff_t>(before), asked.end());
      EXPECT_EQ(nodes.size(), 1U);
      first_nodes.insert(*nodes.begin());
    }
    EXPECT_GT(first_nodes.size(), 1U);
  }(server));
}

TEST(StreamRouting, a_stream_survives_the_loss_of_its_node_between_pages) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT pages", counted_pages(20));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    ResultStream stream = connected.session.execute_stream(query("SELECT pages"));
    std::vector<int> seen;
    while (const auto page = co_await stream.next()) {
      seen.push_back(first_int(*page));
      if (seen.size() == 5) server_.stop(nodes_asked(server_, "SELECT pages").back());
    }
    EXPECT_EQ(seen.size(), 20U);
    for (std::size_t page = 0; page < seen.size(); ++page) EXPECT_EQ(seen[page], static_cast<int>(page));
    const auto asked = nodes_asked(server_, "SELECT pages");
    EXPECT_EQ(std::set(asked.begin(), asked.end()).size(), 2U);
    EXPECT_NE(asked.front(), asked.back());
  }(server));
}

}  // namespace
}  // namespace cql::test
