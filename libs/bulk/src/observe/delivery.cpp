#include "observe/delivery.hpp"

#include <algorithm>
#include <utility>

namespace cqlbulk::observe {

Delivery::Delivery(Send send, Pace pace) : send_(std::move(send)), pace_(pace), thread_([this] { run(); }) {}

Delivery::~Delivery() {
  {
    const std::lock_guard lock(mutex_);
    given_up_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

std::uint64_t Delivery::dropped() const {
  const std::lock_guard lock(mutex_);
  return dropped_;
}

void Delivery::add(std::string message, Kind kind) {
  {
    const std::lock_guard lock(mutex_);
    if (end_by_) return;
    if (waiting_.size() >= pace_.most_waiting) {
      ++dropped_;
      const auto passing =
          std::find_if(waiting_.begin(), waiting_.end(), [](const Message& m) { return m.kind == Kind::passing; });
      if (passing == waiting_.end()) return;
      waiting_.erase(passing);
    }
    waiting_.push_back({std::move(message), kind, false});
  }
  wake_.notify_all();
}

std::optional<std::string> Delivery::finish(std::string message, std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  end_by_ = Clock::now() + time;
  dropped_ += std::erase_if(waiting_, [](const Message& m) { return m.kind == Kind::passing; });
  waiting_.push_back({std::move(message), Kind::lasting, true});
  wake_.notify_all();
  done_.wait_until(lock, *end_by_, [this] { return finished_; });
  given_up_ = true;
  wake_.notify_all();
  if (finished_ && !failing_) return std::nullopt;
  return problem_.empty() ? "it does not answer" : problem_;
}

void Delivery::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return given_up_ || !waiting_.empty(); });
    if (given_up_) return;
    const Message message = std::move(waiting_.front());
    waiting_.pop_front();
    // At the end there is no time for attempts that will fail.
    if (end_by_ && failing_ && !message.last) {
      ++dropped_;
      continue;
    }
    deliver(message, lock);
    if (!message.last) continue;
    finished_ = true;
    done_.notify_all();
    return;
  }
}

bool Delivery::may_try(const Message& message, unsigned attempts) const {
  if (given_up_) return false;
  // The last message is worth all the time there is; while it waits, the others are worth no second attempt.
  if (message.last) return Clock::now() < *end_by_;
  return end_by_ ? attempts == 0 : attempts < pace_.most_attempts;
}

std::chrono::milliseconds Delivery::time_for_request() const {
  if (!end_by_) return pace_.request_timeout;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*end_by_ - Clock::now());
  return std::clamp(left, std::chrono::milliseconds(1), pace_.request_timeout);
}

void Delivery::deliver(const Message& message, std::unique_lock<std::mutex>& lock) {
  std::chrono::milliseconds wait = pace_.first_wait;
  for (unsigned attempts = 0; may_try(message, attempts); ++attempts) {
    const std::chrono::milliseconds time = time_for_request();
    lock.unlock();
    Outcome outcome = send_(message.text, time);
    lock.lock();
    failing_ = !outcome.delivered;
    problem_ = std::move(outcome.problem);
    if (outcome.delivered) return;
    if (!outcome.worth_another_try || !may_try(message, attempts + 1)) break;
    const bool ending = end_by_.has_value();
    // The end of the operation cuts the waiting short: what is to be said then is more important.
    wake_.wait_for(lock, wait, [&] { return given_up_ || end_by_.has_value() != ending; });
    wait = std::min(wait * 2, pace_.longest_wait);
  }
  if (!message.last) ++dropped_;
}

}  // namespace cqlbulk::observe
