#include "sansio/backoff.hpp"

#include <algorithm>

namespace cql::sansio {

using std::chrono::duration_cast;
using std::chrono::steady_clock;

void Backoff::failed(TimePoint now, double random) {
  steps_ = std::max(steps_, 1U);
  put_off(now, random);
}

void Backoff::lost(TimePoint now, steady_clock::duration lived, double random) {
  if (lived >= options_.max) steps_ = 0;
  put_off(now, random);
}

void Backoff::hurry(TimePoint now) { next_ = std::min(next_, std::max(now, last_end_ + options_.base)); }

void Backoff::put_off(TimePoint now, double random) {
  last_end_ = now;
  next_ = now;
  if (steps_ > 0) {
    // Doubling in floating point cannot overflow; the bound holds before the cast.
    double delay = static_cast<double>(options_.base.count());
    for (unsigned step = 1; step < steps_ && delay < static_cast<double>(options_.max.count()); ++step) delay *= 2;
    delay = std::min(delay, static_cast<double>(options_.max.count()));
    delay *= 1 - options_.jitter * random;
    next_ += duration_cast<steady_clock::duration>(std::chrono::duration<double, std::milli>(delay));
  }
  if (steps_ < 64) ++steps_;
}

}  // namespace cql::sansio
