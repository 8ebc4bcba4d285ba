// So many units (rows, bytes) a second, where the size of a request is known only after it came.
// Pure and not thread-safe: whoever shares it locks.
#pragma once

#include <optional>

#include "pace/time.hpp"

namespace cqlbulk::pace {

/// A bucket that fills at the rate and may go into debt. A request may begin while the bucket is not in debt; what it
/// is expected to bring is taken out at once, so that many that begin together do not all spend the same units, and
/// when it has come the expectation is put right.
///
/// From any moment on, at most rate × time + bucket + one request comes: the bucket is a tenth of a second's units,
/// which is what may come at once after a silence. On average the rate is exact, since every unit is paid for.
class RateLimiter {
 public:
  /// No rate: no limit. It begins with an empty bucket.
  explicit RateLimiter(std::optional<double> units_per_second = {}) : rate_(units_per_second) {}

  static constexpr Seconds bucket{0.1};

  [[nodiscard]] std::optional<double> rate() const noexcept { return rate_; }
  /// Debts stay, in units; what was saved beyond the new bucket is lost.
  void set_rate(std::optional<double> units_per_second, TimePoint now);

  /// When the next request may begin: `now`, or later.
  [[nodiscard]] TimePoint next(TimePoint now);
  /// A request begins that will bring about so many units.
  void begin(double expected, TimePoint now);
  /// It has come with so many.
  void end(double expected, double actual) noexcept { level_ += expected - actual; }

 private:
  void fill(TimePoint now);

  std::optional<double> rate_;
  double level_ = 0;
  std::optional<TimePoint> filled_;
};

}  // namespace cqlbulk::pace
