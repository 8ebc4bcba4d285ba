// What a session has done so far, in numbers: Session::metrics() gives a copy. Plain data, which may cross threads.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cql/error.hpp"
#include "cql/latency_histogram.hpp"
#include "cql/types.hpp"

namespace cql {

/// How often each kind of error happened.
class ErrorCounts {
 public:
  static constexpr std::size_t kinds = static_cast<std::size_t>(ErrorKind::unprepared) + 1;

  void add(ErrorKind kind) noexcept { ++counts_[static_cast<std::size_t>(kind)]; }
  void merge(const ErrorCounts& other) noexcept {
    for (std::size_t kind = 0; kind < kinds; ++kind) counts_[kind] += other.counts_[kind];
  }

  [[nodiscard]] std::uint64_t of(ErrorKind kind) const noexcept { return counts_[static_cast<std::size_t>(kind)]; }
  [[nodiscard]] std::uint64_t total() const noexcept {
    std::uint64_t sum = 0;
    for (const std::uint64_t count : counts_) sum += count;
    return sum;
  }
  /// `visit(kind, count)` for each kind that happened.
  template <typename Visit>
  void each(Visit visit) const {
    for (std::size_t kind = 0; kind < kinds; ++kind) {
      if (counts_[kind] != 0) visit(static_cast<ErrorKind>(kind), counts_[kind]);
    }
  }

 private:
  std::array<std::uint64_t, kinds> counts_{};
};

/// Things that begin and then end once: well, after some time, or with an error, of which timeouts and cancellations
/// are two kinds. So always begun = answered() + errors.total() + in_flight().
struct Outcomes {
  std::uint64_t begun = 0;
  ErrorCounts errors;
  LatencyHistogram latency;  ///< Of those that ended well.

  [[nodiscard]] std::uint64_t answered() const noexcept { return latency.count(); }
  [[nodiscard]] std::uint64_t in_flight() const noexcept { return begun - answered() - errors.total(); }
  void merge(const Outcomes& other) noexcept {
    begun += other.begun;
    errors.merge(other.errors);
    latency.merge(other.latency);
  }
};

/// One node as one session sees it. The counts begin at 0 again when the node's address changes, and are gone when it
/// leaves the cluster.
struct NodeMetrics {
  std::optional<Uuid> host_id;  ///< Nothing, as the data centre, where contact points stand for all nodes.
  std::string node;             ///< Its endpoint, "127.0.0.1:9042".
  std::string datacenter;

  /// A request with a retry is two attempts, perhaps at two nodes. The latency of an attempt includes waiting for a
  /// connection and making a statement known again; one that a speculative attempt overtook ended as cancelled.
  Outcomes attempts;
  std::uint64_t preparations_repeated = 0;  ///< The node had forgotten a statement and was told it again.

  std::size_t connections = 0;  ///< Open now.
  std::uint64_t connections_opened = 0;
  std::uint64_t connections_lost = 0;    ///< Without the session's having closed them.
  std::uint64_t connections_failed = 0;  ///< Attempts to connect that came to nothing.
  /// Of the protocol, heartbeats and successful handshakes included: before encryption, after compression.
  std::uint64_t bytes_in = 0;
  std::uint64_t bytes_out = 0;
};

struct SessionMetrics {
  /// What the caller asked for, each page of a stream and each preparation being one. What is refused before it is
  /// tried (Error{usage}, a closed session) does not count; what comes back with a result that cannot be read is an
  /// error. The latency includes all attempts and what waits between them.
  Outcomes requests;
  std::uint64_t retries = 0;               ///< Attempts that followed one that had failed.
  std::uint64_t speculative_attempts = 0;  ///< Attempts beside one that was still under way.
  std::vector<NodeMetrics> nodes;          ///< In the order of the metadata.
};

}  // namespace cql
