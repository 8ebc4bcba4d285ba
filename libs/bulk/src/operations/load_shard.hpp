// One shard of a load: a reader that turns units of the input into groups of rows, and senders that write them.
#pragma once

#include <boost/asio/awaitable.hpp>

#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/failure_log.hpp"
#include "operations/load_plan.hpp"
#include "operations/reject_file.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// What the shards of a load share.
struct LoadWork {
  const LoadPlan& plan;
  const LoadOptions& options;
  journal::OperationDirectory& operation;
  observe::Counters& counters;
  observe::Ticker& ticker;
  FailureLog& failures;
  RejectFile& rejects;
  Claim units;
};

/// Ends when no unit is left or the shard is stopped; what is under way then is finished, for a few seconds. Throws
/// when a write fails for good or too many records are rejected.
boost::asio::awaitable<void> load_shard(LoadWork& work, Shard shard);

}  // namespace cqlbulk::operations
