// What the nodes believe a table holds: rows of system.size_estimates, added up. Pure. Estimates know flushed data only
// and are minutes old: good for choosing splits and for "about", never for totals.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "cql/ring.hpp"

namespace cqlbulk::plan {

/// A row of system.size_estimates as one node gave it.
struct SizeEstimate {
  cql::TokenRange range;
  std::int64_t partitions = 0;
  std::int64_t mean_partition_bytes = 0;
};

struct TableSize {
  std::uint64_t partitions = 0;
  std::uint64_t bytes = 0;  ///< Of one copy of the data, uncompressed.
  std::uint64_t mean_partition_bytes = 0;
  std::uint64_t ranges = 0;               ///< That have data.
  std::uint64_t fullest_range_bytes = 0;  ///< Of the range with most.
  /// Of all partitions that were flushed, in MiB, rounded down: not of this estimate, but of what nodes say besides.
  std::optional<std::uint64_t> largest_partition_mib{};

  [[nodiscard]] bool known() const noexcept { return partitions != 0; }
};

/// Adds up the rows of all nodes. A range that several nodes give counts once, with its largest figures; negative
/// figures count as none; what does not fit saturates.
[[nodiscard]] TableSize add_up(std::span<const SizeEstimate> estimates);

}  // namespace cqlbulk::plan
