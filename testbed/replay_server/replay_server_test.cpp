// The replay server as clients see it: every row once, however it is asked, and recordings that survive a file.
#include "replay_server/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <limits>

#include "replay_server/baseline.hpp"
#include "replay_server/record.hpp"
#include "replay_server/statement.hpp"
#include "replay_server/wide.hpp"
#include "support/run.hpp"

namespace cql::replay {
namespace {

using cql::test::run;

constexpr std::uint64_t some_rows = 1'234;

ClusterOptions options_for(const ReplayServer& server, int version = 5) {
  ClusterOptions options;
  options.contact_points = {server.nodes().front()};
  options.protocol_version = version;
  return options;
}

std::shared_ptr<Dataset> baseline(std::uint64_t rows = some_rows) {
  return std::make_shared<Dataset>(synthesise_baseline(rows));
}

std::string text_of_rows(ByteView bytes) { return std::string(as_text(bytes)); }

/// All rows' bytes by streaming.
asio::awaitable<std::string> stream_all(ClusterOptions options, std::string cql, std::int32_t page_size) {
  const Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  BoundStatement all{.prepared = co_await session.prepare(std::move(cql))};
  all.options.page_size = page_size;
  ResultStream stream = session.execute_stream(std::move(all));
  std::string bytes;
  while (const auto page = co_await stream.next()) bytes += as_text(page->rows());
  co_return bytes;
}

TEST(ReplayServer, serves_the_rows_as_they_are_recorded) {
  const auto dataset = baseline();
  const std::string expected = text_of_rows(dataset->recording().rows.bytes);
  const ReplayServer server(dataset, {});
  for (const int version : {4, 5}) {
    // Pages smaller than a segment, of about one, and of many.
    for (const std::int32_t page_size : {1, 7, 50, 790, 799, 800, 5'000, 0}) {
      EXPECT_EQ(run(stream_all(options_for(server, version), "SELECT * FROM bench.readings", page_size)), expected)
          << version << " " << page_size;
    }
  }
}

TEST(ReplayServer, serves_chosen_columns_in_the_order_asked_for) {
  const auto dataset = baseline(120);
  const ReplayServer server(dataset, {});
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(std::move(options));
    Session session = co_await Session::open(cluster);
    BoundStatement some{.prepared = co_await session.prepare("SELECT seq, device_id FROM bench.readings")};
    ResultStream stream = session.execute_stream(std::move(some));
    std::int64_t sum = 0;
    while (const RowCursor* row = co_await stream.next_row()) {
      sum += row->get<std::int32_t>("seq");
      EXPECT_EQ(row->get<Uuid>("device_id").to_string().size(), 36U);
    }
    EXPECT_EQ(sum, 119 * 120 / 2);
  }(options_for(server)));
}

TEST(ReplayServer, copies_follow_each_other_around_the_ring) {
  const auto dataset = std::make_shared<Dataset>(synthesise_baseline(some_rows), 3);
  const std::string once = text_of_rows(dataset->recording().rows.bytes);
  const ReplayServer server(dataset, {});
  for (const std::int32_t page_size : {7, 800, 5'000}) {
    EXPECT_EQ(run(stream_all(options_for(server), "SELECT * FROM bench.readings", page_size)), once + once + once);
  }
  EXPECT_THROW(Dataset(synthesise_baseline(50), 0), Error);
  EXPECT_THROW(Dataset(synthesise_baseline(50), std::numeric_limits<std::uint64_t>::max() / 50), Error);
}

class TokenRanges : public testing::TestWithParam<std::uint64_t> {};

TEST_P(TokenRanges, of_many_nodes_hold_every_row_once) {
  const auto dataset = std::make_shared<Dataset>(synthesise_baseline(some_rows), GetParam());
  const ReplayServer server(dataset, {.nodes = 7, .replication_factor = 3, .threads = 2});
  run([](ClusterOptions options, std::uint64_t rows) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(std::move(options));
    const auto metadata = cluster.metadata();
    EXPECT_EQ(metadata->nodes.size(), 7U);
    Session session = co_await Session::open(cluster);
    const std::string where = " FROM bench.readings WHERE token(device_id) > :start AND token(device_id) <= :end";
    const PreparedStatement read = co_await session.prepare("SELECT *" + where);
    const PreparedStatement count = co_await session.prepare("SELECT COUNT(*)" + where);
    EXPECT_EQ(read.parameters().at(0).name, "start");
    std::uint64_t counted = 0;
    std::uint64_t found = 0;
    std::vector<ReplicatedRange> ranges = metadata->ring.ranges(metadata->keyspace("bench")->replication);
    // The one that wraps is asked for in two pieces.
    ranges.push_back({{minimum_token, ranges.front().range.end}, {}});
    ranges.front().range.end = maximum_token;
    for (const ReplicatedRange& range : ranges) {
      Values bounds;
      bounds.add_bigint(range.range.start);
      bounds.add_bigint(range.range.end);
      BoundStatement statement{.prepared = count};
      statement.values.add_wire(bounds.wire(), 2);
      const Result result = co_await session.execute(std::move(statement));
      RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      counted += static_cast<std::uint64_t>(row.get<std::int64_t>("count"));
      BoundStatement all{.prepared = read, .values = std::move(bounds)};
      all.options.page_size = 100;
      ResultStream stream = session.execute_stream(std::move(all));
      while (co_await stream.next()) {
      }
      found += stream.rows_so_far();
    }
    EXPECT_EQ(counted, rows);
    EXPECT_EQ(found, rows);
  }(options_for(server), GetParam() * some_rows));
}

INSTANTIATE_TEST_SUITE_P(Copies, TokenRanges, testing::Values(1, 2, 5), testing::PrintToStringParamName());

TEST(ReplayServer, serves_a_table_of_many_columns) {
  const auto dataset = std::make_shared<Dataset>(synthesise_wide(100, 120));
  const ReplayServer server(dataset, {});
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(std::move(options));
    Session session = co_await Session::open(cluster);
    BoundStatement all{.prepared = co_await session.prepare("SELECT * FROM bench.wide")};
    EXPECT_EQ(all.prepared.result_columns()->size(), 120U);
    ResultStream stream = session.execute_stream(std::move(all));
    std::int64_t sum = 0;
    while (const RowCursor* row = co_await stream.next_row()) {
      sum += row->get<std::int64_t>("id");
      EXPECT_EQ(row->get<std::string>("c118").size(), 12U);
      EXPECT_LT(row->get<double>("c119"), 1'000);
    }
    EXPECT_EQ(sum, 99 * 100 / 2);
  }(options_for(server)));
  EXPECT_THROW((void)synthesise_wide(1, 0), Error);
  EXPECT_THROW((void)synthesise_wide(1, 1'001), Error);
}

TEST(ReplayServer, finds_rows_by_their_key) {
  const auto dataset = baseline();
  const ReplayServer server(dataset, {});
  run([](ClusterOptions options, std::shared_ptr<Dataset> data) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(std::move(options));
    Session session = co_await Session::open(cluster);
    const PreparedStatement by_row =
        co_await session.prepare("SELECT seq FROM bench.readings WHERE device_id = ? AND ts = ?");
    const PreparedStatement by_partition = co_await session.prepare("SELECT * FROM readings WHERE device_id = ?");
    EXPECT_THAT(by_row.partition_key_indices(), testing::ElementsAre(0));
    const RowBlock& rows = data->recording().rows;
    for (std::uint64_t row = 0; row < rows.row_count(); row += 37) {
      Reader reader(rows.rows(row, row + 1));
      constexpr std::size_t key_bytes = 4 + 16 + 4 + 8;
      const ByteView key = reader.raw(key_bytes);
      BoundStatement one{.prepared = by_row};
      one.values.add_wire(key, 2);
      const Result result = co_await session.execute(std::move(one));
      EXPECT_EQ(result.page.row_count(), 1U);
      BoundStatement partition{.prepared = by_partition};
      partition.values.add_wire(key.first(4 + 16), 1);
      const Result whole = co_await session.execute(std::move(partition));
      const std::string all = text_of_rows(whole.page.rows());
      EXPECT_NE(all.find(as_text(rows.rows(row, row + 1))), std::string::npos);
    }
    BoundStatement nobody{.prepared = by_partition};
    nobody.values.add(ByteView(Uuid{}.bytes));
    const Result none = co_await session.execute(std::move(nobody));
    EXPECT_EQ(none.page.row_count(), 0U);
  }(options_for(server), dataset));
}

TEST(ReplayServer, counts_what_is_written) {
  const auto dataset = baseline(50);
  const ReplayServer server(dataset, {});
  run([](ClusterOptions options) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(std::move(options));
    Session session = co_await Session::open(cluster);
    const PreparedStatement insert =
        co_await session.prepare("INSERT INTO bench.readings (device_id, ts, seq) VALUES (?, ?, ?) USING TIMESTAMP ?");
    EXPECT_EQ(insert.parameters().at(2).type.kind, TypeKind::int_);
    EXPECT_EQ(insert.parameters().at(3).type.kind, TypeKind::bigint);
    Values values;
    values.add(ByteView(Uuid{}.bytes));
    values.add_bigint(1);
    values.add_int(2);
    values.add_bigint(3);
    BoundStatement one{.prepared = insert};
    one.values.add_wire(values.wire(), 4);
    co_await session.execute(std::move(one));
    Batch batch;
    for (int entry = 0; entry < 5; ++entry) batch.entries.push_back({&insert, {}, 4, values.wire()});
    co_await session.execute(std::move(batch));
  }(options_for(server)));
  EXPECT_EQ(server.statistics().rows_written, 6U);
  EXPECT_EQ(server.statistics().connections, 2U);  // the cluster's own, and the session's
}

