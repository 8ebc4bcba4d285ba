// On a real ring of two data centres with two nodes each, run by tests/test_datacenters.py, which also stops nodes:
//   AllUp      every node is up
//   LocalDown  the nodes of dc1 are down
// CQLBULK_TEST_HOST is a node of dc1, CQLBULK_TEST_HOST_OF_DC2 one of dc2.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "cql/scalar.hpp"
#include "cql/session.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

std::string host(const char* variable) {
  const char* set = std::getenv(variable);
  if (set == nullptr) throw std::runtime_error(std::string(variable) + " is not set");
  return set;
}

ClusterOptions from_dc1() {
  ClusterOptions options;
  options.contact_points = {{host("CQLBULK_TEST_HOST"), 9042}, {host("CQLBULK_TEST_HOST_OF_DC2"), 9042}};
  options.local_datacenter = "dc1";
  options.application_name = "cql data centres test";
  return options;
}

Query query(std::string cql) { return Query{.cql = std::move(cql)}; }

asio::awaitable<void> create_table(Session& session) {
  co_await session.execute(
      query("CREATE KEYSPACE IF NOT EXISTS crossing WITH replication = "
            "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 2}"));
  co_await session.execute(query("CREATE TABLE IF NOT EXISTS crossing.t (k int PRIMARY KEY, v int)"));
}

std::map<Uuid, std::string> datacenters(const Cluster& cluster) {
  std::map<Uuid, std::string> found;
  for (const Node& node : cluster.metadata()->nodes) found[node.host_id] = node.datacenter;
  return found;
}

BoundStatement bind(const PreparedStatement& statement, std::initializer_list<int> values, Consistency consistency) {
  BoundStatement bound{.prepared = statement};
  for (const int value : values) bound.values.add_int(value);
  bound.options.consistency = consistency;
  return bound;
}

/// Writes, reads and streams; which data centres served.
asio::awaitable<std::set<std::string>> serve(const Cluster& cluster, Session& session, Consistency consistency) {
  const auto datacenter = datacenters(cluster);
  const auto insert = co_await session.prepare("INSERT INTO crossing.t (k, v) VALUES (?, ?)");
  const auto select = co_await session.prepare("SELECT v FROM crossing.t WHERE k = ?");
  std::set<std::string> served;
  for (int key = 0; key < 100; ++key) {
    served.insert(datacenter.at((co_await session.execute(bind(insert, {key, key}, consistency))).host_id));
    const Result result = co_await session.execute(bind(select, {key}, consistency));
    served.insert(datacenter.at(result.host_id));
    RowCursor row(result.page);
    EXPECT_TRUE(row.next());
    EXPECT_EQ(int_of(row.cell(0)), key);
  }
  Query all = query("SELECT k FROM crossing.t");
  all.options.consistency = consistency;
  all.options.page_size = 10;
  ResultStream stream = session.execute_stream(std::move(all));
  while (co_await stream.next()) {
  }
  EXPECT_EQ(stream.rows_so_far(), 100U);
  co_return served;
}

// What the nodes themselves say: which of them this client is connected to.
asio::awaitable<std::set<std::string>> datacenters_with_our_sessions(std::string application) {
  std::set<std::string> found;
  for (const char* variable : {"CQLBULK_TEST_HOST", "CQLBULK_TEST_HOST_OF_DC2"}) {
    ClusterOptions options;
    options.contact_points = {{host(variable), 9042}};
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    for (const Node& node : cluster.metadata()->nodes) {
      if (node.datacenter != cluster.local_datacenter()) continue;
      Query clients = query("SELECT client_options FROM system_views.clients");
      clients.options.node = node.host_id;
      const Result result = co_await session.execute(std::move(clients));
      RowCursor row(result.page);
      while (row.next()) {
        const auto& cell = row.cell(0);
        if (cell && as_text(*cell).find(application) != std::string_view::npos) found.insert(node.datacenter);
      }
    }
  }
  co_return found;
}

TEST(AllUp, no_request_leaves_the_local_data_centre) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = from_dc1();
    const Cluster cluster = co_await Cluster::connect(options);
    EXPECT_EQ(cluster.metadata()->nodes.size(), 4U);
    Session session = co_await Session::open(cluster);
    co_await create_table(session);
    for (const Consistency consistency : {Consistency::local_quorum, Consistency::quorum}) {
      EXPECT_THAT(co_await serve(cluster, session, consistency), testing::ElementsAre("dc1"));
    }
    EXPECT_THAT(co_await datacenters_with_our_sessions(options.application_name), testing::ElementsAre("dc1"));
  }());
}

TEST(AllUp, failover_changes_nothing_while_it_is_not_needed) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = from_dc1();
    options.remote_datacenters.nodes_per_datacenter = 2;
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    co_await create_table(session);
    EXPECT_THAT(co_await serve(cluster, session, Consistency::quorum), testing::ElementsAre("dc1"));
    Query any = query("SELECT k FROM crossing.t");
    any.options.consistency = Consistency::one;
    EXPECT_EQ(session.route(any).size(), 4U);
  }());
}

TEST(LocalDown, without_failover_no_session_opens) {
  run([]() -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(from_dc1());
    try {
      co_await Session::open(cluster);
      ADD_FAILURE() << "a session was opened";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::no_node);
    }
  }());
}

TEST(LocalDown, with_failover_the_other_data_centre_serves) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = from_dc1();
    options.remote_datacenters.nodes_per_datacenter = 2;
    options.consistency = Consistency::one;
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    EXPECT_THAT(co_await serve(cluster, session, Consistency::two), testing::ElementsAre("dc2"));
    // The data centre that LOCAL_ONE means is down: nobody else may answer.
    Query local = query("SELECT k FROM crossing.t");
    local.options.consistency = Consistency::local_one;
    try {
      co_await session.execute(std::move(local));
      ADD_FAILURE() << "a LOCAL_ONE read was answered";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::no_node);
    }
  }());
}

TEST(LocalDown, local_consistency_crosses_only_when_told) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = from_dc1();
    options.remote_datacenters = {.nodes_per_datacenter = 1, .names = {}, .also_for_local_consistency = true};
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    EXPECT_THAT(co_await serve(cluster, session, Consistency::local_quorum), testing::ElementsAre("dc2"));
  }());
}

}  // namespace
}  // namespace cql::test
