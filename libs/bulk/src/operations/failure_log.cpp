#include "operations/failure_log.hpp"

#include <utility>

namespace cqlbulk::operations {

namespace {
constexpr std::size_t samples_of_a_kind = 10;
}

void FailureLog::add(std::string_view kind, std::string where, std::string message) {
  const std::lock_guard lock(mutex_);
  ++by_kind_[std::string(kind)];
  std::vector<FailureSample>& samples = samples_[std::string(kind)];
  if (samples.size() < samples_of_a_kind) {
    samples.push_back({std::string(kind), std::move(where), std::move(message)});
  }
}

void FailureLog::write_to(Report& report) const {
  const std::lock_guard lock(mutex_);
  for (const auto& [kind, count] : by_kind_) report.failures_by_kind[kind] += count;
  for (const auto& [kind, samples] : samples_) {
    report.failure_samples.insert(report.failure_samples.end(), samples.begin(), samples.end());
  }
}

}  // namespace cqlbulk::operations
