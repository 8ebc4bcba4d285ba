// What the client knows of a real ring: nodes, ranges and every type that a column may have.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "cql/result.hpp"
#include "integration/ring.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

using testing::ElementsAre;

constexpr const char* keyspace = "net_metadata";

// Column name and its type as CQL writes it.
const std::vector<std::pair<std::string, std::string>> all_types = {
    {"c_ascii", "ascii"},
    {"c_bigint", "bigint"},
    {"c_blob", "blob"},
    {"c_boolean", "boolean"},
    {"c_date", "date"},
    {"c_decimal", "decimal"},
    {"c_double", "double"},
    {"c_duration", "duration"},
    {"c_float", "float"},
    {"c_inet", "inet"},
    {"c_int", "int"},
    {"c_smallint", "smallint"},
    {"c_text", "text"},
    {"c_time", "time"},
    {"c_timestamp", "timestamp"},
    {"c_timeuuid", "timeuuid"},
    {"c_tinyint", "tinyint"},
    {"c_uuid", "uuid"},
    {"c_varint", "varint"},
    {"c_list", "list<int>"},
    {"c_set", "set<text>"},
    {"c_map", "map<text, bigint>"},
    {"c_frozen_list", "frozen<list<int>>"},
    {"c_nested", "map<text, frozen<list<frozen<set<int>>>>>"},
    {"c_tuple", "frozen<tuple<int, text, frozen<list<double>>>>"},
    {"c_vector", "vector<float, 3>"},
    {"c_text_vector", "vector<text, 2>"},
    {"c_udt", "outer_type"},
    {"c_frozen_udt", "frozen<outer_type>"},
    {"c_udt_list", "list<frozen<\"Inner\">>"},
};

asio::awaitable<void> create_schema(Session& session) {
  co_await create_keyspace(session, keyspace);
  const std::string in = std::string(keyspace) + ".";
  // Named so that the outer type sorts before the inner ones that it needs.
  co_await session.execute(query("CREATE TYPE IF NOT EXISTS " + in + "\"Inner\" (x int, \"Y z\" text)"));
  co_await session.execute(
      query("CREATE TYPE IF NOT EXISTS " + in + "zz_last (i frozen<\"Inner\">, v vector<int, 2>)"));
  co_await session.execute(query("CREATE TYPE IF NOT EXISTS " + in +
                                 "outer_type (a int, z frozen<zz_last>, m frozen<map<text, frozen<\"Inner\">>>)"));
  std::string columns;
  for (const auto& [name, type] : all_types) columns += name + " " + type + ", ";
  co_await session.execute(query("CREATE TABLE IF NOT EXISTS " + in +
                                 "all_types (k int, s int STATIC, c1 text, c2 int, " + columns +
                                 "PRIMARY KEY (k, c1, c2)) WITH CLUSTERING ORDER BY (c1 DESC, c2 ASC)"));
  co_await session.execute(query("CREATE TABLE IF NOT EXISTS " + in +
                                 "\"Counters\" (a int, \"B\" text, n counter, PRIMARY KEY ((a, \"B\")))"));
}

TEST(Metadata, knows_every_type_and_the_order_of_columns) {
  run([]() -> asio::awaitable<void> {
    Cluster cluster = co_await Cluster::connect(ring_options());
    Session session = co_await Session::open(cluster);
    co_await create_schema(session);
    co_await cluster.refresh();
    const auto metadata = cluster.metadata();
    const Table* table = metadata->table(keyspace, "all_types");
    EXPECT_NE(table, nullptr);
    if (table == nullptr) co_return;
    EXPECT_EQ(table->partition_key_size, 1U);
    EXPECT_EQ(table->clustering_size, 2U);
    for (const auto& [name, type] : all_types) {
      const Column* column = table->column(name);
      EXPECT_NE(column, nullptr) << name;
      if (column != nullptr) EXPECT_EQ(column->type.to_string(), type) << name;
    }
    EXPECT_TRUE(table->column("c1")->descending);
    EXPECT_FALSE(table->column("c2")->descending);
    EXPECT_EQ(table->column("s")->role, Column::Role::static_);

    const DataType& outer = table->column("c_udt")->type;
    EXPECT_THAT(outer.field_names, ElementsAre("a", "z", "m"));
    EXPECT_THAT(outer.children.at(1).field_names, ElementsAre("i", "v"));
    EXPECT_THAT(outer.children.at(1).children.at(0).field_names, ElementsAre("x", "Y z"));

    // The same columns, with the same types, in the same order as SELECT * gives them.
    for (const int version : {4, 5}) {
      ClusterOptions options = ring_options();
      options.protocol_version = version;
      const Cluster other = co_await Cluster::connect(options);
      Session same = co_await Session::open(other);
      const Result result = co_await same.execute(query("SELECT * FROM net_metadata.all_types"));
      const std::vector<ColumnSpec>& columns = result.page.columns();
      EXPECT_EQ(columns.size(), table->columns.size());
      for (std::size_t index = 0; index < std::min(columns.size(), table->columns.size()); ++index) {
        EXPECT_EQ(columns[index].name, table->columns[index].name);
        EXPECT_EQ(columns[index].type, table->columns[index].type) << columns[index].name;
      }
    }

    const Table* counters = metadata->table(keyspace, "Counters");
    EXPECT_NE(counters, nullptr);
    if (counters != nullptr) {
      EXPECT_TRUE(counters->is_counter);
      EXPECT_EQ(counters->partition_key_size, 2U);
      EXPECT_EQ(counters->qualified_name(), "net_metadata.\"Counters\"");
    }
    EXPECT_NE(metadata->table("system_views", "clients"), nullptr);
    EXPECT_TRUE(metadata->table("system_views", "clients")->is_virtual);
    EXPECT_EQ(metadata->keyspace("net_metadata")->replication.factor, 3U);
    EXPECT_EQ(metadata->keyspace("system")->replication.strategy, Replication::Strategy::local);
  }());
}

