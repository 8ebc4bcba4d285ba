// Statements on a real ring: simple, prepared, batches, streams, in v5 and v4, with and without LZ4.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "cql/result.hpp"
#include "integration/ring.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

struct Mode {
  std::optional<int> version;
  Compression compression;
  const char* name;
};

class Requests : public testing::TestWithParam<Mode> {
 protected:
  ClusterOptions options() {
    ClusterOptions made = ring_options();
    made.protocol_version = GetParam().version;
    made.compression = GetParam().compression;
    return made;
  }
  std::string table(const char* name) const { return std::string("net_requests.") + name + "_" + GetParam().name; }
};

INSTANTIATE_TEST_SUITE_P(Modes, Requests,
                         testing::Values(Mode{std::nullopt, Compression::none, "v5"},
                                         Mode{5, Compression::lz4, "v5_lz4"}, Mode{4, Compression::none, "v4"},
                                         Mode{4, Compression::lz4, "v4_lz4"}),
                         [](const auto& info) { return std::string(info.param.name); });

asio::awaitable<std::int64_t> count(Session& session, std::string table) {
  const Result result = co_await session.execute(query("SELECT COUNT(*) FROM " + table));
  RowCursor row(result.page);
  row.next();
  co_return row.get<std::int64_t>(0);
}

TEST_P(Requests, writes_and_reads_prepared_rows) {
  run([](ClusterOptions options, std::string table) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    EXPECT_EQ(cluster.protocol_version(), options.protocol_version.value_or(5));
    Session session = co_await Session::open(cluster);
    co_await create_keyspace(session, "net_requests");
    co_await session.execute(query("CREATE TABLE IF NOT EXISTS " + table + " (k int PRIMARY KEY, v text)"));
    co_await session.execute(query("TRUNCATE " + table));
    const auto insert = co_await session.prepare("INSERT INTO " + table + " (k, v) VALUES (?, ?)");
    EXPECT_EQ(insert.parameters().size(), 2U);
    EXPECT_THAT(insert.partition_key_indices(), testing::ElementsAre(0));
    for (int key = 0; key < 200; ++key) {
      BoundStatement bound{.prepared = insert};
      bound.values.add_int(key);
      bound.values.add_text("value " + std::to_string(key));
      co_await session.execute(std::move(bound));
    }
    EXPECT_EQ(co_await count(session, table), 200);

    const auto select = co_await session.prepare("SELECT v FROM " + table + " WHERE k = ?");
    BoundStatement bound{.prepared = select};
    bound.values.add_int(77);
    const Result result = co_await session.execute(std::move(bound));
    RowCursor row(result.page);
    EXPECT_TRUE(row.next());
    EXPECT_EQ(row.get<std::string>("v"), "value 77");
    EXPECT_FALSE(row.next());
  }(options(), table("prepared")));
}

TEST_P(Requests, streams_every_row_once_over_many_pages) {
  run([](ClusterOptions options, std::string table) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    co_await create_keyspace(session, "net_requests");
    co_await session.execute(
        query("CREATE TABLE IF NOT EXISTS " + table + " (p int, c int, v text, PRIMARY KEY (p, c))"));
    const auto insert = co_await session.prepare("INSERT INTO " + table + " (p, c, v) VALUES (?, ?, ?)");
    const std::string padding(1'000, 'x');
    for (int partition = 0; partition < 8; ++partition) {
      std::vector<Values> rows(50);
      Batch batch;
      for (int row = 0; row < 50; ++row) {
        Values& values = rows[static_cast<std::size_t>(row)];
        values.add_int(partition);
        values.add_int(row);
        values.add_text(padding);
        batch.entries.push_back({&insert, {}, 3, values.wire()});
      }
      co_await session.execute(std::move(batch));
    }
    for (const std::size_t prefetch : {0U, 1U, 4U}) {
      Query select = query("SELECT * FROM " + table);
      select.options.page_size = 37;
      ResultStream stream = session.execute_stream(std::move(select), {.prefetch = prefetch});
      std::set<std::pair<int, int>> seen;
      while (const auto page = co_await stream.next()) {
        RowCursor row(*page);
        while (row.next()) {
          EXPECT_TRUE(seen.emplace(row.get<std::int32_t>(0), row.get<std::int32_t>(1)).second);
          EXPECT_EQ(row.get<std::string>(2), padding);
        }
      }
      EXPECT_EQ(seen.size(), 400U);
      EXPECT_EQ(stream.rows_so_far(), 400U);
      EXPECT_GE(stream.pages_so_far(), 11U);
    }
    // Pages of several segments each.
    Query select = query("SELECT * FROM " + table);
    select.options.page_size = 400;
    const Result all = co_await session.execute(std::move(select));
    EXPECT_EQ(all.page.row_count(), 400U);
    EXPECT_GT(all.page.rows().size(), 400'000U);
  }(options(), table("stream")));
}

TEST_P(Requests, errors_say_what_and_where) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(options);
    Session session = co_await Session::open(cluster);
    try {
      co_await session.execute(query("SELECT * FROM net_requests.no_such_table"));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::invalid);
      EXPECT_THAT(error.what(), testing::HasSubstr("no_such_table"));
      EXPECT_THAT(error.node(), testing::HasSubstr(":9042"));
    }
    try {
      co_await session.prepare("SELEKT");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::syntax_error);
      EXPECT_EQ(error.query(), "SELEKT");
    }
  }(options()));
}

}  // namespace
}  // namespace cql::test
