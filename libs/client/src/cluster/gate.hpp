// Counts what is under way, so that closing can refuse what is new and wait for the rest.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <cstddef>
#include <utility>

#include "cluster/signal.hpp"
#include "cql/error.hpp"

namespace cql::cluster {

class Gate {
 public:
  /// Something under way, for as long as it lives. The gate must outlive it.
  class Pass {
   public:
    explicit Pass(Gate& gate) : gate_(gate) { ++gate_.inside_; }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;
    ~Pass() {
      if (--gate_.inside_ == 0 && gate_.shut_) gate_.empty_.notify_all();
    }

   private:
    Gate& gate_;
  };

  explicit Gate(asio::any_io_executor executor) : empty_(std::move(executor)) {}

  /// Throws Error{cancelled} with this text once the gate is shut.
  [[nodiscard]] Pass enter(const char* why_not) {
    if (shut_) throw Error(ErrorKind::cancelled, why_not);
    return Pass(*this);
  }
  void shut() noexcept { shut_ = true; }
  /// Shuts the gate and waits until nothing is under way, or until the time has come.
  asio::awaitable<void> drain(Signal::TimePoint until) {
    shut();
    while (inside_ > 0 && std::chrono::steady_clock::now() < until) co_await empty_.wait(until);
  }

 private:
  std::size_t inside_ = 0;
  bool shut_ = false;
  Signal empty_;
};

}  // namespace cql::cluster