TEST(ReplayServer, waits_as_long_as_its_latency) {
  const auto dataset = baseline(50);
  const ReplayServer server(dataset, {.latencies = {Latency::parse("30ms")}});
  const auto before = std::chrono::steady_clock::now();
  run(stream_all(options_for(server), "SELECT * FROM bench.readings", 10));
  EXPECT_GE(std::chrono::steady_clock::now() - before, std::chrono::milliseconds(5 * 30));
}

TEST(ReplayServer, says_what_it_does_not_serve) {
  const auto dataset = baseline(50);
  const ReplayServer server(dataset, {});
  for (const char* cql :
       {"SELECT * FROM bench.other", "SELECT nothing FROM bench.readings", "CREATE TABLE bench.t (k int PRIMARY KEY)",
        "SELECT max(seq) FROM bench.readings", "SELECT * FROM bench.readings WHERE seq = 5", "SELECT 'oops"}) {
    run([](ClusterOptions options, std::string cql_) -> asio::awaitable<void> {
      const Cluster cluster = co_await Cluster::connect(std::move(options));
      Session session = co_await Session::open(cluster);
      try {
        co_await session.execute(Query{.cql = cql_});
        ADD_FAILURE() << cql_;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::invalid) << cql_;
      }
    }(options_for(server), cql));
  }
}

