// Which partitions have the same replicas. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "cql/ring.hpp"

namespace cqlbulk::plan {

/// Numbers the sets of replicas that ranges of the ring have. Immutable.
class ReplicaSets {
 public:
  /// One set that every partition has: where replicas are not known.
  ReplicaSets() = default;
  /// `ranges` sorted by their ends, as TokenRing gives them; the order of a range's replicas does not matter.
  explicit ReplicaSets(std::vector<cql::ReplicatedRange> ranges);

  /// From 0 to size() - 1.
  [[nodiscard]] std::uint32_t of(cql::Token token) const;
  [[nodiscard]] std::uint32_t size() const noexcept { return size_; }

 private:
  std::vector<cql::Token> ends_;  ///< Ascending; what lies behind the last is in the first range, which wraps.
  std::vector<std::uint32_t> sets_;
  std::uint32_t size_ = 1;
};

}  // namespace cqlbulk::plan
