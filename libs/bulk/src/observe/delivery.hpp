// Messages on their way to a server that may be slow, broken or gone: a short queue, a thread, new attempts with
// backoff, and an end that comes. Knows no HTTP: who makes it gives the function that sends.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace cqlbulk::observe {

class Delivery {
 public:
  struct Outcome {
    bool delivered = false;
    bool worth_another_try = false;
    std::string problem;
  };
  /// Sends one message within the time given. Called on the delivery's thread; may block as long, must not throw.
  using Send = std::function<Outcome(const std::string& message, std::chrono::milliseconds timeout)>;
  struct Pace {
    std::chrono::milliseconds request_timeout{5'000};
    unsigned most_attempts = 5;
    std::chrono::milliseconds first_wait{500};
    std::chrono::milliseconds longest_wait{10'000};
    std::size_t most_waiting = 16;
  };
  enum class Kind : std::uint8_t {
    passing,  ///< Worth nothing once there is a newer one: progress.
    lasting,
  };

  Delivery(Send send, Pace pace);
  /// Drops what waits; ends at once but for a request that is under way.
  ~Delivery();
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;

  /// Never waits. A full queue drops the oldest passing message, or else the new one.
  void add(std::string message, Kind kind);
  /// Sends the last message after those that wait, and waits until that is done, for at most `time`. What waits then
  /// gets one attempt each, and is dropped when one fails. Nothing when it was delivered, else why not.
  [[nodiscard]] std::optional<std::string> finish(std::string message, std::chrono::milliseconds time);
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  using Clock = std::chrono::steady_clock;
  struct Message {
    std::string text;
    Kind kind = Kind::lasting;
    bool last = false;
  };

  void run();
  void deliver(const Message& message, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] bool may_try(const Message& message, unsigned attempts) const;
  [[nodiscard]] std::chrono::milliseconds time_for_request() const;

  Send send_;
  Pace pace_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable done_;
  std::deque<Message> waiting_;
  std::uint64_t dropped_ = 0;
  bool failing_ = false;                     ///< The latest attempt failed.
  bool given_up_ = false;                    ///< Nobody waits for anything any more.
  std::optional<Clock::time_point> end_by_;  ///< Since finish().
  bool finished_ = false;                    ///< The last message was sent or given up.
  std::string problem_;                      ///< Of the latest attempt.
  std::thread thread_;
};

}  // namespace cqlbulk::observe
