// Coroutines of one executor waiting for something to change.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <list>
#include <utility>

#include "cql/error.hpp"

namespace cql::cluster {

namespace asio = boost::asio;

class Signal {
 public:
  using TimePoint = std::chrono::steady_clock::time_point;

  explicit Signal(asio::any_io_executor executor) : executor_(std::move(executor)) {}

  /// Returns after the next notify_all(), or when the time has come. Throws Error{cancelled} when the coroutine was
  /// cancelled. The signal must outlive it.
  asio::awaitable<void> wait(TimePoint until = TimePoint::max());

  /// Whoever waits goes on, in the order in which they came, on a later turn.
  void notify_all() noexcept;

 private:
  asio::any_io_executor executor_;
  std::list<asio::steady_timer*> waiting_;
};

/// A flag that says whether a coroutine runs: false once its frame is gone, however it went. Only while it is set may
/// the coroutine's cancellation be emitted: an io_context that is destroyed takes the operations along, not the slots.
class Running {
 public:
  explicit Running(bool& flag) : flag_(flag) { flag_ = true; }
  Running(const Running&) = delete;
  Running& operator=(const Running&) = delete;
  ~Running() { flag_ = false; }

 private:
  bool& flag_;
};

}  // namespace cql::cluster
