// One shard of a load: a reader that turns units of the input into groups of rows, and senders that write them.
#pragma once

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <vector>

#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/failure_log.hpp"
#include "operations/load_plan.hpp"
#include "operations/reject_file.hpp"
#include "operations/send_queue.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

/// What became of the records of finished units, and how many bad ones are borne. Any thread.
class LoadAccount {
 public:
  /// `before`: what earlier runs finished. More than `most` bad records, rejected or uncertain, are too many.
  LoadAccount(const journal::LoadState& before, std::uint64_t most)
      : rows_(before.rows),
        rejected_(before.rejected),
        uncertain_(before.uncertain),
        left_out_(before.left_out),
        bad_(before.rejected + before.uncertain),
        most_(most) {}

  /// One more bad record, of a unit under way. True when these are too many.
  [[nodiscard]] bool too_many() { return ++bad_ > most_; }
  [[nodiscard]] bool nearly_too_many(std::uint64_t more) const { return bad_ + more > most_; }
  [[nodiscard]] std::uint64_t most() const noexcept { return most_; }
  void finished(const UnitProgress& unit) {
    rows_ += unit.rows;
    rejected_ += unit.rejected;
    uncertain_ += unit.uncertain;
    expired_ += unit.expired;
    left_out_ += unit.left_out;
    skipped_row_groups_ += unit.skipped_row_groups;
  }
  /// Bytes that a shard's rows took on the disk while they waited.
  void spilled(std::uint64_t bytes) { spilled_bytes_ += bytes; }
  [[nodiscard]] std::uint64_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::uint64_t rejected() const noexcept { return rejected_; }
  [[nodiscard]] std::uint64_t uncertain() const noexcept { return uncertain_; }
  [[nodiscard]] std::uint64_t expired_cells() const noexcept { return expired_; }
  [[nodiscard]] std::uint64_t left_out() const noexcept { return left_out_; }
  /// Of this run.
  [[nodiscard]] std::uint64_t skipped_row_groups() const noexcept { return skipped_row_groups_; }
  [[nodiscard]] std::uint64_t spilled_bytes() const noexcept { return spilled_bytes_; }

 private:
  std::atomic<std::uint64_t> rows_;
  std::atomic<std::uint64_t> rejected_;
  std::atomic<std::uint64_t> uncertain_;
  std::atomic<std::uint64_t> expired_{0};
  std::atomic<std::uint64_t> left_out_;
  std::atomic<std::uint64_t> skipped_row_groups_{0};
  std::atomic<std::uint64_t> spilled_bytes_{0};
  std::atomic<std::uint64_t> bad_;
  std::uint64_t most_;
};

/// What the shards of a load share.
struct LoadWork {
  const LoadPlan& plan;
  const LoadOptions& options;
  journal::OperationDirectory& operation;
  observe::Counters& counters;
  observe::Ticker& ticker;
  FailureLog& failures;
  RejectFile& rejects;
  RejectFile& doubtful;  ///< Records that may have been written.
  LoadAccount& account;
  std::vector<std::uint64_t> todo;    ///< Units that are not done, in the order in which they are claimed.
  std::vector<std::uint32_t> starts;  ///< How often earlier runs began each unit.
  Claim units;
};

/// Ends when no unit is left or the shard is stopped; what is under way then is finished, for a few seconds. Throws
/// when a write fails for good or too many records are rejected.
boost::asio::awaitable<void> load_shard(LoadWork& work, Shard shard);

}  // namespace cqlbulk::operations
