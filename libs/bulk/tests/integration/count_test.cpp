// Counting on the real ring of three: every number of splits and every way to tell the count gives the same rows.
#include "cqlbulk/count.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <numeric>

#include "cql/result.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/shards.hpp"
#include "plan/splits.hpp"

namespace cqlbulk {
namespace {

using operations::ClusterThread;
using testing::SizeIs;

cql::ClusterOptions ring_options() {
  cql::ClusterOptions options;
  const char* host = std::getenv("CQLBULK_TEST_HOST");
  options.contact_points = {{host != nullptr ? host : "127.0.0.11", 9042}};
  return options;
}

struct Replicated {
  const char* name;
  const char* replication;
};

/// Per keyspace a table of 300 partitions of 1 to 20 rows, one of 2,000, and tokens of both signs.
class CountOnRing : public testing::TestWithParam<Replicated> {
 protected:
  static constexpr int partitions = 300;
  static constexpr int large_partition = 7;
  static int rows_of(int partition) { return partition == large_partition ? 2'000 : 1 + partition % 20; }
  static std::uint64_t all_rows() {
    std::uint64_t rows = 0;
    for (int partition = 0; partition < partitions; ++partition) rows += static_cast<std::uint64_t>(rows_of(partition));
    return rows;
  }

  void SetUp() override {
    options.operation.cluster = ring_options();
    options.operation.pace.consistency = cql::Consistency::all;
    options.subject.keyspace = std::string("cnt_") + GetParam().name;
    options.subject.table = "readings";
    static std::map<std::string, bool> made;
    if (!made.contains(GetParam().name)) fill();
    made[GetParam().name] = true;
  }

  void fill() {
    ClusterThread cluster(options.operation.cluster);
    const std::string& keyspace = options.subject.keyspace;
    const auto execute = [&](const std::string& cql) { static_cast<void>(cluster.query({.cql = cql})); };
    execute("DROP KEYSPACE IF EXISTS " + keyspace);
    execute(fmt::format("CREATE KEYSPACE {} WITH replication = {}", keyspace, GetParam().replication));
    execute(
        fmt::format("CREATE TABLE {}.readings (device int, shard text, seq int, value int, "
                    "PRIMARY KEY ((device, shard), seq))",
                    keyspace));
    cluster.ask([&](cql::Session& session) -> boost::asio::awaitable<void> {
      const auto insert = co_await session.prepare(
          fmt::format("INSERT INTO {}.readings (device, shard, seq, value) VALUES (?, ?, ?, ?)", keyspace));
      co_await operations::run_at_once(64, [&](unsigned worker) -> boost::asio::awaitable<void> {
        for (int partition = static_cast<int>(worker); partition < partitions; partition += 64) {
          for (int row = 0; row < rows_of(partition); ++row) {
            cql::BoundStatement bound{.prepared = insert};
            bound.options.consistency = cql::Consistency::all;
            bound.values.add_int(partition);
            bound.values.add_text("s");
            bound.values.add_int(row);
            bound.values.add_int(row % 10);
            co_await session.execute(std::move(bound));
          }
        }
      });
    });
  }

  CountResult count() { return cqlbulk::count(options, observer); }

  CountOptions options;
  Observer observer;
};

INSTANTIATE_TEST_SUITE_P(
    Replication, CountOnRing,
    testing::Values(Replicated{"simple1", "{'class': 'SimpleStrategy', 'replication_factor': 1}"},
                    Replicated{"simple2", "{'class': 'SimpleStrategy', 'replication_factor': 2}"},
                    Replicated{"simple3", "{'class': 'SimpleStrategy', 'replication_factor': 3}"},
                    Replicated{"topology1", "{'class': 'NetworkTopologyStrategy', 'replication_factor': 1}"},
                    Replicated{"topology2", "{'class': 'NetworkTopologyStrategy', 'replication_factor': 2}"},
                    Replicated{"topology3", "{'class': 'NetworkTopologyStrategy', 'replication_factor': 3}"}),
    [](const auto& info) { return std::string(info.param.name); });

TEST_P(CountOnRing, is_the_same_for_any_number_of_splits) {
  for (const std::uint32_t splits : {1U, 2U, 8U, 32U, 128U, 1024U}) {
    SCOPED_TRACE(splits);
    options.operation.pace.splits = splits;
    const CountResult result = count();
    EXPECT_EQ(result.total, all_rows());
    EXPECT_EQ(result.report.status, Status::success);
    EXPECT_EQ(result.report.pieces, splits);
  }
}

TEST_P(CountOnRing, by_range_adds_up_and_covers_the_ring_in_order) {
  options.by = CountBy::range;
  for (const std::uint32_t splits : {3U, 200U}) {
    options.operation.pace.splits = splits;
    const CountResult result = count();
    ASSERT_THAT(result.ranges, SizeIs(splits));
    std::uint64_t sum = 0;
    cql::Token end = cql::minimum_token;
    for (const auto& range : result.ranges) {
      EXPECT_EQ(range.range.start, end);
      end = range.range.end;
      sum += range.rows;
    }
    EXPECT_EQ(end, cql::maximum_token);
    EXPECT_EQ(sum, all_rows());
  }
}

TEST_P(CountOnRing, by_host_is_what_each_primary_replica_has) {
  options.by = CountBy::host;
  options.operation.pace.splits = 100;
  const CountResult result = count();
  ASSERT_THAT(result.hosts, SizeIs(3));

  std::map<std::string, std::uint64_t> expected;
  ClusterThread cluster(options.operation.cluster);
  const auto metadata = cluster.metadata();
  const cql::Replication& replication = metadata->keyspace(options.subject.keyspace)->replication;
  for (int partition = 0; partition < partitions; ++partition) {
    cql::Query query{.cql =
                         fmt::format("SELECT token(device, shard) FROM {}.readings WHERE device = {} AND shard = 's' "
                                     "LIMIT 1",
                                     options.subject.keyspace, partition)};
    const cql::Result answer = cluster.query(std::move(query));
    cql::RowCursor row(answer.page);
    ASSERT_TRUE(row.next());
    const auto replicas = metadata->ring.replicas(replication, row.get<std::int64_t>(0));
    expected[metadata->nodes[replicas.front()].endpoint()] += static_cast<std::uint64_t>(rows_of(partition));
  }
  for (const auto& host : result.hosts) EXPECT_EQ(host.rows, expected[host.endpoint]) << host.endpoint;
  EXPECT_EQ(result.total, all_rows());
}

TEST_P(CountOnRing, by_partition_tells_the_largest) {
  options.by = CountBy::partition;
  options.top = 20;
  const CountResult result = count();
  EXPECT_EQ(result.total, all_rows());
  ASSERT_THAT(result.partitions, SizeIs(20));
  EXPECT_EQ(result.partitions[0].key, R"({"device":7,"shard":"s"})");
  EXPECT_EQ(result.partitions[0].rows, 2'000U);
  for (std::size_t i = 1; i < 16; ++i) EXPECT_EQ(result.partitions[i].rows, 20U);
  EXPECT_EQ(result.partitions[19].rows, 19U);
}

TEST_P(CountOnRing, with_a_restriction_counts_what_it_leaves) {
  options.subject.where = "value = 3 ALLOW FILTERING";
  std::uint64_t expected = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    for (int row = 0; row < rows_of(partition); ++row) expected += row % 10 == 3 ? 1 : 0;
  }
  EXPECT_EQ(count().total, expected);
}

TEST_P(CountOnRing, of_a_query_is_how_many_rows_it_has) {
  const std::string table = options.subject.keyspace + ".readings";
  options.subject = {};
  const std::map<std::string, std::uint64_t> expected{
      {"SELECT value FROM " + table, all_rows()},
      {"SELECT * FROM " + table + " LIMIT 123", 123},
      {"SELECT DISTINCT device, shard FROM " + table, partitions},
      {"SELECT * FROM " + table + " PER PARTITION LIMIT 1", partitions},
      {"SELECT * FROM " + table + " WHERE device = 7 AND shard = 's'", 2'000},
      {"SELECT * FROM " + table + " WHERE device = 8 ALLOW FILTERING", 9},
      {"SELECT COUNT(*) FROM " + table, 1},
      {"SELECT * FROM " + table + " WHERE token(device, shard) > :start AND token(device, shard) <= :end", all_rows()},
  };
  for (const auto& [query, rows] : expected) {
    SCOPED_TRACE(query);
    options.subject.query = query;
    EXPECT_EQ(count().total, rows);
  }
}

TEST_P(CountOnRing, of_an_empty_table_is_nothing) {
  {
    ClusterThread cluster(options.operation.cluster);
    static_cast<void>(cluster.query(
        {.cql = fmt::format("CREATE TABLE IF NOT EXISTS {}.nothing (k int PRIMARY KEY)", options.subject.keyspace)}));
  }
  options.subject.table = "nothing";
  EXPECT_EQ(count().total, 0U);
  options.by = CountBy::partition;
  EXPECT_EQ(count().total, 0U);
}

}  // namespace
}  // namespace cqlbulk
