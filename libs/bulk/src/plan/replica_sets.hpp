// Which nodes have a partition, and which partitions have the same. Pure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cql/ring.hpp"

namespace cqlbulk::plan {

/// Finds and numbers the sets of replicas that ranges of the ring have. Immutable.
class ReplicaSets {
 public:
  /// One set that every partition has: where replicas are not known.
  ReplicaSets() = default;
  /// `ranges` sorted by their ends, as TokenRing gives them; the order of a range's replicas does not matter.
  explicit ReplicaSets(std::vector<cql::ReplicatedRange> ranges);

  /// From 0 to size() - 1.
  [[nodiscard]] std::uint32_t of(cql::Token token) const;
  [[nodiscard]] std::uint32_t size() const noexcept { return static_cast<std::uint32_t>(replicas_.size()); }
  /// Of a token's set, ascending; nothing where they are not known.
  [[nodiscard]] std::span<const std::uint32_t> replicas_of(cql::Token token) const { return replicas_[of(token)]; }

 private:
  std::vector<cql::Token> ends_;  ///< Ascending; what lies behind the last is in the first range, which wraps.
  std::vector<std::uint32_t> sets_;
  std::vector<std::vector<std::uint32_t>> replicas_{{}};  ///< Of each set.
};

}  // namespace cqlbulk::plan
