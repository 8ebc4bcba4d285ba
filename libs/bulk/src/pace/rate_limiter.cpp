#include "pace/rate_limiter.hpp"

#include <algorithm>

namespace cqlbulk::pace {

void RateLimiter::fill(TimePoint now) {
  if (rate_ && filled_ && now > *filled_) {
    level_ = std::min(level_ + *rate_ * Seconds(now - *filled_).count(), *rate_ * bucket.count());
  }
  if (!filled_ || now > *filled_) filled_ = now;
}

void RateLimiter::set_rate(std::optional<double> units_per_second, TimePoint now) {
  fill(now);
  // What was taken while nothing was limited is nobody's debt.
  if (!rate_) level_ = 0;
  rate_ = units_per_second;
  if (rate_) level_ = std::min(level_, *rate_ * bucket.count());
}

TimePoint RateLimiter::next(TimePoint now) {
  if (!rate_) return now;
  fill(now);
  if (level_ >= 0) return now;
  // A nanosecond more than the debt, so that who wakes then is not sent back by rounding.
  const auto wait = std::chrono::duration_cast<Duration>(Seconds(std::min(-level_ / *rate_, 1e6)));
  return now + wait + Duration(1);
}

void RateLimiter::begin(double expected, TimePoint now) {
  fill(now);
  level_ -= expected;
}

}  // namespace cqlbulk::pace
