// A real ring with two nodes in data centre dc1 and one in dc2, which these tests start by themselves: the local data
// centre serves alone, another one takes over where that was chosen, and hands back.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "integration/ring.hpp"
#include "integration/ring_control.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

using Condition = PlannedNode::Condition;
using testing::ElementsAre;

constexpr const char* ring = "test-datacenters";
constexpr const char* host_of_dc1 = "127.0.0.85";
constexpr const char* host_of_dc2 = "127.0.0.87";
constexpr std::chrono::seconds long_enough{240};

class TwoDatacenters : public testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_EQ(ring_command("up --dc dc1:2,dc2:1 --fresh", ring), 0); }
  static void TearDownTestSuite() { ring_command("down --wipe", ring); }
};

ClusterOptions from_dc1() {
  ClusterOptions options;
  options.contact_points = {{host_of_dc1, 9042}, {host_of_dc2, 9042}};
  options.local_datacenter = "dc1";
  options.application_name = "cql data centres test";
  return options;
}

ClusterOptions with_failover() {
  ClusterOptions options = from_dc1();
  options.remote_datacenters.nodes_per_datacenter = 1;
  return options;
}

/// A session with what it came from.
struct Client {
  Cluster cluster;
  Session session;
};

asio::awaitable<Client> connect(ClusterOptions options) {
  Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  co_return Client{std::move(cluster), std::move(session)};
}

asio::awaitable<std::shared_ptr<Client>> connect_shared(ClusterOptions options) {
  co_return std::make_shared<Client>(co_await connect(std::move(options)));
}

asio::awaitable<void> create_table(std::shared_ptr<Client> client) {
  co_await client->session.execute(
      query("CREATE KEYSPACE IF NOT EXISTS crossing WITH replication = "
            "{'class': 'NetworkTopologyStrategy', 'dc1': 2, 'dc2': 1}"));
  co_await client->session.execute(query("CREATE TABLE IF NOT EXISTS crossing.t (k int PRIMARY KEY, v int)"));
}

std::map<Uuid, std::string> datacenters(const Cluster& cluster) {
  std::map<Uuid, std::string> found;
  for (const Node& node : cluster.metadata()->nodes) found[node.host_id] = node.datacenter;
  return found;
}

Query read_all(Consistency consistency) {
  Query all = query("SELECT k FROM crossing.t");
  all.options.consistency = consistency;
  all.options.page_size = 10;
  return all;
}

BoundStatement at(BoundStatement statement, Consistency consistency) {
  statement.options.consistency = consistency;
  return statement;
}

/// Writes, reads and streams; which data centres served.
asio::awaitable<std::set<std::string>> serve(std::shared_ptr<Client> client, Consistency consistency) {
  const auto datacenter = datacenters(client->cluster);
  Session& session = client->session;
  const auto insert = co_await session.prepare("INSERT INTO crossing.t (k, v) VALUES (?, ?)");
  const auto select = co_await session.prepare("SELECT v FROM crossing.t WHERE k = ?");
  std::set<std::string> served;
  for (int key = 0; key < 100; ++key) {
    const Result written = co_await session.execute(at(insert.bind(key, key), consistency));
    served.insert(datacenter.at(written.host_id));
    const Result result = co_await session.execute(at(select.bind(key), consistency));
    served.insert(datacenter.at(result.host_id));
    RowCursor row(result.page);
    EXPECT_TRUE(row.next());
    EXPECT_EQ(row.get<std::int32_t>(0), key);
  }
  ResultStream stream = session.execute_stream(read_all(consistency));
  while (co_await stream.next()) {
  }
  EXPECT_EQ(stream.rows_so_far(), 100U);
  co_return served;
}

/// The data centres in the order in which their nodes would be asked.
std::vector<std::string> route(const Client& client, const Query& request) {
  std::vector<std::string> found;
  for (const PlannedNode& node : client.session.route(request)) found.push_back(node.datacenter);
  return found;
}

bool dc1_is_well(const Client& client) {
  std::size_t well = 0;
  for (const PlannedNode& node : client.session.route(read_all(Consistency::one))) {
    if (node.datacenter == "dc1" && node.condition == Condition::well) ++well;
  }
  return well == 2;
}

bool dc1_is_gone(const Client& client) {
  for (const PlannedNode& node : client.session.route(read_all(Consistency::one))) {
    if (node.datacenter == "dc1" && node.condition == Condition::well) return false;
  }
  return true;
}

asio::awaitable<ErrorKind> failure(std::shared_ptr<Client> client, Consistency consistency) {
  try {
    co_await client->session.execute(read_all(consistency));
  } catch (const Error& error) {
    co_return error.kind();
  }
  throw std::runtime_error("the request was answered");
}

