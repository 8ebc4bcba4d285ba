#include "operations/failure_log.hpp"

#include <fmt/format.h>

#include <utility>

namespace cqlbulk::operations {

namespace {
constexpr std::size_t samples_of_a_kind = 10;

/// Whether an observer hears of the failure that makes so many of its kind.
bool is_told(std::uint64_t occurrences) {
  if (occurrences <= samples_of_a_kind) return true;
  while (occurrences % 10 == 0) occurrences /= 10;
  return occurrences == 1;
}
}  // namespace

void FailureLog::add(std::string_view kind, std::string where, std::string message, std::string node) {
  const std::lock_guard lock(mutex_);
  FailureCount& counted = by_kind_[std::string(kind)];
  const std::uint64_t occurrences = ++counted.count;
  counted.last = std::chrono::system_clock::now();
  if (occurrences == 1) counted.first = counted.last;
  // Under the lock, so that an observer hears of them in their order.
  if (ticker_ != nullptr && is_told(occurrences)) {
    ticker_->error({std::string(kind), where, message, std::move(node), occurrences});
  }
  std::vector<FailureSample>& samples = samples_[std::string(kind)];
  if (samples.size() < samples_of_a_kind) {
    samples.push_back({std::string(kind), std::move(where), std::move(message)});
  }
}

void FailureLog::waiting(observe::FailureClass failure_class, const cql::Error& error, unsigned tries) {
  // What passes by itself within seconds is not worth a word.
  constexpr unsigned tries_in_silence = 2;
  if (ticker_ == nullptr || tries <= tries_in_silence) return;
  if (failure_class == observe::FailureClass::node_down) {
    ticker_->notice(fmt::format("waiting for nodes that are down: {}", error.what()));
  } else if (failure_class == observe::FailureClass::resource) {
    ticker_->notice(fmt::format("waiting for a cluster that has not enough of something: {}", error.what()));
  }
}

void FailureLog::write_to(Report& report) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [kind, counted] : by_kind_) report.failures_by_kind[kind] += counted;
  for (const auto& [kind, samples] : samples_) {
    report.failure_samples.insert(report.failure_samples.end(), samples.begin(), samples.end());
  }
}

}  // namespace cqlbulk::operations
