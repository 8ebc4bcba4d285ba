// One shard of an export: its workers claim splits, stream them page by page and write what comes.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>

#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/export_output.hpp"
#include "operations/export_plan.hpp"
#include "operations/failure_log.hpp"
#include "operations/row_limit.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// What the shards of an export share.
struct ExportWork {
  const ExportPlan& plan;
  ExportOutput& output;
  observe::Counters& counters;
  observe::Ticker& ticker;
  FailureLog& failures;
  Claim splits;
  RowLimit rows;
  std::atomic<std::uint64_t> splits_failed{0};
};

/// Ends when no split is left, the row limit is reached or the shard is stopped. Throws cql::Error, its message naming
/// the range, when a split fails for good: a file without some of its rows would look complete.
boost::asio::awaitable<void> export_shard(ExportWork& work, Shard shard);

}  // namespace cqlbulk::operations
