#include "operations/export_shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"
#include "operations/pace_gate.hpp"
#include "operations/page_sizer.hpp"
#include "operations/partition_runs.hpp"
#include "operations/range_stream.hpp"
#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// Of a split in the whole work, by width.
double share_of(const ExportPlan& plan, std::uint64_t split) {
  constexpr double ring = 18446744073709551616.0;
  const auto width = static_cast<double>(plan.splits[split].range.width());
  return plan.is_split() && width > 0 ? width / ring : 1.0;
}

class ExportShard {
 public:
  ExportShard(ExportWork& work, Shard& shard)
      : work_(work),
        shard_(shard),
        counters_(work.counters.shard(shard.index)),
        output_(work.output, counters_),
        page_size_(work.plan.page_size, work.plan.memory.page) {}

  asio::awaitable<void> run() {
    co_await run_at_once(workers_of(shard_, work_.todo.size()), [this](unsigned) { return worker(); });
  }

  /// However the work ended: what was written stays and is recorded.
  void finish() {
    output_.finish();
    const std::lock_guard lock(work_.mutex);
    work_.partitions.merge(std::move(partitions_));
  }

 private:
  /// A split that a worker is at.
  struct Reading {
    std::uint64_t split = 0;
    bool end_written = false;  ///< The last rows were written as the last ones.
    PartitionRun run;
    PieceDone told;  ///< What the observer is told in the end.
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  };

  [[nodiscard]] bool is_over() const { return shard_.stop.stop_requested() || work_.rows.reached(); }

  asio::awaitable<void> worker() {
    while (!is_over()) {
      const RangePermit range = co_await shard_.gate.enter_range(shard_.index, shard_.stop);
      const auto claimed = range ? work_.splits.next() : std::nullopt;
      if (!claimed) break;
      const SplitToDo& todo = work_.todo[*claimed];
      Reading reading;
      reading.split = todo.split;
      RangeStream stream(shard_, query(todo), page_size_, counters_, work_.failures);
      std::optional<cql::Error> failure;
      try {
        co_await read(reading, stream);
      } catch (const cql::Error& error) {
        failure = error;
      }
      if (failure) {
        failed(stream, *failure);
      } else if (stream.at_end()) {
        if (!reading.end_written) output_.split_done(reading.split);
        count_done(reading);
      }
    }
    shard_.gate.no_more_ranges();
  }

  /// To the end of the split, or until no more is wanted.
  asio::awaitable<void> read(Reading& reading, RangeStream& stream) {
    while (!is_over()) {
      const std::optional<cql::Page> page = co_await stream.next();
      if (!page) co_return;
      write(reading, stream, *page);
    }
  }

  [[nodiscard]] RangeQuery query(const SplitToDo& todo) const {
    const ExportPlan& plan = work_.plan;
    RangeQuery query{plan.statement, plan.keyspace, std::nullopt, plan.consistency, todo.from};
    if (plan.is_split()) query.range = plan.splits[todo.split].range;
    return query;
  }

  void write(Reading& reading, RangeStream& stream, const cql::Page& page) {
    check_columns(page);
    RowsView rows = cells_.index(work_.plan.columns, page.rows(), page.row_count());
    if (rows.row_count > 0 && work_.plan.key_columns > 0) {
      stream.reached(key_of(rows, rows.row_count - 1, work_.plan.key_columns), work_.plan.key_columns);
    }
    const std::uint64_t taken = work_.rows.take(rows.row_count);
    const bool all = taken == rows.row_count;
    rows.row_count = static_cast<std::size_t>(taken);
    rows.cells = rows.cells.first(rows.row_count * rows.columns.size());
    // Of a page that the row limit cuts nothing more is wanted: its split is done.
    reading.end_written = rows.row_count > 0 && (stream.at_end() || !all);
    if (rows.row_count > 0) output_.write(reading.split, rows, stream.position(), reading.end_written);
    if (work_.plan.key_columns > 0 && work_.plan.wide_partitions)
      reading.run.add(rows, work_.plan.key_columns, partitions_);
    reading.told.rows += taken;
    work_.rows_read[reading.split] += taken;
    reading.told.bytes += page.rows().size();
  }

  /// The server may announce other columns with any page, when the table was altered.
  void check_columns(const cql::Page& page) {
    if (page.shared_columns() == known_columns_) return;
    const auto same = [](const cql::ColumnSpec& a, const cql::ColumnSpec& b) {
      return a.name == b.name && a.type == b.type;
    };
    const std::vector<cql::ColumnSpec>& planned = work_.plan.columns;
    if (!std::equal(planned.begin(), planned.end(), page.columns().begin(), page.columns().end(), same)) {
      throw Error(ErrorClass::failed,
                  fmt::format("{}.{} was altered while it was being exported", work_.plan.keyspace, work_.plan.table),
                  "Run the export again.");
    }
    known_columns_ = page.shared_columns();
  }

  /// The split is left as it is and the others go on, unless they would fare no better: then throws.
  void failed(const RangeStream& stream, const cql::Error& error) {
    const std::uint64_t count = ++work_.splits_failed;
    const std::string what = fmt::format("exporting {}.{}, {}", work_.plan.keyspace, work_.plan.table, stream.where());
    if (is_transient(error) && count <= work_.plan.most_failed) {
      {
        const std::lock_guard lock(work_.mutex);
        if (work_.first_failure.empty())
          work_.first_failure = describe(error, what, stream.stuck_in_partition()).what();
      }
      work_.ticker.notice(fmt::format("{} failed; the others go on: {}", what, error.what()));
      return;
    }
    throw describe(error, what, stream.stuck_in_partition());
  }

  void count_done(Reading& reading) {
    reading.run.end(partitions_);
    observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
    observe::ShardCounters::add(counters_.fraction, share_of(work_.plan, reading.split));
    if (work_.plan.is_split()) reading.told.range = work_.plan.splits[reading.split].range;
    reading.told.seconds = std::chrono::steady_clock::now() - reading.started;
    work_.ticker.piece_done(std::move(reading.told));
  }

  ExportWork& work_;
  Shard& shard_;
  observe::ShardCounters& counters_;
  ShardOutput output_;
  cql::Columns known_columns_;  ///< As the pages so far had them.
  PageSizer page_size_;         ///< One for all workers: rows of a table are alike.
  LargestPartitions partitions_{work_.partitions.wanted()};
  CellIndex cells_;  ///< Used between two suspensions only.
};

}  // namespace

double fraction_done(const ExportPlan& plan, const journal::ExportState& state) {
  double fraction = 0;
  for (std::size_t split = 0; split < state.splits.size(); ++split) {
    if (state.splits[split].done) fraction += share_of(plan, split);
  }
  return fraction;
}

asio::awaitable<void> export_shard(ExportWork& work, Shard shard) {
  ExportShard running(work, shard);
  std::exception_ptr failure;
  try {
    co_await until_stopped(shard.stop, running.run());
  } catch (...) {
    failure = std::current_exception();
  }
  try {
    running.finish();
  } catch (...) {
    if (!failure) throw;
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cqlbulk::operations
