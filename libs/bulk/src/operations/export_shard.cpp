#include "operations/export_shard.hpp"

#include <fmt/format.h>

#include "operations/describe.hpp"
#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

class ExportShard {
 public:
  ExportShard(ExportWork& work, Shard& shard)
      : work_(work),
        shard_(shard),
        counters_(work.counters.shard(shard.index)),
        output_(work.output, shard.index, counters_) {}

  asio::awaitable<void> run() {
    const std::uint32_t all = work_.plan.parallelism;
    const std::uint32_t workers = all / shard_.count + (shard_.index < all % shard_.count ? 1 : 0);
    co_await run_at_once(workers, [this](unsigned) { return worker(); });
    // What an interrupted shard has written is no whole part.
    if (!shard_.stop.stop_requested()) output_.finish();
  }

 private:
  /// Where a split goes on: each page moves it, so that a retry neither repeats nor misses a row.
  struct Position {
    std::uint64_t split = 0;
    cql::PagingState next;
    unsigned retries = 0;  ///< Since the last page that came.
    bool done = false;
  };

  [[nodiscard]] bool is_over() const { return shard_.stop.stop_requested() || work_.rows.reached(); }

  asio::awaitable<void> worker() {
    while (!is_over()) {
      const auto claimed = work_.splits.next();
      if (!claimed) co_return;
      Position position;
      position.split = work_.plan.order[*claimed];
      while (!position.done && !is_over()) co_await run_split(position);
      if (position.done) count_done(position.split);
    }
  }

  /// Streams from where the position is to the end of the split, or to an error that is worth another try.
  asio::awaitable<void> run_split(Position& position) {
    std::optional<cql::Error> failure;
    try {
      cql::ResultStream stream = shard_.session.execute_stream(bind(position));
      while (!is_over()) {
        const std::optional<cql::Page> page = co_await stream.next();
        if (!page) break;
        observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
        write(position, *page);
      }
    } catch (const cql::Error& error) {
      failure = error;
    }
    if (failure) {
      co_await after_failure(position, *failure);
    } else if (!is_over()) {
      output_.split_done(position.split);
      position.done = true;
    }
  }

  [[nodiscard]] cql::BoundStatement bind(const Position& position) const {
    const ExportPlan& plan = work_.plan;
    cql::BoundStatement statement{plan.statement, {}, {}};
    cql::RequestOptions& options = statement.options;
    options.consistency = plan.consistency;
    options.page_size = plan.page_size;
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

  void write(Position& position, const cql::Page& page) {
    if (page.columns().size() != work_.plan.columns.size()) {
      throw Error(ErrorClass::failed,
                  fmt::format("{}.{} was altered while it was being exported", work_.plan.keyspace, work_.plan.table),
                  "Run the export again.");
    }
    RowsView rows = cells_.index(work_.plan.columns, page.rows(), page.row_count());
    const std::uint64_t taken = work_.rows.take(rows.row_count);
    const bool all = taken == rows.row_count;
    rows.row_count = static_cast<std::size_t>(taken);
    rows.cells = rows.cells.first(rows.row_count * rows.columns.size());
    if (rows.row_count > 0) output_.write(position.split, rows, page.next(), all && page.last());
    position.next = page.next();
    position.retries = 0;
  }

  asio::awaitable<void> after_failure(Position& position, const cql::Error& error) {
    if (shard_.stop.stop_requested()) co_return;
    const std::string where = name_of(position.split);
    work_.failures.add(cql::to_string(error.kind()), where, error.what());
    if (!is_transient(error) || position.retries >= most_retries) {
      ++work_.splits_failed;
      throw describe(error, fmt::format("exporting {}.{}, {}", work_.plan.keyspace, work_.plan.table, where));
    }
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    co_await wait_before_retry(position.retries++, shard_.stop);
  }

  [[nodiscard]] std::string name_of(std::uint64_t split) const {
    if (!work_.plan.is_split()) return "the whole query";
    const cql::TokenRange& range = work_.plan.splits[split].range;
    return fmt::format("token range ({}, {}]", range.start, range.end);
  }

  void count_done(std::uint64_t split) {
    constexpr double ring = 18446744073709551616.0;
    const auto width = static_cast<double>(work_.plan.splits[split].range.width());
    observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
    observe::ShardCounters::add(counters_.fraction, work_.plan.is_split() && width > 0 ? width / ring : 1.0);
  }

  ExportWork& work_;
  Shard& shard_;
  observe::ShardCounters& counters_;
  ShardOutput output_;
  CellIndex cells_;  ///< Used between two suspensions only.
};

}  // namespace

asio::awaitable<void> export_shard(ExportWork& work, Shard shard) {
  ExportShard running(work, shard);
  co_await until_stopped(shard.stop, running.run());
}

}  // namespace cqlbulk::operations
