// Shards: one thread per core, each with its own io_context and Session; what they share is one atomic claim of the
// next piece of work.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cql/session.hpp"
#include "cqlbulk/options.hpp"
#include "operations/memory_budget.hpp"
#include "plan/memory_shares.hpp"

namespace cqlbulk::operations {

class PaceGate;

struct Shard {
  unsigned index = 0;
  unsigned count = 1;
  cql::Session& session;
  /// Set when the operation should end: the user's stop or another shard's failure.
  std::stop_token stop;
  PaceGate& gate;                               ///< Every request goes through it.
  std::chrono::milliseconds retry_wait{1'000};  ///< Before the first new try of a piece.
  /// Of all shards: for pages that were asked for, and for large requests on their way.
  std::shared_ptr<MemoryBudget> in_flight;
  std::chrono::milliseconds patience{600'000};  ///< With nodes that are down or have not enough of something.
};

/// Hands out 0, 1, …, count-1, each once, from any thread.
class Claim {
 public:
  explicit Claim(std::uint64_t count) : count_(count) {}
  [[nodiscard]] std::optional<std::uint64_t> next() noexcept {
    const std::uint64_t claimed = next_.fetch_add(1, std::memory_order_relaxed);
    if (claimed >= count_) return std::nullopt;
    return claimed;
  }

 private:
  std::atomic<std::uint64_t> next_{0};
  std::uint64_t count_;
};

/// Runs `work` on each of `threads` threads until all return. The first exception stops the others and is rethrown
/// here. `in_flight`: bytes that pages and large requests of all of them together may take.
void run_shards(const cql::Cluster& cluster, unsigned threads, PaceGate& gate, std::uint64_t in_flight,
                const PaceOptions& pace, std::stop_token stop,
                const std::function<boost::asio::awaitable<void>(Shard)>& work);

/// How many coroutines a shard needs for as many pieces at once as may ever be allowed, of which there are `pieces`.
[[nodiscard]] unsigned workers_of(const Shard& shard, std::size_t pieces);

/// Runs `count` copies of a coroutine at once on the current executor and waits for all. The first exception cancels
/// the other copies and is rethrown when all have ended.
boost::asio::awaitable<void> run_at_once(unsigned count, std::function<boost::asio::awaitable<void>(unsigned)> work);

/// Runs `work` to its end, or cancels it as soon as `stop` is requested (from any thread) and returns then: for work
/// whose requests under way are worth nothing once the user wants to stop.
boost::asio::awaitable<void> until_stopped(std::stop_token stop, boost::asio::awaitable<void> work);

/// Threads to use: what the options say, else one per core and at most 16.
[[nodiscard]] unsigned thread_count(std::optional<std::uint32_t> wanted);
/// What each part of an operation may take, by PaceOptions::max_memory.
/// Adds what is wrong with it.
void check_memory(const PaceOptions& pace, std::vector<std::string>& problems);
[[nodiscard]] plan::MemoryShares memory_of(const PaceOptions& pace, unsigned threads, unsigned parallelism);

}  // namespace cqlbulk::operations
