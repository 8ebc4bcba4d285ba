#include "pace/circuit_breaker.hpp"

namespace cqlbulk::pace {

TimePoint CircuitBreaker::next(TimePoint now) const noexcept {
  switch (state_) {
    case State::closed:
      return now;
    case State::open:
      return probe_at_;
    case State::probing:
      break;
  }
  return TimePoint::max();
}

bool CircuitBreaker::begin(TimePoint now) noexcept {
  if (state_ != State::open || now < probe_at_) return false;
  state_ = State::probing;
  return true;
}

void CircuitBreaker::succeeded(bool probe) noexcept {
  if (!probe) return;
  state_ = State::closed;
  errors_.clear();
}

bool CircuitBreaker::failed(bool probe, TimePoint now) {
  if (probe) {
    state_ = State::open;
    probe_at_ = now + settings_.cool_down;
    return true;
  }
  // What was under way when it opened adds nothing.
  if (state_ != State::closed) return false;
  errors_.push_back(now);
  while (now - errors_.front() > settings_.within) errors_.pop_front();
  if (errors_.size() < settings_.errors) return false;
  errors_.clear();
  state_ = State::open;
  probe_at_ = now + settings_.cool_down;
  return true;
}

void CircuitBreaker::abandoned(bool probe, TimePoint now) noexcept {
  if (!probe) return;
  state_ = State::open;
  probe_at_ = now;
}

void CircuitBreaker::probe_soon(TimePoint now) noexcept {
  if (state_ == State::open && probe_at_ > now) probe_at_ = now;
}

}  // namespace cqlbulk::pace
