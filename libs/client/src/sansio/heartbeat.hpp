// Whether the other side is still there: what to do when nothing has come from it for a while. Pure: `now` is an
// argument; asking and listening are the caller's business. Anything that comes is a sign of life, not only answers.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

namespace cql::sansio {

class Heartbeat {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;
  using milliseconds = std::chrono::milliseconds;

  enum class Step : std::uint8_t {
    wait,    ///< Nothing to do before next().
    ask,     ///< Send OPTIONS, and say answered() when its answer comes.
    silent,  ///< Nothing came for so long that nothing will.
  };

  /// An `interval` of 0 switches it off. While requests are under way, the other side is asked after `timeout` already.
  Heartbeat(milliseconds interval, milliseconds timeout) : interval_(interval), timeout_(timeout) {}

  /// Bytes came; also to be said once at the start.
  void heard(TimePoint now) noexcept { heard_ = now; }
  /// The first request after an idle time starts: silence counts anew, and for less.
  void busy(TimePoint now) noexcept { busy_since_ = now; }
  /// The answer to OPTIONS came.
  void answered() noexcept { outstanding_ = false; }
  /// An answer to OPTIONS is still to come.
  [[nodiscard]] bool outstanding() const noexcept { return outstanding_; }

  [[nodiscard]] Step check(TimePoint now, bool requests_under_way) noexcept {
    if (interval_.count() == 0) return Step::wait;
    if (asked_ > heard_) {
      next_ = asked_ + timeout_;
      return now >= next_ ? Step::silent : Step::wait;
    }
    const TimePoint quiet_since = requests_under_way ? std::max(heard_, busy_since_) : heard_;
    next_ = quiet_since + quiet(requests_under_way);
    if (now < next_) return Step::wait;
    return ask_now(now);
  }
  /// Asks out of turn; `wait` when that has been done and nothing came since, or the last answer is still to come.
  Step ask_now(TimePoint now) noexcept {
    if (interval_.count() == 0 || asked_ > heard_) return Step::wait;
    asked_ = now;
    next_ = now + timeout_;
    return std::exchange(outstanding_, true) ? Step::wait : Step::ask;
  }

  /// When to check again, at the latest.
  [[nodiscard]] TimePoint next() const noexcept { return interval_.count() == 0 ? TimePoint::max() : next_; }
  /// How long nothing may come before the other side is asked.
  [[nodiscard]] milliseconds quiet(bool requests_under_way) const noexcept {
    return requests_under_way ? std::min(interval_, timeout_) : interval_;
  }
  [[nodiscard]] milliseconds timeout() const noexcept { return timeout_; }
  [[nodiscard]] bool on() const noexcept { return interval_.count() != 0; }

 private:
  milliseconds interval_;
  milliseconds timeout_;
  TimePoint heard_{};
  TimePoint busy_since_{};
  TimePoint asked_{};  ///< Before heard_: not asked, or heard since.
  TimePoint next_{};
  bool outstanding_ = false;
};

}  // namespace cql::sansio
