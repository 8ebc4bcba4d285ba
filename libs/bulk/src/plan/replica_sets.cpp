#include "plan/replica_sets.hpp"

#include <algorithm>
#include <map>

namespace cqlbulk::plan {

ReplicaSets::ReplicaSets(std::vector<cql::ReplicatedRange> ranges) {
  if (ranges.empty()) return;
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers;
  for (cql::ReplicatedRange& range : ranges) {
    std::ranges::sort(range.replicas);
    const auto next = static_cast<std::uint32_t>(numbers.size());
    ends_.push_back(range.range.end);
    sets_.push_back(numbers.emplace(std::move(range.replicas), next).first->second);
  }
  size_ = static_cast<std::uint32_t>(numbers.size());
}

std::uint32_t ReplicaSets::of(cql::Token token) const {
  if (ends_.empty()) return 0;
  const auto found = std::lower_bound(ends_.begin(), ends_.end(), token);
  return sets_[found == ends_.end() ? 0 : static_cast<std::size_t>(found - ends_.begin())];
}

}  // namespace cqlbulk::plan
