// What tests of failing nodes and networks share: readers that never stop, and a ring that is made to suffer under
// them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "integration/ring.hpp"
#include "integration/ring_control.hpp"
#include "support/events.hpp"
#include "tcp_proxy/tcp_proxy.hpp"

namespace cql::test {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testbed::TcpProxy;
using Kind = ClusterEvent::Kind;
using Way = TcpProxy::Way;

inline constexpr int failure_rows = 500;
inline constexpr seconds long_enough{240};
// Rings that were used before may hold a table of another size under another name.
inline constexpr const char* failure_table = "net_failures.t500";

inline asio::awaitable<void> create_table(Session& session) {
  co_await create_keyspace(session, "net_failures");
  co_await session.execute(
      query(std::string("CREATE TABLE IF NOT EXISTS ") + failure_table + " (k int PRIMARY KEY, v text)"));
  const auto insert = co_await session.prepare(std::string("INSERT INTO ") + failure_table + " (k, v) VALUES (?, ?)");
  for (int key = 0; key < failure_rows; ++key) {
    BoundStatement bound{.prepared = insert};
    bound.values.add_int(key);
    bound.values.add_text("value " + std::to_string(key));
    bound.options.idempotent = true;
    co_await session.execute(std::move(bound));
  }
}

/// How much is asked at once. With a pause after each answer the ring has time for itself: nodes start in seconds then.
struct Size {
  std::size_t readers;
  std::size_t streams;
  milliseconds pause;
};
inline constexpr Size small{100, 8, milliseconds(200)};
inline constexpr Size large{1'000, 64, milliseconds(0)};

/// Readers that go on until they are told to stop, and count what became of their requests.
/// Held by its readers too, so that a test may fail amid them.
class Load : public std::enable_shared_from_this<Load> {
 public:
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
    EXPECT_EQ(begun_, good_ + bad());
    EXPECT_EQ(failures_.count(ErrorKind::no_node), 0U) << "two nodes were there all the time";
  }
  [[nodiscard]] std::size_t good() const { return good_; }
  /// So many more answers: reading goes on. Scans too, unless a replica hangs that the ring still takes for alive: its
  /// coordinators then wait for it.
  asio::awaitable<void> expect_progress(bool scans = true) {
    const std::size_t pages = pages_;
    const std::size_t good = good_;
    co_await until([&] { return good_ > good + 500 && (!scans || pages_ > pages + 50); }, long_enough);
  }
  void report(const char* what) const {
    std::printf("%s: %zu reads and %zu pages answered, %zu requests failed", what, good_, pages_, bad());
    for (const auto& [kind, count] : failures_) {
      std::printf(" (%s: %zu)", std::string(to_string(kind)).c_str(), count);
    }
    std::printf("\n");
  }

 private:
  [[nodiscard]] std::size_t bad() const {
    std::size_t sum = 0;
    for (const auto& [kind, count] : failures_) sum += count;
    return sum;
  }

  asio::awaitable<void> read([[maybe_unused]] std::shared_ptr<Load> self, int key) {
    ++running_;
    while (!stopping_) {
      BoundStatement bound{.prepared = select_};
      key = (key + 17) % failure_rows;
      bound.values.add_int(key);
      bound.options.idempotent = true;
      ++begun_;
      try {
        const Result result = co_await session_->execute(std::move(bound));
        RowCursor row(result.page);
        EXPECT_TRUE(row.next());
        EXPECT_EQ(row.get<std::string>(0), "value " + std::to_string(key)) << "the answer to another request";
        ++good_;
      } catch (const Error& error) {
        ++failures_[error.kind()];
      }
      co_await rest();
    }
    --running_;
  }

  asio::awaitable<void> scan([[maybe_unused]] std::shared_ptr<Load> self) {
    ++running_;
    while (!stopping_) {
      Query all = query(std::string("SELECT k, v FROM ") + failure_table);
      all.options.idempotent = true;
      all.options.page_size = 20;
      ResultStream stream = session_->execute_stream(std::move(all), {.prefetch = 2});
      ++begun_;
      try {
        while (!stopping_ && co_await stream.next()) {
          ++pages_;
          co_await rest();
        }
        if (!stopping_) {
          EXPECT_EQ(stream.rows_so_far(), static_cast<std::uint64_t>(failure_rows));
        }
        ++good_;
      } catch (const Error& error) {
        ++failures_[error.kind()];
      }
    }
    --running_;
  }

  asio::awaitable<void> rest() {
    asio::steady_timer timer(co_await asio::this_coro::executor, size_.pause);
    co_await timer.async_wait(asio::use_awaitable);
  }

  std::shared_ptr<Session> session_;
  Size size_;
  PreparedStatement select_;
  bool stopping_ = false;
  std::size_t running_ = 0;
  std::size_t begun_ = 0;
  std::size_t good_ = 0;
  std::size_t pages_ = 0;
  std::map<ErrorKind, std::size_t> failures_;
};

inline ClusterOptions watchful_options() {
  ClusterOptions options = ring_options();
  options.request_timeout = seconds(20);
  options.connect_timeout = seconds(5);
  options.heartbeat_interval = seconds(2);
  options.heartbeat_timeout = seconds(2);
  return options;
}

inline std::string endpoint(std::size_t node) { return ring_hosts().at(node - 1) + ":9042"; }

/// Answers that this very node gave, and how long it took until there was one.
inline asio::awaitable<void> expect_back(Session& session, std::size_t node, const char* what) {
  const auto began = std::chrono::steady_clock::now();
  bool reached = false;
  while (!reached) {
    if (std::chrono::steady_clock::now() - began > long_enough) throw std::runtime_error("the node is not used again");
    const Result result =
        co_await session.execute(query(std::string("SELECT v FROM ") + failure_table + " WHERE k = 1"));
    reached = result.node == endpoint(node);
  }
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - began;
  std::printf("%s: used again after %.2f s\n", what, time.count());
}

/// Takes a node away and back while the load goes on.
inline asio::awaitable<void> survive(Session& session, Events events, Load& load, std::size_t node, std::string away,
                                     std::string back, const char* what) {
  const std::size_t lost = events.count(Kind::connection_lost, endpoint(node));
  co_await tell_ring(away + " " + std::to_string(node));
  co_await until([&] { return events.count(Kind::connection_lost, endpoint(node)) > lost; }, long_enough);
  std::printf("%s: gone, and noticed\n", what);
  co_await load.expect_progress(away != "pause");
  std::printf("%s: reading went on\n", what);
  co_await tell_ring(back + " " + std::to_string(node));
  std::printf("%s: told to come back\n", what);
  co_await expect_back(session, node, what);
  load.report(what);
}

inline asio::awaitable<void> kill_and_suspend(Size size) {
  Events events;
  ClusterOptions options = watchful_options();
  events.attach(options);
  const Cluster cluster = co_await Cluster::connect(options);
  const auto session = std::make_shared<Session>(co_await Session::open(cluster));
  co_await create_table(*session);
  const auto running = std::make_shared<Load>(session, size);
  Load& load = *running;
  co_await load.start();
  co_await load.expect_progress();
  co_await survive(*session, events, load, 2, "kill", "start", "killed and started again");
  co_await survive(*session, events, load, 3, "pause", "resume", "suspended and resumed");
  co_await load.stop();
}

/// One proxy before each node.
class Network {
 public:
  Network() {
    for (const std::string& host : ring_hosts()) {
      proxies_.emplace(host, std::make_shared<TcpProxy>(host, std::uint16_t{9042}));
    }
  }
  void lead_through(ClusterOptions& options) const {
    options.contact_points = {{"127.0.0.1", proxies_.begin()->second->port()}};
    options.address_translator = [proxies = proxies_](const Node& node) -> ContactPoint {
      return {"127.0.0.1", proxies.at(node.address)->port()};
    };
  }
  [[nodiscard]] TcpProxy& before(std::size_t node) const { return *proxies_.at(ring_hosts().at(node - 1)); }

 private:
  std::map<std::string, std::shared_ptr<TcpProxy>> proxies_;
};

inline asio::awaitable<void> cut_off(Size size, std::vector<Way> ways) {
  Events events;
  const Network network;
  ClusterOptions options = watchful_options();
  network.lead_through(options);
  events.attach(options);
  const Cluster cluster = co_await Cluster::connect(options);
  const auto session = std::make_shared<Session>(co_await Session::open(cluster));
  co_await create_table(*session);
  const auto running = std::make_shared<Load>(session, size);
  Load& load = *running;
  co_await load.start();
  co_await load.expect_progress();
  for (const Way way : ways) {
    const std::size_t missed = events.count(Kind::heartbeat_missed, endpoint(2));
    network.before(2).cut(way);
    co_await until([&] { return events.count(Kind::heartbeat_missed, endpoint(2)) > missed; }, long_enough);
    co_await load.expect_progress();
    network.before(2).heal();
    co_await expect_back(*session, 2, "cut off and healed");
    load.report("cut off and healed");
  }
  network.before(3).slow(milliseconds(100));
  co_await load.expect_progress();
  network.before(3).heal();
  co_await load.stop();
}

}  // namespace cql::test
