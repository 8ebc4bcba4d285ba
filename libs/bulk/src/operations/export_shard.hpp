// One shard of an export: its workers claim splits, stream them page by page and write what comes.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <mutex>
#include <vector>

#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/export_output.hpp"
#include "operations/export_plan.hpp"
#include "operations/failure_log.hpp"
#include "operations/largest_partitions.hpp"
#include "operations/row_limit.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// A split that is not done, and where it goes on.
struct SplitToDo {
  std::uint64_t split = 0;
  journal::SplitPosition from;
};

/// What the shards of an export share.
struct ExportWork {
  const ExportPlan& plan;
  std::vector<SplitToDo> todo;  ///< In the order in which they are claimed.
  ExportOutput& output;
  observe::Counters& counters;
  observe::Ticker& ticker;
  FailureLog& failures;
  Claim splits;
  RowLimit rows;
  std::vector<std::uint64_t> rows_read;  ///< Of each split, by whoever reads it.
  std::atomic<std::uint64_t> splits_failed{0};
  std::mutex mutex{};
  std::string first_failure{};      ///< Of a split that failed for good.
  LargestPartitions partitions{5};  ///< Each shard's are added in its end, under the mutex.
};

/// Share of the whole work in splits that are done.
[[nodiscard]] double fraction_done(const ExportPlan& plan, const journal::ExportState& state);

/// Ends when no split is left, the row limit is reached or the shard is stopped; what it has written is recorded then,
/// also when it throws. Splits that fail for good are counted and left, as many as the plan bears; then, and where the
/// others would fare no better, throws an Error that names the range.
boost::asio::awaitable<void> export_shard(ExportWork& work, Shard shard);

}  // namespace cqlbulk::operations
