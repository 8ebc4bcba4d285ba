// Everything at once for a while: requests of all kinds, some cancelled, some timing out, some refused, streams that
// are read and streams that are abandoned, sessions that come and go. Every request ends, and after each round of it
// the process holds as much memory and as many descriptors as after the rounds before.
//
// CQL_SOAK_SECONDS says how long (20 when absent); `./dev test --long` runs ten minutes.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <cstdlib>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "integration/ring.hpp"
#include "support/live_heap.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr const char* table = "net_soak.numbers";
constexpr int partitions = 64;

std::size_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return static_cast<std::size_t>(std::distance(begin(all), end(all)));
}

asio::awaitable<void> pause(milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

/// What the workers share. All run on one thread.
struct Soak {
  Cluster cluster;
  Session session;
  PreparedStatement insert;
  PreparedStatement read;
  PreparedStatement scan;
  steady_clock::time_point round_ends{};
  std::mt19937 random{1};
  std::map<std::string, std::uint64_t> done{};  ///< By what was done and how it ended.

  [[nodiscard]] bool goes_on() const { return steady_clock::now() < round_ends; }
  int draw(int below) { return static_cast<int>(random() % static_cast<unsigned>(below)); }
};

asio::awaitable<void> write_one(Soak& soak) {
  BoundStatement one{.prepared = soak.insert};
  one.values.add_int(soak.draw(partitions));
  one.values.add_int(soak.draw(200));
  one.values.add_text(std::string(static_cast<std::size_t>(soak.draw(2'000)), 'x'));
  if (soak.draw(10) == 0) one.options.timeout = milliseconds(1);
  co_await soak.session.execute(std::move(one));
}

asio::awaitable<void> write_batch(Soak& soak) {
  std::vector<Values> rows(static_cast<std::size_t>(1 + soak.draw(20)));
  Batch batch;
  const int partition = soak.draw(partitions);
  for (Values& row : rows) {
    row.add_int(partition);
    row.add_int(soak.draw(200));
    row.add_text("batch");
    batch.entries.push_back({&soak.insert, {}, 3, row.wire()});
  }
  co_await soak.session.execute(std::move(batch));
}

asio::awaitable<void> read_partition(Soak& soak) {
  BoundStatement one{.prepared = soak.read};
  one.values.add_int(soak.draw(partitions));
  if (soak.draw(10) == 0) one.options.timeout = milliseconds(1);
  const Result result = co_await soak.session.execute(std::move(one));
  RowCursor row(result.page);
  while (row.next()) {
  }
}

asio::awaitable<void> be_refused(Soak& soak) {
  co_await soak.session.execute(query("SELECT nothing FROM net_soak.nowhere"));
}

asio::awaitable<void> stream(Soak& soak) {
  BoundStatement all{.prepared = soak.scan};
  all.options.page_size = 50 + soak.draw(1'000);
  const int pages = soak.draw(30);
  ResultStream rows = soak.session.execute_stream(std::move(all), {.prefetch = static_cast<std::size_t>(soak.draw(5))});
  for (int page = 0; page < pages; ++page) {
    if (!co_await rows.next()) break;
  }
}

asio::awaitable<void> visit(Soak& soak) {
  Session session = co_await Session::open(soak.cluster);
  co_await session.execute(query("SELECT key FROM system.local"));
  if (soak.draw(2) == 0) co_await session.close();
}

using Work = std::function<asio::awaitable<void>(Soak&)>;

asio::awaitable<void> repeat(Soak& soak, std::string name, Work work) {
  while (soak.goes_on()) {
    std::string ended = "done";
    try {
      co_await work(soak);
    } catch (const Error& error) {
      ended = to_string(error.kind());
    }
    ++soak.done[name + ": " + ended];
  }
}

/// Starts the work and cancels it after a random while, if it still runs then.
asio::awaitable<void> cancelled_midway(Soak& soak, Work work) {
  const auto executor = co_await asio::this_coro::executor;
  asio::cancellation_signal cancel;
  asio::steady_timer ended(executor, steady_clock::time_point::max());
  bool running = true;
  asio::co_spawn(executor, work(soak), asio::bind_cancellation_slot(cancel.slot(), [&](const std::exception_ptr&) {
                   running = false;
                   ended.cancel();
                 }));
  co_await pause(milliseconds(soak.draw(4)));
  if (running) cancel.emit(asio::cancellation_type::terminal);
  if (running) {
    boost::system::error_code ignored;
    co_await ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
  }
}

asio::awaitable<void> run_round(Soak& soak) {
  const std::vector<std::tuple<const char*, int, Work>> workers{
      {"write", 24, write_one},
      {"batch", 4, write_batch},
      {"read", 24, read_partition},
      {"refused", 1, be_refused},
      {"stream", 4, stream},
      {"session", 1, visit},
      {"cancelled read", 4, [](Soak& soak_) { return cancelled_midway(soak_, read_partition); }},
      {"cancelled write", 2, [](Soak& soak_) { return cancelled_midway(soak_, write_one); }},
      {"cancelled stream", 2, [](Soak& soak_) { return cancelled_midway(soak_, stream); }},
  };
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer all_ended(executor, steady_clock::time_point::max());
  int running = 0;
  for (const auto& [name, count, work] : workers) {
    for (int worker = 0; worker < count; ++worker) {
      ++running;
      asio::co_spawn(executor, repeat(soak, name, work), [&](const std::exception_ptr& error) {
        EXPECT_EQ(error, nullptr) << "something other than an Error was thrown";
        if (--running == 0) all_ended.cancel();
      });
    }
  }
  boost::system::error_code ignored;
  co_await all_ended.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
}

struct Held {
  std::size_t heap_bytes;
  std::size_t descriptors;
};

/// When late answers have come and closed connections are gone: nothing has changed for a while.
asio::awaitable<Held> settled() {
  Held held{0, 0};
  for (int turn = 0, same = 0; turn < 200 && same < 5; ++turn) {
    co_await pause(milliseconds(50));
    const Held now{live_heap_bytes(), open_descriptors()};
    same = now.heap_bytes == held.heap_bytes && now.descriptors == held.descriptors ? same + 1 : 0;
    held = now;
  }
  co_return held;
}

Held most(const std::vector<Held>& all) {
  Held found{0, 0};
  for (const Held& one : all) {
    found = {std::max(found.heap_bytes, one.heap_bytes), std::max(found.descriptors, one.descriptors)};
  }
  return found;
}

Held least(const std::vector<Held>& all) {
  Held found = most(all);
  for (const Held& one : all) {
    found = {std::min(found.heap_bytes, one.heap_bytes), std::min(found.descriptors, one.descriptors)};
  }
  return found;
}

asio::awaitable<Soak> prepare() {
  ClusterOptions options = ring_options();
  options.streams_per_connection = 128;  // few enough that requests wait for one now and then
  Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  co_await create_keyspace(session, "net_soak");
  const std::string name = table;
  co_await session.execute(query("CREATE TABLE IF NOT EXISTS " + name + " (p int, c int, v text, PRIMARY KEY (p, c))"));
  PreparedStatement insert = co_await session.prepare("INSERT INTO " + name + " (p, c, v) VALUES (?, ?, ?)");
  PreparedStatement read = co_await session.prepare("SELECT c, v FROM " + name + " WHERE p = ?");
  PreparedStatement scan = co_await session.prepare("SELECT p, c, v FROM " + name);
  co_return Soak{std::move(cluster), std::move(session), std::move(insert), std::move(read), std::move(scan)};
}

asio::awaitable<void> soak_for(std::chrono::seconds time) {
  constexpr int rounds = 10;
  // At first pools fill, buffers reach their size, the table its rows. What a round holds for a while (answers that are
  // very late, the snapshot of the cluster before the last) is gone after another one; what leaks is not.
  constexpr int compared = 3;
  constexpr std::size_t allowance = 128U << 10U;
  Soak soak = co_await prepare();
  std::vector<Held> held;
  for (int round = 0; round < rounds; ++round) {
    soak.round_ends = steady_clock::now() + milliseconds(time) / rounds;
    co_await run_round(soak);
    held.push_back(co_await settled());
    std::printf("round %d of %d: heap %zu bytes, %zu descriptors\n", round + 1, rounds, held.back().heap_bytes,
                held.back().descriptors);
    std::fflush(stdout);  // for those who wait
  }
  for (const auto& [what, times] : soak.done)
    std::printf("%-32s %10llu\n", what.c_str(), static_cast<unsigned long long>(times));
  const Held first = most({held.begin(), held.begin() + compared});
  const Held last = least({held.end() - compared, held.end()});
  EXPECT_LE(last.heap_bytes, first.heap_bytes + allowance) << "memory grows";
  EXPECT_LE(last.descriptors, first.descriptors) << "descriptors are not closed";
  for (const char* kind : {"write: done", "batch: done", "read: done", "stream: done", "session: done",
                           "cancelled read: done", "refused: invalid"}) {
    EXPECT_GT(soak.done[kind], 0U) << kind;
  }
}

TEST(Soak, mixed_work_leaves_nothing_behind) {
  const char* seconds = std::getenv("CQL_SOAK_SECONDS");
  asio::io_context io(1);
  auto ended = asio::co_spawn(io, soak_for(std::chrono::seconds(seconds != nullptr ? std::atoi(seconds) : 20)),
                              asio::use_future);
  io.run();
  ended.get();
}

}  // namespace
}  // namespace cql::test