TEST(Metadata, follows_changes_of_schema_by_events) {
  run([]() -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(ring_options());
    Session session = co_await Session::open(cluster);
    co_await create_keyspace(session, keyspace);
    co_await session.execute(query("DROP TABLE IF EXISTS net_metadata.comes"));
    co_await session.execute(query("CREATE TABLE net_metadata.comes (k int PRIMARY KEY)"));
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int attempt = 0; attempt < 1'000 && cluster.metadata()->table(keyspace, "comes") == nullptr; ++attempt) {
      timer.expires_after(std::chrono::milliseconds(10));
      co_await timer.async_wait(asio::use_awaitable);
    }
    EXPECT_NE(cluster.metadata()->table(keyspace, "comes"), nullptr);
  }());
}

std::set<std::string> live_rows(const Result& result) {
  std::set<std::string> addresses;
  RowCursor row(result.page);
  while (row.next()) addresses.insert(row.get<Inet>(0).to_string());
  return addresses;
}

TEST(Metadata, nodes_and_tokens_are_those_of_the_ring) {
  run([]() -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(ring_options());
    Session session = co_await Session::open(cluster);
    const auto metadata = cluster.metadata();
    EXPECT_TRUE(metadata->murmur3());
    for (const Node& node : metadata->nodes) {
      // Each node itself says who it is and which tokens it has.
      Query local = query("SELECT host_id, tokens FROM system.local");
      local.options.node = node.host_id;
      local.options.consistency = Consistency::one;
      const Result result = co_await session.execute(std::move(local));
      EXPECT_EQ(result.node, node.endpoint());
      RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      EXPECT_EQ(row.get<Uuid>("host_id"), node.host_id);
      std::vector<Token> tokens;
      for (const std::string& token : row.get<std::vector<std::string>>("tokens")) tokens.push_back(std::stoll(token));
      std::sort(tokens.begin(), tokens.end());
      const auto ring = std::find_if(metadata->ring.nodes().begin(), metadata->ring.nodes().end(),
                                     [&](const RingNode& one) { return one.host_id == node.host_id; });
      EXPECT_NE(ring, metadata->ring.nodes().end());
      std::vector<Token> known = ring->tokens;
      std::sort(known.begin(), known.end());
      EXPECT_EQ(known, tokens);

      Query peers = query("SELECT peer FROM system.peers");
      peers.options.node = node.host_id;
      const Result others = co_await session.execute(std::move(peers));
      EXPECT_EQ(live_rows(others).size() + 1, metadata->nodes.size());
    }
  }());
}

// size_estimates has one row per primary range of the node that is asked, computed by Cassandra itself.
TEST(Metadata, ranges_cover_the_ring_and_belong_to_their_nodes) {
  run([]() -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(ring_options());
    const auto metadata = cluster.metadata();
    const Replication& replication = metadata->keyspace("system_distributed")->replication;
    const auto ranges = metadata->ring.ranges(replication);
    EXPECT_EQ(ranges.size(), metadata->ring.tokens().size());
    for (std::size_t index = 0; index < ranges.size(); ++index) {
      EXPECT_EQ(ranges[index].range.start, ranges[(index + ranges.size() - 1) % ranges.size()].range.end);
      EXPECT_EQ(ranges[index].replicas.size(), std::min<std::size_t>(3, metadata->nodes.size()));
      EXPECT_EQ(std::set<std::uint32_t>(ranges[index].replicas.begin(), ranges[index].replicas.end()).size(),
                ranges[index].replicas.size());
      EXPECT_EQ(metadata->ring.replicas(replication, ranges[index].range.end), ranges[index].replicas);
    }
  }());
}

// A row's token as we compute it is the one that Cassandra computes.
TEST(Metadata, tokens_of_bound_values_equal_the_servers) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = ring_options();
    options.replica_choice = ReplicaChoice::primary;
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    co_await create_keyspace(session, keyspace);
    co_await session.execute(
        query("CREATE TABLE IF NOT EXISTS net_metadata.keys (a int, b text, c blob, PRIMARY KEY ((a, b, c)))"));
    const auto insert = co_await session.prepare("INSERT INTO net_metadata.keys (b, c, a) VALUES (?, ?, ?)");
    EXPECT_THAT(insert.partition_key_indices(), ElementsAre(2, 0, 1));
    const auto select =
        co_await session.prepare("SELECT token(a, b, c) FROM net_metadata.keys WHERE a = ? AND b = ? AND c = ?");
    for (int key = 0; key < 20; ++key) {
      const std::string text(static_cast<std::size_t>(key), '\xC3');
      BoundStatement bound{.prepared = insert};
      bound.values.add_text(std::to_string(key));
      bound.values.add_text(text);
      bound.values.add_int(key);
      const Result written = co_await session.execute(std::move(bound));
      BoundStatement read{.prepared = select};
      read.values.add_int(key);
      read.values.add_text(std::to_string(key));
      read.values.add_text(text);
      const Result result = co_await session.execute(std::move(read));
      RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      const Token token = row.get<std::int64_t>(0);
      const auto metadata = cluster.metadata();
      const auto replicas = metadata->ring.replicas(metadata->keyspace(keyspace)->replication, token);
      EXPECT_EQ(written.node, metadata->nodes.at(replicas.at(0)).endpoint()) << key;
    }
  }());
}

}  // namespace
}  // namespace cql::test