// What the nodes themselves say: which of them a client of that name is connected to.
asio::awaitable<std::set<std::string>> datacenters_connected_to(std::string application) {
  std::set<std::string> found;
  for (const char* host : {host_of_dc1, host_of_dc2}) {
    ClusterOptions options;
    options.contact_points = {{host, 9042}};
    const auto client = co_await connect_shared(std::move(options));
    for (const Node& node : client->cluster.metadata()->nodes) {
      if (node.datacenter != client->cluster.local_datacenter()) continue;
      Query clients = query("SELECT client_options FROM system_views.clients");
      clients.options.node = node.host_id;
      const Result result = co_await client->session.execute(std::move(clients));
      RowCursor row(result.page);
      while (row.next()) {
        const auto told = row.get<std::optional<std::map<std::string, std::string>>>(0);
        if (told && told->contains("APPLICATION_NAME") && told->at("APPLICATION_NAME") == application) {
          found.insert(node.datacenter);
        }
      }
    }
  }
  co_return found;
}

TEST_F(TwoDatacenters, no_request_leaves_the_local_one) {
  run(
      []() -> asio::awaitable<void> {
        const auto client = co_await connect_shared(from_dc1());
        EXPECT_EQ(client->cluster.metadata()->nodes.size(), 3U);
        co_await create_table(client);
        for (const Consistency consistency : {Consistency::local_quorum, Consistency::quorum}) {
          EXPECT_THAT(co_await serve(client, consistency), ElementsAre("dc1"));
        }
        EXPECT_THAT(route(*client, read_all(Consistency::quorum)), ElementsAre("dc1", "dc1"));
        EXPECT_THAT(co_await datacenters_connected_to(client->cluster.options().application_name), ElementsAre("dc1"));
      }(),
      long_enough);
}

TEST_F(TwoDatacenters, failover_changes_nothing_while_it_is_not_needed) {
  run(
      []() -> asio::awaitable<void> {
        const auto client = co_await connect_shared(with_failover());
        co_await create_table(client);
        EXPECT_THAT(co_await serve(client, Consistency::quorum), ElementsAre("dc1"));
        EXPECT_THAT(route(*client, read_all(Consistency::one)), ElementsAre("dc1", "dc1", "dc2"));
        EXPECT_THAT(route(*client, read_all(Consistency::local_one)), ElementsAre("dc1", "dc1"));
      }(),
      long_enough);
}

asio::awaitable<void> expect_failover(std::shared_ptr<Client> strict, std::shared_ptr<Client> failover,
                                      std::shared_ptr<Client> local_too) {
  EXPECT_EQ(co_await failure(strict, Consistency::one), ErrorKind::no_node);
  EXPECT_THAT(co_await serve(failover, Consistency::one), ElementsAre("dc2"));
  EXPECT_THAT(route(*failover, read_all(Consistency::one)), ElementsAre("dc2", "dc1", "dc1"));
  // The data centre that LOCAL_ONE means is down: nobody else may answer.
  EXPECT_EQ(co_await failure(failover, Consistency::local_one), ErrorKind::no_node);
  EXPECT_THAT(co_await serve(local_too, Consistency::local_quorum), ElementsAre("dc2"));
}

TEST_F(TwoDatacenters, the_other_one_takes_over_where_that_was_chosen_and_hands_back) {
  run(
      []() -> asio::awaitable<void> {
        ClusterOptions local_too_options = with_failover();
        local_too_options.remote_datacenters.also_for_local_consistency = true;
        const auto strict = co_await connect_shared(from_dc1());
        const auto failover = co_await connect_shared(with_failover());
        const auto local_too = co_await connect_shared(local_too_options);
        const std::vector<std::shared_ptr<Client>> clients{strict, failover, local_too};
        co_await create_table(strict);
        co_await tell_ring("stop 1", ring);
        co_await tell_ring("stop 2", ring);
        for (const auto& client : clients) co_await until([&] { return dc1_is_gone(*client); }, long_enough);
        co_await expect_failover(strict, failover, local_too);

        // The same for those who come now.
        const Cluster late = co_await Cluster::connect(from_dc1());
        try {
          co_await Session::open(late);
          ADD_FAILURE() << "a session was opened without a node that it may ask";
        } catch (const Error& error) {
          EXPECT_EQ(error.kind(), ErrorKind::no_node);
        }
        EXPECT_THAT(co_await serve(co_await connect_shared(with_failover()), Consistency::one), ElementsAre("dc2"));

        co_await tell_ring("up", ring);
        for (const auto& client : clients) {
          co_await until([&] { return dc1_is_well(*client); }, long_enough);
          EXPECT_THAT(co_await serve(client, Consistency::quorum), ElementsAre("dc1"));
        }
      }(),
      long_enough);
}

}  // namespace
}  // namespace cql::test
