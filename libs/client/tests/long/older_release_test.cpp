// Cassandra 4.1, a node of which this test starts by itself: the same statements in v5 and in v4.
#include <gtest/gtest.h>

#include <cstdlib>
#include <set>

#include "cql/scalar.hpp"
#include "integration/ring.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

constexpr const char* address = "127.0.0.91";
constexpr std::chrono::seconds long_enough{300};

int shell(const std::string& command) {
  return std::system(("cd '" CQLBULK_PROJECT_DIR "' && " + command + " >/dev/null 2>&1").c_str());
}

class Cassandra41 : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    ASSERT_EQ(shell("scripts/setup.sh --cassandra 4.1.10"), 0);
    ASSERT_EQ(shell("python3 testbed/cassandra up 1 --name release-4-1 --first 91 --version 4.1 --fresh"), 0);
  }
  static void TearDownTestSuite() { shell("python3 testbed/cassandra down --name release-4-1 --wipe"); }
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
    std::vector<Values> rows(20);
    Batch batch;
    for (int row = 0; row < 20; ++row) {
      Values& values = rows[static_cast<std::size_t>(row)];
      values.add_int(partition);
      values.add_int(row);
      values.add_text("value " + std::to_string(row));
      batch.entries.push_back({&insert, {}, 3, values.wire()});
    }
    co_await session.execute(std::move(batch));
  }
  const auto select = co_await session.prepare("SELECT p, c, v FROM older.t");
  BoundStatement all{.prepared = select};
  all.options.page_size = 17;
  ResultStream stream = session.execute_stream(std::move(all));
  std::set<std::pair<int, int>> seen;
  while (const auto page = co_await stream.next()) {
    RowCursor row(*page);
    while (row.next()) {
      EXPECT_TRUE(seen.emplace(int_of(row.cell(0)), int_of(row.cell(1))).second);
      EXPECT_EQ(text_of(row.cell(2)), "value " + std::to_string(int_of(row.cell(1))));
    }
  }
  EXPECT_EQ(seen.size(), 200U);
  // The statement is altered under the session's hands.
  co_await session.execute(query("ALTER TABLE older.t ADD w int"));
  const auto wide = co_await session.prepare("SELECT * FROM older.t WHERE p = ?");
  BoundStatement one{.prepared = wide};
  one.values.add_int(3);
  const Result result = co_await session.execute(std::move(one));
  EXPECT_EQ(result.page.row_count(), 20U);
  EXPECT_EQ(result.page.columns().size(), 4U);
}

TEST_F(Cassandra41, speaks_version_5_by_itself) { run(write_and_read({}, Compression::none), long_enough); }
TEST_F(Cassandra41, speaks_version_5_with_lz4) { run(write_and_read(5, Compression::lz4), long_enough); }
TEST_F(Cassandra41, speaks_version_4_when_it_is_demanded) { run(write_and_read(4, Compression::none), long_enough); }
TEST_F(Cassandra41, speaks_version_4_with_lz4) { run(write_and_read(4, Compression::lz4), long_enough); }

}  // namespace
}  // namespace cql::test
