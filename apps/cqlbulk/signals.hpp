// SIGINT and SIGTERM: the first asks the operation to stop, the second ends the process with status 4 at once.
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace cqlbulk::tool {

/// Make it before any other thread: it blocks the signals in the calling thread and thereby in all that follow, and
/// waits for them on a thread of its own, so that nothing has to be async-signal-safe.
class SignalWatch {
 public:
  SignalWatch();
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }

 private:
  void watch();

  std::stop_source stop_;
  std::atomic<bool> done_{false};
  std::thread thread_;
};

}  // namespace cqlbulk::tool
