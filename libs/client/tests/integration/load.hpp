// Readers and scanners that go on until they are told to stop, and count what became of their requests.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>

#include "integration/ring.hpp"
#include "support/until.hpp"

namespace cql::test {

using std::chrono::milliseconds;
using std::chrono::seconds;

inline constexpr int failure_rows = 500;
inline constexpr seconds long_enough{240};
// Rings that were used before may hold a table of another size under another name.
inline constexpr const char* failure_table = "net_failures.t500";

inline asio::awaitable<void> create_table(std::shared_ptr<Session> session) {
  co_await create_keyspace(*session, "net_failures");
  co_await session->execute(
      query(std::string("CREATE TABLE IF NOT EXISTS ") + failure_table + " (k int PRIMARY KEY, v text)"));
  const auto insert = co_await session->prepare(std::string("INSERT INTO ") + failure_table + " (k, v) VALUES (?, ?)");
  for (int key = 0; key < failure_rows; ++key) {
    BoundStatement bound = insert.bind(key, "value " + std::to_string(key));
    bound.options.idempotent = true;
    co_await session->execute(std::move(bound));
  }
}

/// How much is asked at once. With a pause after each answer the ring has time for itself: nodes start in seconds then.
struct Size {
  std::size_t readers;
  std::size_t writers;
  std::size_t streams;
  milliseconds pause;
};
inline constexpr Size small{100, 10, 8, milliseconds(200)};
inline constexpr Size large{900, 100, 64, milliseconds(0)};

inline asio::awaitable<void> rest(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

using Failures = std::map<ErrorKind, std::size_t>;

inline std::string to_text(const Failures& failures) {
  if (failures.empty()) return "none failed";
  std::string text = "failed:";
  for (const auto& [kind, count] : failures) text += " " + std::to_string(count) + " " + std::string(to_string(kind));
  return text;
}

/// Held by its readers too, so that a test may fail amid them.
class Load : public std::enable_shared_from_this<Load> {
 public:
  /// Reads answered in a second, and which part of them one node answered.
  struct Speed {
    double reads_per_second = 0;
    double share = 0;
  };

  Load(std::shared_ptr<Session> session, Size size) : session_(std::move(session)), size_(size) {}

  asio::awaitable<void> start() {
    select_ = co_await session_->prepare(std::string("SELECT v FROM ") + failure_table + " WHERE k = ?");
    const auto executor = co_await asio::this_coro::executor;
    for (std::size_t reader = 0; reader < size_.readers; ++reader) {
      asio::co_spawn(executor, read(shared_from_this(), static_cast<int>(reader)), asio::detached);
    }
    for (std::size_t stream = 0; stream < size_.streams; ++stream) {
      asio::co_spawn(executor, scan(shared_from_this()), asio::detached);
    }
  }
  /// Returns when every request has ended.
  asio::awaitable<void> stop() {
    stopping_ = true;
    co_await until([this] { return running_ == 0; }, long_enough);
    EXPECT_EQ(begun_, ended_);
  }
  /// So many more answers: reading goes on. Scans too, unless a replica hangs that the ring still takes for alive: its
  /// coordinators then wait for it.
  asio::awaitable<void> expect_progress(bool scans = true) {
    const std::size_t pages = pages_;
    const std::size_t reads = reads_;
    co_await until([&] { return reads_ > reads + 500 && (!scans || pages_ > pages + 50); }, long_enough);
  }
  asio::awaitable<Speed> speed(std::string node, milliseconds time) {
    const std::size_t reads = reads_;
    const std::size_t by_node = reads_by_node_[node];
    const auto began = std::chrono::steady_clock::now();
    co_await rest(time);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const auto more = static_cast<double>(reads_ - reads);
    co_return Speed{more / took.count(), more > 0 ? static_cast<double>(reads_by_node_[node] - by_node) / more : 0};
  }
  /// Since the last report.
  void report(const std::string& what) {
    std::printf("%s: %zu reads and %zu pages answered, %s\n", what.c_str(), reads_ - reported_reads_,
                pages_ - reported_pages_, to_text(failures_).c_str());
    EXPECT_FALSE(failures_.contains(ErrorKind::no_node)) << "two nodes were there all the time";
    reported_reads_ = reads_;
    reported_pages_ = pages_;
    failures_.clear();
  }

 private:
  asio::awaitable<void> read([[maybe_unused]] std::shared_ptr<Load> self, int key) {
    ++running_;
    while (!stopping_) {
      key = (key + 17) % failure_rows;
      ++begun_;
      try {
        const Result result = co_await session_->execute(select_.bind(key));
        RowCursor row(result.page);
        EXPECT_TRUE(row.next());
        EXPECT_EQ(row.get<std::string>(0), "value " + std::to_string(key)) << "the answer to another request";
        ++reads_by_node_[result.node];
        ++reads_;
      } catch (const Error& error) {
        ++failures_[error.kind()];
      }
      ++ended_;
      co_await rest(size_.pause);
    }
    --running_;
  }

  asio::awaitable<void> scan([[maybe_unused]] std::shared_ptr<Load> self) {
    ++running_;
    while (!stopping_) {
      Query all = query(std::string("SELECT k, v FROM ") + failure_table);
      all.options.page_size = 20;
      ResultStream stream = session_->execute_stream(std::move(all), {.prefetch = 2});
      ++begun_;
      try {
        while (!stopping_ && co_await stream.next()) {
          ++pages_;
          co_await rest(size_.pause);
        }
        if (!stopping_) {
          EXPECT_EQ(stream.rows_so_far(), static_cast<std::uint64_t>(failure_rows));
        }
      } catch (const Error& error) {
        ++failures_[error.kind()];
      }
      ++ended_;
    }
    --running_;
  }

  std::shared_ptr<Session> session_;
  Size size_;
  PreparedStatement select_;
  bool stopping_ = false;
  std::size_t running_ = 0;
  std::size_t begun_ = 0;
  std::size_t ended_ = 0;
  std::size_t reads_ = 0;
  std::size_t pages_ = 0;
  std::size_t reported_reads_ = 0;
  std::size_t reported_pages_ = 0;
  std::map<std::string, std::size_t> reads_by_node_;
  Failures failures_;
};

}  // namespace cql::test
