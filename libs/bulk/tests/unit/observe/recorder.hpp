// An observer that writes down what it is told, one word or two a call; it can throw, and it can wait.
#pragma once

#include <fmt/format.h>

#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk::testing {

class Recorder : public Observer {
 public:
  void begin(const Beginning& beginning) override { told("begin " + beginning.command); }
  void progress(const Progress& progress) override { told(fmt::format("progress {}", progress.rows)); }
  void piece_done(const PieceDone& piece) override { told(fmt::format("piece {}", piece.rows)); }
  void error(const Failure& failure) override { told(fmt::format("error {} {}", failure.kind, failure.occurrences)); }
  void notice(std::string_view message) override { told(fmt::format("notice {}", message)); }
  void checkpoint(const Checkpoint& checkpoint) override {
    told(fmt::format("checkpoint {}/{}", checkpoint.pieces_done, checkpoint.pieces));
  }
  void complete(const Report& report) override { told(fmt::format("complete {}", to_string(report.status))); }

  /// From now on calls wait until open().
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }
  [[nodiscard]] std::vector<std::string> calls() const {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  /// Waits until so many calls came, those that wait in close() included.
  void await(std::size_t count) const {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return calls_.size() >= count; });
  }

  bool throws = false;

 private:
  void told(std::string call) {
    std::unique_lock lock(mutex_);
    calls_.push_back(std::move(call));
    changed_.notify_all();
    changed_.wait(lock, [this] { return !closed_; });
    if (throws) throw std::runtime_error("broken at " + calls_.back());
  }

  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  bool closed_ = false;
  std::vector<std::string> calls_;
};

}  // namespace cqlbulk::testing
