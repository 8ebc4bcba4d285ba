// Streams on a real ring: rows once each wherever a stream is cut, memory flat however often one is abandoned.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <random>
#include <set>

#include "integration/ring.hpp"
#include "support/live_heap.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

constexpr const char* table = "net_streams.numbers";
constexpr int partitions = 100;
constexpr int rows_per_partition = 500;
constexpr std::uint64_t all_rows = partitions * rows_per_partition;

struct Connected {
  Cluster cluster;
  Session session;
};

asio::awaitable<std::uint64_t> rows_of(ResultStream stream) {
  while (co_await stream.next()) {
  }
  co_return stream.rows_so_far();
}

asio::awaitable<void> fill(Session& session) {
  const PreparedStatement insert =
      co_await session.prepare(std::string("INSERT INTO ") + table + " (p, c, v) VALUES (?, ?, ?)");
  constexpr int batch_size = 100;
  for (int partition = 0; partition < partitions; ++partition) {
    for (int first = 0; first < rows_per_partition; first += batch_size) {
      std::vector<Values> rows(batch_size);
      Batch batch;
      for (int row = 0; row < batch_size; ++row) {
        rows[static_cast<std::size_t>(row)].add_int(partition);
        rows[static_cast<std::size_t>(row)].add_int(first + row);
        rows[static_cast<std::size_t>(row)].add_text(std::string(100, 'x'));
        batch.entries.push_back({&insert, {}, 3, rows[static_cast<std::size_t>(row)].wire()});
      }
      co_await session.execute(std::move(batch));
    }
  }
}

asio::awaitable<Connected> connect(ClusterOptions options) {
  Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  Connected connected{std::move(cluster), std::move(session)};
  co_await create_keyspace(connected.session, "net_streams");
  co_await connected.session.execute(
      query(std::string("CREATE TABLE IF NOT EXISTS ") + table + " (p int, c int, v text, PRIMARY KEY (p, c))"));
  const bool filled =
      co_await rows_of(connected.session.execute_stream(query(std::string("SELECT p FROM ") + table))) == all_rows;
  if (!filled) co_await fill(connected.session);
  co_return connected;
}

Query all(std::int32_t page_size, PagingState from = {}) {
  Query made = query(std::string("SELECT p, c, v FROM ") + table);
  made.options.page_size = page_size;
  made.options.paging_state = std::move(from);
  return made;
}

TEST(Streams, abandoned_at_random_points_leave_memory_flat) {
  run([]() -> asio::awaitable<void> {
    ClusterOptions options = ring_options();
    options.streams_per_connection = 4;  // ids that leak are soon missed
    Connected connected = co_await connect(std::move(options));
    std::mt19937 random(11);
    std::size_t settled = 0;
    asio::steady_timer timer(co_await asio::this_coro::executor);
    for (int round = 0; round < 60; ++round) {
      {
        ResultStream stream =
            connected.session.execute_stream(all(200 + static_cast<int>(random() % 2'000)), {.prefetch = random() % 5});
        const std::size_t pages = random() % 8;
        for (std::size_t page = 0; page < pages; ++page) co_await stream.next();
      }
      if (round == 10) settled = live_heap_bytes() + (std::size_t{1} << 20U);
      if (round <= 10) continue;
      // A late answer may still be on its way.
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
      while (live_heap_bytes() > settled && std::chrono::steady_clock::now() < end) {
        timer.expires_after(std::chrono::milliseconds(5));
        co_await timer.async_wait(asio::use_awaitable);
      }
      EXPECT_LE(live_heap_bytes(), settled) << "round " << round;
    }
    EXPECT_EQ(co_await rows_of(connected.session.execute_stream(all(5'000))), all_rows);
  }());
}

TEST(Streams, go_on_elsewhere_with_every_row_once) {
  for (const int version : {4, 5}) {
    run([](int version_) -> asio::awaitable<void> {
      ClusterOptions options = ring_options();
      options.protocol_version = version_;
      Connected first = co_await connect(options);
      std::mt19937 random(7);
      std::set<std::pair<int, int>> seen;
      PagingState state;
      do {
        // A new session each time, another page size, pages fetched ahead that are not handed out.
        const Cluster cluster = co_await Cluster::connect(options);
        Session session = co_await Session::open(cluster);
        ResultStream stream =
            session.execute_stream(all(700 + static_cast<int>(random() % 3'000), std::move(state)), {.prefetch = 3});
        for (std::size_t page = 0; page < 3; ++page) {
          const auto next = co_await stream.next();
          if (!next) break;
          RowCursor row(*next);
          while (row.next()) EXPECT_TRUE(seen.emplace(row.get<std::int32_t>(0UL), row.get<std::int32_t>(1)).second);
        }
        state = stream.paging_state();
      } while (!state.empty());
      EXPECT_EQ(seen.size(), all_rows);
    }(version));
  }
}

TEST(Streams, refuse_a_paging_state_that_is_none) {
  run([]() -> asio::awaitable<void> {
    Connected connected = co_await connect(ring_options());
    for (const std::size_t size : {1U, 5U, 40U}) {
      ResultStream stream = connected.session.execute_stream(all(100, PagingState(size, std::byte{0xAB})));
      try {
        co_await stream.next();
        ADD_FAILURE() << size;
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("refused the paging state that the stream was to start from"));
      }
    }
  }());
}

TEST(Streams, follow_a_table_that_is_altered_midway) {
  for (const int version : {4, 5}) {
    run([](int version_) -> asio::awaitable<void> {
      ClusterOptions options = ring_options();
      options.protocol_version = version_;
      Connected connected = co_await connect(options);
      Session& session = connected.session;
      const std::string altered = "net_streams.altered_v" + std::to_string(version_);
      co_await session.execute(query("DROP TABLE IF EXISTS " + altered));
      co_await session.execute(query("CREATE TABLE " + altered + " (k int PRIMARY KEY, v int)"));
      for (int key = 0; key < 50; ++key) {
        co_await session.execute(query("INSERT INTO " + altered + " (k, v) VALUES (" + std::to_string(key) + ", 7)"));
      }
      BoundStatement statement{.prepared = co_await session.prepare("SELECT * FROM " + altered)};
      statement.options.page_size = 10;
      ResultStream stream = session.execute_stream(std::move(statement), {.prefetch = 0});
      int rows = 0;
      while (const RowCursor* row = co_await stream.next_row()) {
        EXPECT_EQ(row->get<std::int32_t>("v"), 7);
        if (++rows != 20) continue;
        // The new column comes before v in SELECT *.
        co_await session.execute(query("ALTER TABLE " + altered + " ADD added text"));
      }
      EXPECT_EQ(rows, 50);
    }(version));
  }
}

}  // namespace
}  // namespace cql::test
