// Telling an HTTP server how an operation goes.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/progress.hpp"

namespace cqlbulk {

namespace observe {
class Delivery;
}

/// Posts JSON to a URL: one message at the beginning, one at most every `between_progress`, one for each error and
/// notice, one at the end. A message is {event ("begin", "progress", "error", "notice", "complete"), sequence, dropped,
/// message, node, …} and what the progress file has; "complete" has the whole report besides. An answer 2xx is success;
/// no answer, 408, 429 and 5xx are tried again, other answers are not. A message may thus come twice, with one sequence
/// number.
///
/// A thread of its own sends, so that the operation never waits for the server until its end, when complete() waits for
/// at most `time_at_end` (and for the system's name lookup, should that hang). A queue holds what waits; when it is
/// full, progress is dropped first, then whatever comes, but never the end; "dropped" counts.
class Webhook : public Observer {
 public:
  struct Options {
    std::string url;  ///< http: or https:. The server's certificate must be by an authority that the system trusts.
    /// Asked before each request for the bearer token; none where there is no function. Never in messages or logs.
    std::function<std::string()> token;
    std::chrono::seconds between_progress{10};
    std::chrono::milliseconds request_timeout{5'000};
    unsigned most_attempts = 5;
    std::chrono::milliseconds first_wait{500};  ///< Before the second attempt; twice as long before each further one.
    std::chrono::milliseconds longest_wait{10'000};
    std::size_t most_waiting = 16;
    std::chrono::milliseconds time_at_end{5'000};
  };
  /// Throws Error{usage} when the URL is none.
  explicit Webhook(Options options);
  /// Drops what is not sent.
  ~Webhook() override;

  void begin(const Beginning& beginning) override;
  void progress(const Progress& progress) override;
  void error(const Failure& failure) override;
  void notice(std::string_view message) override;
  /// Throws std::runtime_error, naming the server, when it could not be told.
  void complete(const Report& report) override;

 private:
  [[nodiscard]] std::string message(std::string_view event, std::string_view text, const std::string& node,
                                    const Report* report);

  Options options_;
  std::string server_;  ///< "https://host:port", for messages: a path may be a secret.
  Beginning beginning_;
  Progress progress_;
  RecentRate rate_;
  double rows_per_second_ = 0;
  double next_ = 0;  ///< Seconds since the start.
  std::uint64_t sequence_ = 0;
  std::unique_ptr<observe::Delivery> delivery_;
};

}  // namespace cqlbulk
