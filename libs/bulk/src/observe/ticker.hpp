// The thread that tells an Observer how far the work is, so that the threads that do it never wait for whoever watches.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "cqlbulk/observer.hpp"

namespace cqlbulk::observe {

class Ticker {
 public:
  /// `snapshot` is called on the ticker's thread and must be safe against the workers; elapsed is filled in here.
  Ticker(Observer& observer, std::function<Progress()> snapshot,
         std::chrono::milliseconds interval = std::chrono::seconds(1));
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// Hands a message to the observer soon; texts that differ in numbers only count as one, which is told once. Any
  /// thread, never blocks on the observer.
  void notice(std::string message);
  /// Tells the last progress and pending notices, and ends the thread. Further calls do nothing.
  void stop();
  /// What observers threw, at most ten texts. After stop().
  [[nodiscard]] const std::vector<std::string>& observer_failures() const noexcept { return failures_; }

 private:
  void run();
  void tell_notices(std::unique_lock<std::mutex>& lock);
  void tell_progress();
  template <typename Call>
  void guarded(Call call) noexcept;

  Observer& observer_;
  std::function<Progress()> snapshot_;
  std::chrono::milliseconds interval_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::string> pending_;
  std::set<std::string> told_;
  bool stopping_ = false;
  std::vector<std::string> failures_;
  std::thread thread_;
};

}  // namespace cqlbulk::observe
