// How many requests one node may have under way: as many as it can use, found out while it works.
// Pure and not thread-safe: whoever shares it locks. docs/reference/pace.md says how it decides, and shows it at work.
#pragma once

#include <cstdint>

#include "pace/latency_baseline.hpp"
#include "pace/time.hpp"

namespace cqlbulk::pace {

/// Follows the latency against its baseline, window by window. While requests take less than `grows_below` times the
/// baseline and the limit is used, it grows: twofold at the beginning, by a tenth later. Above `shrinks_above` it
/// shrinks at once to where they would take that long. Now and then a window with a third of the limit measures the
/// baseline anew. What the node says itself (overloaded, a timeout) halves it at once.
class NodeConcurrency {
 public:
  struct Bounds {
    std::uint32_t least = 1;
    std::uint32_t first = 4;
    std::uint32_t most = 32;
  };
  static constexpr double grows_below = 1.6;
  static constexpr double shrinks_above = 2.0;

  explicit NodeConcurrency(Bounds bounds);

  [[nodiscard]] std::uint32_t limit() const noexcept { return limit_; }
  /// The limit follows when it is outside.
  void set_most(std::uint32_t most);

  /// A request that was sent at `sent`, the `in_flight`-th under way, was answered. `size` is whatever its duration
  /// goes with (rows asked for, rows sent), in any unit: equals are compared with equals.
  void answered(TimePoint sent, TimePoint now, std::uint64_t size, std::uint32_t in_flight);
  /// The node was overloaded, or did not answer in time.
  void gave_way(TimePoint sent, TimePoint now);

 private:
  void decide(double ratio, TimePoint now);
  void grow(double ratio, TimePoint now);
  void shrink(double ratio, TimePoint now);
  void set_limit(std::uint32_t limit, TimePoint now);

  Bounds bounds_;
  std::uint32_t limit_;
  LatencyBaseline baseline_;
  TimePoint changed_{};           ///< Requests sent before say nothing of the limit as it is now.
  bool starting_ = true;          ///< Never had to shrink: doubles.
  bool used_ = false;             ///< The limit was reached in this window.
  std::uint32_t rest_ = 0;        ///< Windows in which it does not grow.
  std::uint32_t windows_ = 0;     ///< Since the baseline was measured.
  std::uint32_t resumes_at_ = 0;  ///< The limit after a measuring window, which is under way; 0: none is.
  /// The ratio before the last time it shrank by latency, and what came of that; 0: it did not shrink lately.
  double ratio_before_ = 0;
  double shrunk_to_ = 1;
};

}  // namespace cqlbulk::pace
