// Cutting the ring into splits: the unit of work of count and export. Pure.
#pragma once

#include <cstdint>
#include <vector>

#include "cql/ring.hpp"

namespace cqlbulk::plan {

/// A piece of the ring that one query covers: start < token <= end, never wrapping.
struct Split {
  cql::TokenRange range;
  /// Nodes that hold all of it, as indices into the metadata's nodes, primary first; of the range that the split's
  /// end lies in when it joins ranges of different replicas.
  std::vector<std::uint32_t> replicas;
};

/// Exactly `count` splits (at least 1) that cover the ring once, sorted by token. Proportional to width: ranges are cut
/// when count exceeds their number and joined with their neighbours when it is below. A ring without tokens is one
/// split.
[[nodiscard]] std::vector<Split> make_splits(const std::vector<cql::ReplicatedRange>& ranges, std::uint32_t count);

/// As make_splits, but no split crosses a border between ranges, so that each belongs to its replicas wholly; at least
/// one a range (two for the one that wraps).
[[nodiscard]] std::vector<Split> make_splits_within_ranges(const std::vector<cql::ReplicatedRange>& ranges,
                                                           std::uint32_t count);

/// Two halves of a split; nothing when it holds a single token.
[[nodiscard]] std::vector<Split> bisect(const Split& split);

/// An order of work that spreads neighbouring claims over different primaries.
[[nodiscard]] std::vector<std::uint32_t> interleave_by_primary(const std::vector<Split>& splits);

/// How many splits when the user does not say: at least 4 × nodes, at least 8 for each piece worked on at once, and
/// enough that a split holds about a million rows or 256 MB by the estimates; at most 1,024.
[[nodiscard]] std::uint32_t default_split_count(std::size_t nodes, std::uint32_t parallelism,
                                                std::uint64_t estimated_rows, std::uint64_t estimated_bytes);

}  // namespace cqlbulk::plan
