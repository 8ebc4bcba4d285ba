// Leaves alone what keeps failing: a node, or the cluster as a whole.
// Pure and not thread-safe: whoever shares it locks.
#pragma once

#include <cstdint>
#include <deque>

#include "pace/time.hpp"

namespace cqlbulk::pace {

/// Closed: everything goes. After `errors` errors within `within` it opens: nothing goes for `cool_down`. Then a single
/// request may try; if it goes well the breaker closes and forgets, if not it is open for another `cool_down`.
class CircuitBreaker {
 public:
  struct Settings {
    unsigned errors = 10;
    Duration within = std::chrono::seconds(60);
    Duration cool_down = std::chrono::seconds(300);
  };
  enum class State : std::uint8_t { closed, open, probing };

  CircuitBreaker() = default;
  explicit CircuitBreaker(Settings settings) : settings_(settings) {}

  [[nodiscard]] State state() const noexcept { return state_; }
  /// When a request may go: `now` or earlier when one may; TimePoint::max() while another's probe is under way.
  [[nodiscard]] TimePoint next(TimePoint now) const noexcept;
  /// A request goes. Only when next() allows it. True: it is the probe, and its end must be told as such.
  bool begin(TimePoint now) noexcept;

  /// How requests ended; `probe` as begin() said. What ended without telling anything (it was called off) lets the next
  /// one probe.
  void succeeded(bool probe) noexcept;
  /// True when this opened the breaker.
  bool failed(bool probe, TimePoint now);
  void abandoned(bool probe, TimePoint now) noexcept;

  /// There are signs that it may go well again: the cool-down ends.
  void probe_soon(TimePoint now) noexcept;

 private:
  Settings settings_;
  State state_ = State::closed;
  std::deque<TimePoint> errors_;
  TimePoint probe_at_{};
};

}  // namespace cqlbulk::pace