TEST(ReplayServer, speaks_only_the_versions_it_is_told) {
  const auto dataset = baseline(50);
  const ReplayServer server(dataset, {.versions = {4}});
  ClusterOptions options = options_for(server);
  EXPECT_EQ(cql::test::error_of(stream_all(options, "SELECT * FROM bench.readings", 10)).kind(),
            ErrorKind::unsupported);
  options.protocol_version.reset();
  EXPECT_FALSE(run(stream_all(options, "SELECT * FROM bench.readings", 10)).empty());
}

class Recordings : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = std::filesystem::temp_directory_path() / ("recordings-" + std::to_string(::getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }
  [[nodiscard]] std::filesystem::path file() const { return directory_ / "table.rec"; }

 private:
  std::filesystem::path directory_;
};

TEST_F(Recordings, of_a_server_equal_what_it_serves) {
  const auto dataset = baseline();
  const ReplayServer server(dataset, {.nodes = 3});
  write_recording(run(record(options_for(server), "bench", "readings")), file());
  const Recording read = read_recording(file());
  EXPECT_EQ(as_text(read.rows.bytes), as_text(dataset->recording().rows.bytes));
  EXPECT_EQ(read.rows.offsets, dataset->recording().rows.offsets);
  EXPECT_EQ(read.partitions.size(), dataset->recording().partitions.size());
  EXPECT_EQ(read.table.qualified_name(), "bench.readings");
  EXPECT_EQ(read.table.columns.back().name, "temperature");
  EXPECT_EQ(read.table.clustering_size, 1U);
}

