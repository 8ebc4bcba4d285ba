#include "observe/ticker.hpp"

#include <exception>
#include <utility>

namespace cqlbulk::observe {

namespace {
constexpr std::size_t most_failures = 10;
/// A cluster that warns about everything must not fill the memory of whoever listens.
constexpr std::size_t most_notices = 100;

/// Warnings that differ in their numbers only are one warning.
std::string without_numbers(const std::string& message) {
  std::string kind;
  for (const char c : message) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) kind += c;
    if (digit && (kind.empty() || kind.back() != '#')) kind += '#';
  }
  return kind;
}
}  // namespace

Ticker::Ticker(Observer& observer, std::function<Progress()> snapshot, std::chrono::milliseconds interval)
    : observer_(observer), snapshot_(std::move(snapshot)), interval_(interval), thread_([this] { run(); }) {}

Ticker::~Ticker() { stop(); }

void Ticker::notice(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (told_.size() >= most_notices || !told_.insert(without_numbers(message)).second) return;
    pending_.push_back(std::move(message));
  }
  wake_.notify_one();
}

void Ticker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

template <typename Call>
void Ticker::guarded(Call call) noexcept {
  std::string problem;
  try {
    call();
    return;
  } catch (const std::exception& error) {
    problem = error.what();
  } catch (...) {
    problem = "an exception of unknown type";
  }
  if (failures_.size() < most_failures) failures_.push_back(std::move(problem));
}

void Ticker::tell_notices(std::unique_lock<std::mutex>& lock) {
  while (!pending_.empty()) {
    const std::vector<std::string> messages = std::exchange(pending_, {});
    lock.unlock();
    for (const std::string& message : messages) guarded([&] { observer_.notice(message); });
    lock.lock();
  }
}

void Ticker::tell_progress() {
  Progress progress = snapshot_();
  progress.elapsed = std::chrono::steady_clock::now() - start_;
  guarded([&] { observer_.progress(progress); });
}

void Ticker::run() {
  std::unique_lock lock(mutex_);
  auto next = start_ + interval_;
  while (!stopping_) {
    wake_.wait_until(lock, next, [this] { return stopping_ || !pending_.empty(); });
    tell_notices(lock);
    if (stopping_ || std::chrono::steady_clock::now() < next) continue;
    lock.unlock();
    tell_progress();
    // Counted from the end of the call: an observer that is slow is told less often, never faster to catch up.
    next = std::chrono::steady_clock::now() + interval_;
    lock.lock();
  }
  tell_notices(lock);
  lock.unlock();
  tell_progress();
}

}  // namespace cqlbulk::observe
