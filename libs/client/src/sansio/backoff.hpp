// When to try again what failed: at once after the loss of something that had worked for long, then later and later.
// Pure: `now` and chance are arguments, waiting is the caller's business.
#pragma once

#include <chrono>

#include "cql/cluster_options.hpp"

namespace cql::sansio {

class Backoff {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Backoff(ReconnectOptions options) : options_(options) {}

  /// An attempt failed. `random` is even chance from 0 to 1.
  void failed(TimePoint now, double random);
  /// What an attempt had brought about ended after `lived`. What ends again and again as soon as it has begun counts
  /// as failing; the first such end does not.
  void lost(TimePoint now, std::chrono::steady_clock::duration lived, double random);
  /// There is hope, or need: the next attempt may be made at once, yet not within `base` after the last failure.
  void hurry(TimePoint now);

  /// Not to be tried before.
  [[nodiscard]] TimePoint next() const noexcept { return next_; }

 private:
  void put_off(TimePoint now, double random);

  ReconnectOptions options_;
  unsigned steps_ = 0;  ///< Attempts since things were well; the delay doubles with each.
  TimePoint last_end_{};
  TimePoint next_{};
};

}  // namespace cql::sansio
