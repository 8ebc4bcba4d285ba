// What is done about the cluster's errors: which are worth another try, how many tries, how long to wait before each.
// docs/reference/failures.md shows the table to users.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>

#include "cql/error.hpp"
#include "observe/failure_class.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// When no node was left to try, what they said decides: what is worst about it.
[[nodiscard]] observe::FailureClass class_of(const cql::Error& error);

/// What a class of failures is met with.
struct Strategy {
  /// New tries of one piece of work, after the first.
  unsigned retries = 0;
  /// And as many more as there is time for: at most this, and at most PaceOptions::patience.
  std::chrono::milliseconds patience{0};
};
[[nodiscard]] Strategy strategy_of(observe::FailureClass failure_class);

/// Another try may go well: a busy, starting or lost node, too few replicas, an answer that did not come in time.
[[nodiscard]] bool is_transient(const cql::Error& error);
/// The statement was surely not applied anywhere, so that even one that must not be done twice may be sent again.
[[nodiscard]] bool surely_not_applied(const cql::Error& error);
/// The server (or the client on its behalf) found the statement's values wrong: trying again changes nothing.
[[nodiscard]] bool blames_the_values(const cql::Error& error);

/// Pieces that may fail for good while the others go on: as PaceOptions says, and one at least unless it says none, but
/// never all.
[[nodiscard]] std::uint64_t most_failed(const PaceOptions& pace, std::uint64_t pieces);

/// The tries of one piece of work since it last got on.
class Tries {
 public:
  using Clock = std::chrono::steady_clock;

  /// Whether another try is worth it; counts it then. `patience`: how long a class that is met with patience may go
  /// on failing.
  [[nodiscard]] bool again(observe::FailureClass failure, std::chrono::milliseconds patience, Clock::time_point now);
  void got_on() noexcept { count_ = 0; }
  /// New tries so far.
  [[nodiscard]] unsigned count() const noexcept { return count_; }

 private:
  unsigned count_ = 0;
  Clock::time_point since_;  ///< Of the first failure.
};

/// `first`, twice that, four times … up to 60 s, each between half and the whole of it, so that many do not come back
/// at once. `retry` counts from 0.
[[nodiscard]] std::chrono::milliseconds backoff(unsigned retry, std::chrono::milliseconds first, double random_share);
/// Waits that long, or until the shard shall stop. `retry` counts from 0.
boost::asio::awaitable<void> wait_before_retry(unsigned retry, const Shard& shard);

}  // namespace cqlbulk::operations
