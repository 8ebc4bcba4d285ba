// Cassandra 4.1, a node of which this test starts by itself: the same statements in v5 and in v4.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>
#include <string>
#include <utility>

#include "integration/ring.hpp"
#include "integration/ring_control.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

constexpr const char* address = "127.0.0.91";
constexpr const char* ring = "test-4-1";
constexpr std::chrono::seconds long_enough{240};

class Cassandra41 : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(std::system("'" CQLBULK_PROJECT_DIR "/scripts/setup.sh' --cassandra 4.1.10"), 0);
    ASSERT_EQ(ring_command("up 1 --version 4.1 --fresh", ring), 0);
  }
  static void TearDownTestSuite() { ring_command("down --wipe", ring); }
};

asio::awaitable<void> write_and_read(std::optional<int> version, Compression compression) {
  ClusterOptions options = ring_options();
  options.contact_points = {{address, 9042}};
  options.protocol_version = version;
  options.compression = compression;
  const Cluster cluster = co_await Cluster::connect(options);
  EXPECT_EQ(cluster.protocol_version(), version.value_or(5));
  EXPECT_EQ(cluster.metadata()->release_version, "4.1.10");
  Session session = co_await Session::open(cluster);
  co_await session.execute(query(
      "CREATE KEYSPACE IF NOT EXISTS older WITH replication = {'class': 'SimpleStrategy', 'replication_factor': 1}"));
  co_await session.execute(query("DROP TABLE IF EXISTS older.t"));
  co_await session.execute(query("CREATE TABLE older.t (p int, c int, v text, PRIMARY KEY (p, c))"));
  const auto insert = co_await session.prepare("INSERT INTO older.t (p, c, v) VALUES (?, ?, ?)");
  for (int partition = 0; partition < 10; ++partition) {
    std::vector<BoundStatement> rows;
    for (int row = 0; row < 20; ++row) rows.push_back(insert.bind(partition, row, "value " + std::to_string(row)));
    Batch batch;
    for (const BoundStatement& row : rows) batch.add(row);
    co_await session.execute(std::move(batch));
  }
  const auto select = co_await session.prepare("SELECT p, c, v FROM older.t");
  BoundStatement all = select.bind();
  all.options.page_size = 17;
  ResultStream stream = session.execute_stream(std::move(all));
  std::set<std::pair<int, int>> seen;
  while (const auto page = co_await stream.next()) {
    for (const auto& [partition, row, value] : page->rows_as<std::int32_t, std::int32_t, std::string>()) {
      EXPECT_TRUE(seen.emplace(partition, row).second);
      EXPECT_EQ(value, "value " + std::to_string(row));
    }
  }
  EXPECT_EQ(seen.size(), 200U);
  // The table changes after its statement was prepared.
  const auto wide = co_await session.prepare("SELECT * FROM older.t WHERE p = ?");
  EXPECT_EQ((co_await session.execute(wide.bind(3))).page.columns().size(), 3U);
  co_await session.execute(query("ALTER TABLE older.t ADD w int"));
  const Result result = co_await session.execute(wide.bind(3));
  EXPECT_EQ(result.page.row_count(), 20U);
  std::size_t rows = 0;
  for (RowCursor row(result.page); row.next(); ++rows) {
    EXPECT_EQ(row.get<std::string>("v"), "value " + std::to_string(row.get<std::int32_t>("c")));
  }
  EXPECT_EQ(rows, 20U);
}

TEST_F(Cassandra41, speaks_version_5_by_itself) { run(write_and_read({}, Compression::none), long_enough); }
TEST_F(Cassandra41, speaks_version_5_with_lz4) { run(write_and_read(5, Compression::lz4), long_enough); }
TEST_F(Cassandra41, speaks_version_4_when_it_is_demanded) { run(write_and_read(4, Compression::none), long_enough); }
TEST_F(Cassandra41, speaks_version_4_with_lz4) { run(write_and_read(4, Compression::lz4), long_enough); }

}  // namespace
}  // namespace cql::test
