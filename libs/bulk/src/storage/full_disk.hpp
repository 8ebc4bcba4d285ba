// What becomes of a write when the disk is full: it waits for space, for a while.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>
#include <string>
#include <utility>

namespace cqlbulk::storage {

/// Shared by all files of an operation. Any thread.
class FullDisk {
 public:
  using Clock = std::chrono::steady_clock;

  /// Waits no longer than `longest` for one write, and not after `stop`.
  FullDisk(std::chrono::milliseconds longest, std::stop_token stop) : longest_(longest), stop_(std::move(stop)) {}

  /// Who hears of it when a write begins to wait; called on the thread that writes, must not block. Set before there
  /// are several threads.
  void tell(std::function<void(std::string)> listener) { tell_ = std::move(listener); }

  /// A write to `path` failed with `error_number`, for the first time at `since`. True, after a moment, when it may be
  /// tried again; false when the disk is not the trouble or there was time enough.
  [[nodiscard]] bool wait(const std::string& path, int error_number, Clock::time_point since) const;

 private:
  std::chrono::milliseconds longest_;
  std::stop_token stop_;
  std::function<void(std::string)> tell_;
};

}  // namespace cqlbulk::storage
