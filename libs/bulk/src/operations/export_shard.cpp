#include "operations/export_shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"
#include "operations/page_sizer.hpp"
#include "operations/partition_runs.hpp"
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
        page_size_(work.plan.page_size) {}

  asio::awaitable<void> run() {
    const std::uint32_t all = work_.plan.parallelism;
    const std::uint32_t workers = all / shard_.count + (shard_.index < all % shard_.count ? 1 : 0);
    co_await run_at_once(workers, [this](unsigned) { return worker(); });
  }

  /// However the work ended: what was written stays and is recorded.
  void finish() {
    output_.finish();
    const std::lock_guard lock(work_.mutex);
    work_.partitions.merge(std::move(partitions_));
  }

 private:
  /// Where a split goes on: each page moves it, so that a retry neither repeats nor misses a row.
  struct Position {
    std::uint64_t split = 0;
    cql::PagingState next;
    unsigned retries = 0;  ///< Since the last page that came.
    bool done = false;
    bool end_written = false;  ///< The last rows were written as the last ones.
    PartitionRun run;
    PieceDone told;  ///< What the observer is told in the end.
    std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  };

  [[nodiscard]] bool is_over() const { return shard_.stop.stop_requested() || work_.rows.reached(); }

  asio::awaitable<void> worker() {
    while (!is_over()) {
      const auto claimed = work_.splits.next();
      if (!claimed) co_return;
      Position position;
      position.split = work_.todo[*claimed].split;
      position.next = work_.todo[*claimed].from;
      while (!position.done && !is_over()) co_await run_split(position);
      if (position.done) count_done(position);
    }
  }

  /// Streams from where the position is to the end of the split, to an error that is worth another try, or to where
  /// pages of another size are better.
  asio::awaitable<void> run_split(Position& position) {
    std::optional<cql::Error> failure;
    bool at_end = false;
    try {
      cql::ResultStream stream = shard_.session.execute_stream(bind(position));
      while (!is_over()) {
        const std::optional<cql::Page> page = co_await stream.next();
        if (!page) {
          at_end = true;
          break;
        }
        observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
        at_end = write(position, *page) && page->last();
        if (at_end) break;
        if (page_size_.observe(page->row_count(), page->rows().size())) break;
      }
    } catch (const cql::Error& error) {
      failure = error;
    }
    if (failure) {
      co_await after_failure(position, *failure);
    } else if (at_end) {
      if (!position.end_written) output_.split_done(position.split);
      position.done = true;
    }
  }

  [[nodiscard]] cql::BoundStatement bind(const Position& position) const {
    const ExportPlan& plan = work_.plan;
    cql::BoundStatement statement{plan.statement, {}, {}};
    cql::RequestOptions& options = statement.options;
    options.consistency = plan.consistency;
    options.page_size = page_size_.rows();
    options.paging_state = position.next;
    options.idempotent = true;
    if (plan.is_split()) {
      const cql::TokenRange& range = plan.splits[position.split].range;
      statement.values = bind_range(plan.statement, range);
      options.routing_token = range.end;
      options.routing_keyspace = plan.keyspace;
    }
    return statement;
  }

  /// False when not all of the page's rows are wanted.
  bool write(Position& position, const cql::Page& page) {
    check_columns(page);
    RowsView rows = cells_.index(work_.plan.columns, page.rows(), page.row_count());
    const std::uint64_t taken = work_.rows.take(rows.row_count);
    const bool all = taken == rows.row_count;
    rows.row_count = static_cast<std::size_t>(taken);
    rows.cells = rows.cells.first(rows.row_count * rows.columns.size());
    // Of a page that the row limit cuts nothing more is wanted: its split is done.
    position.end_written = rows.row_count > 0 && (page.last() || !all);
    if (rows.row_count > 0) output_.write(position.split, rows, page.next(), position.end_written);
    if (work_.plan.key_columns > 0) position.run.add(rows, work_.plan.key_columns, partitions_);
    position.told.rows += taken;
    work_.rows_read[position.split] += taken;
    position.told.bytes += page.rows().size();
    position.next = page.next();
    position.retries = 0;
    return all;
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

  asio::awaitable<void> after_failure(Position& position, const cql::Error& error) {
    if (shard_.stop.stop_requested()) co_return;
    const std::string where = name_of(position.split);
    work_.failures.add(cql::to_string(error.kind()), where, error.what(), error.node());
    if (!is_transient(error) || position.retries >= most_retries) {
      ++work_.splits_failed;
      throw describe(error, fmt::format("exporting {}.{}, {}", work_.plan.keyspace, work_.plan.table, where));
    }
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    co_await wait_before_retry(position.retries++, shard_);
  }

  [[nodiscard]] std::string name_of(std::uint64_t split) const {
    if (!work_.plan.is_split()) return "the whole query";
    const cql::TokenRange& range = work_.plan.splits[split].range;
    return fmt::format("token range ({}, {}]", range.start, range.end);
  }

  void count_done(Position& position) {
    position.run.end(partitions_);
    observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
    observe::ShardCounters::add(counters_.fraction, share_of(work_.plan, position.split));
    if (work_.plan.is_split()) position.told.range = work_.plan.splits[position.split].range;
    position.told.seconds = std::chrono::steady_clock::now() - position.started;
    work_.ticker.piece_done(std::move(position.told));
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
