#include "observe/counters.hpp"

#include <algorithm>

namespace cqlbulk::observe {

Totals Counters::totals() const noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  Totals totals;
  for (unsigned i = 0; i < count_; ++i) {
    const ShardCounters& shard = shards_[i];
    totals.rows += shard.rows.load(relaxed);
    totals.records_read += shard.records_read.load(relaxed);
    totals.bytes += shard.bytes.load(relaxed);
    totals.rejected += shard.rejected.load(relaxed);
    totals.pieces_done += shard.pieces_done.load(relaxed);
    totals.requests += shard.requests.load(relaxed);
    totals.retries += shard.retries.load(relaxed);
    totals.fraction += shard.fraction.load(relaxed);
  }
  return totals;
}

Progress progress_of(const Totals& totals, std::string_view operation, std::uint64_t pieces) {
  Progress progress;
  progress.operation = operation;
  progress.rows = totals.rows;
  progress.bytes = totals.bytes;
  progress.rejected = totals.rejected;
  progress.pieces_done = totals.pieces_done;
  progress.pieces = pieces;
  // Sums of shares come out a little above or below 1.
  progress.fraction = pieces != 0 && totals.pieces_done == pieces ? 1 : std::clamp(totals.fraction, 0.0, 1.0);
  return progress;
}

}  // namespace cqlbulk::observe
