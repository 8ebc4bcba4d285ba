#include "pace/node_concurrency.hpp"

#include <algorithm>
#include <cmath>

namespace cqlbulk::pace {

namespace {

/// A window has at least so many requests, and as many as may be under way.
constexpr std::uint32_t fewest_in_window = 8;
constexpr std::uint32_t windows_between_measurements = 40;
/// After the node had to say so itself.
constexpr std::uint32_t windows_of_rest = 4;

}  // namespace

NodeConcurrency::NodeConcurrency(Bounds bounds)
    : bounds_(bounds), limit_(std::clamp(bounds.first, bounds.least, std::max(bounds.least, bounds.most))) {}

void NodeConcurrency::set_most(std::uint32_t most) {
  bounds_.most = std::max(bounds_.least, most);
  limit_ = std::min(limit_, bounds_.most);
  resumes_at_ = std::min(resumes_at_, bounds_.most);
}

void NodeConcurrency::set_limit(std::uint32_t limit, TimePoint now) {
  limit = std::clamp(limit, bounds_.least, bounds_.most);
  if (limit == limit_) return;
  limit_ = limit;
  changed_ = now;
  baseline_.clear();
}

void NodeConcurrency::answered(TimePoint sent, TimePoint now, std::uint64_t size, std::uint32_t in_flight) {
  if (sent <= changed_) return;
  if (in_flight >= limit_) used_ = true;
  baseline_.add(size, now - sent);
  if (baseline_.samples() < std::max(fewest_in_window, limit_)) return;
  const bool quiet = resumes_at_ != 0 || limit_ == bounds_.least;
  const auto ratio = baseline_.close(quiet ? LatencyBaseline::Window::quiet : LatencyBaseline::Window::usual);
  if (!ratio) return;
  decide(*ratio, now);
  used_ = false;
}

void NodeConcurrency::gave_way(TimePoint sent, TimePoint now) {
  // Those that were under way beside it belong to the same occasion.
  if (sent <= changed_) return;
  starting_ = false;
  resumes_at_ = 0;
  rest_ = windows_of_rest;
  ratio_before_ = 0;
  set_limit(limit_ / 2, now);
  changed_ = now;
}

void NodeConcurrency::decide(double ratio, TimePoint now) {
  if (resumes_at_ != 0) {
    const std::uint32_t resumes_at = resumes_at_;
    resumes_at_ = 0;
    set_limit(resumes_at, now);
    return;
  }
  if (rest_ > 0) --rest_;
  if (ratio > shrinks_above) {
    shrink(ratio, now);
  } else if (++windows_ >= windows_between_measurements && limit_ / 3 >= bounds_.least) {
    windows_ = 0;
    resumes_at_ = limit_;
    ratio_before_ = 0;
    set_limit(limit_ / 3, now);
  } else {
    ratio_before_ = 0;
    grow(ratio, now);
  }
}

void NodeConcurrency::grow(double ratio, TimePoint now) {
  if (ratio >= grows_below || !used_ || rest_ > 0) return;
  set_limit(starting_ ? limit_ * 2 : limit_ + std::max(1U, limit_ / 10), now);
}

void NodeConcurrency::shrink(double ratio, TimePoint now) {
  starting_ = false;
  // Less under way must have made it quicker, or it is the node that has become slower, and less would not help.
  const bool helped = ratio_before_ == 0 || ratio < ratio_before_ * (1 - 0.3 * (1 - shrunk_to_));
  if (!helped) {
    ratio_before_ = 0;
    windows_ = 0;
    resumes_at_ = limit_;
    const std::uint32_t third = std::max(bounds_.least, limit_ / 3);
    if (third == limit_) resumes_at_ = 0;
    set_limit(third, now);
    return;
  }
  ratio_before_ = ratio;
  const std::uint32_t before = limit_;
  set_limit(static_cast<std::uint32_t>(std::lround(limit_ * std::max(0.5, shrinks_above / ratio))), now);
  shrunk_to_ = static_cast<double>(limit_) / before;
}

}  // namespace cqlbulk::pace
