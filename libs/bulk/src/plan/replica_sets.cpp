#include "plan/replica_sets.hpp"

#include <algorithm>
#include <map>

namespace cqlbulk::plan {

ReplicaSets::ReplicaSets(std::vector<cql::ReplicatedRange> ranges) {
  if (ranges.empty()) return;
  replicas_.clear();
  std::map<std::vector<std::uint32_t>, std::uint32_t> numbers;
  for (cql::ReplicatedRange& range : ranges) {
    std::ranges::sort(range.replicas);
    const auto [found, is_new] = numbers.emplace(range.replicas, static_cast<std::uint32_t>(replicas_.size()));
    ends_.push_back(range.range.end);
    sets_.push_back(found->second);
    if (is_new) replicas_.push_back(std::move(range.replicas));
  }
}

std::uint32_t ReplicaSets::of(cql::Token token) const {
  if (ends_.empty()) return 0;
  const auto found = std::lower_bound(ends_.begin(), ends_.end(), token);
  return sets_[found == ends_.end() ? 0 : static_cast<std::size_t>(found - ends_.begin())];
}

}  // namespace cqlbulk::plan