TEST_F(Recordings, that_are_damaged_are_refused) {
  write_recording(synthesise_baseline(120), file());
  std::ifstream in(file(), std::ios::binary);
  const std::string sound((std::istreambuf_iterator<char>(in)), {});
  const auto refused = [&](std::string bytes) {
    std::ofstream(file(), std::ios::binary | std::ios::trunc) << bytes;
    try {
      (void)read_recording(file());
      return false;
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(file().string()));
      return error.kind() == ErrorKind::usage;
    }
  };
  EXPECT_FALSE(refused(sound));
  for (std::size_t size = 0; size < sound.size(); size += 97) EXPECT_TRUE(refused(sound.substr(0, size))) << size;
  for (std::size_t at = 0; at < sound.size(); at += 101) {
    std::string other = sound;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_TRUE(refused(other)) << at;
  }
}

TEST(Statements, are_taken_apart) {
  const Statement select = parse_statement(
      "SELECT a, \"B c\" FROM ks.\"T\" WHERE token(a, b) >= -5 AND TOKEN(a,b) < ? "
      "LIMIT 10 ALLOW FILTERING;");
  EXPECT_EQ(select.keyspace, "ks");
  EXPECT_EQ(select.table, "T");
  EXPECT_THAT(select.columns, testing::ElementsAre("a", "B c"));
  ASSERT_EQ(select.conditions.size(), 2U);
  EXPECT_EQ(select.conditions[0].operand.number, -5);
  EXPECT_EQ(select.conditions[1].compare, Condition::Compare::less);
  EXPECT_EQ(select.limit->number, 10);
  const Statement update = parse_statement("UPDATE t USING TTL ? SET a = ?, b = 'it''s' WHERE k = :key");
  ASSERT_EQ(update.markers.size(), 3U);
  EXPECT_EQ(update.markers[0].kind, Marker::Kind::ttl);
  EXPECT_EQ(update.markers[1].column, "a");
  EXPECT_EQ(update.markers[2].name, "key");
  EXPECT_EQ(update.markers[2].column, "k");
}

TEST(Latencies, have_a_text_form) {
  std::mt19937_64 random(1);
  EXPECT_TRUE(Latency::parse("0").none());
  EXPECT_EQ(Latency::parse("1.5ms").draw(random), std::chrono::microseconds(1'500));
  for (int draw = 0; draw < 100; ++draw) {
    const auto between = Latency::parse("1ms..2ms").draw(random);
    EXPECT_TRUE(between >= std::chrono::milliseconds(1) && between <= std::chrono::milliseconds(2));
    EXPECT_GE(Latency::parse("exp:1ms").draw(random).count(), 0);
  }
  for (const char* text : {"", "5", "ms", "1min", "2ms..1ms", "-1ms", "exp:", "nan"}) {
    EXPECT_THROW(Latency::parse(text), Error) << text;
  }
}

}  // namespace
}  // namespace cql::replay
