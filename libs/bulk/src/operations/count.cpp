// Counting: plan, shards that claim splits, and what their numbers add up to.
#include "cqlbulk/count.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "cqlbulk/error.hpp"
#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/checkpoints.hpp"
#include "operations/count_journal.hpp"
#include "operations/count_plan.hpp"
#include "operations/count_result.hpp"
#include "operations/count_split.hpp"
#include "operations/describe.hpp"
#include "operations/failure_log.hpp"
#include "operations/options_json.hpp"
#include "operations/pace_gate.hpp"
#include "operations/preflight.hpp"
#include "operations/recorded.hpp"
#include "operations/resumption.hpp"
#include "operations/retry.hpp"
#include "operations/run_report.hpp"
#include "operations/shards.hpp"
#include "operations/supervision.hpp"

namespace cqlbulk {

namespace asio = boost::asio;
using namespace operations;

namespace {

/// What the shards of one count share. Only the claims and the failures are written by several threads; each split's
/// number has its own place.
struct CountWork {
  /// `counted`: what earlier runs did.
  CountWork(const CountPlan& the_plan, std::size_t top, CountJournal& the_journal,
            const std::vector<std::optional<std::uint64_t>>& counted)
      : plan(the_plan),
        journal(the_journal),
        counters(the_plan.threads),
        rows(the_plan.splits.size()),
        partitions(top),
        ring_width(0),
        todo(splits_to_do(the_plan, counted)),
        claims(todo.size()) {
    for (std::size_t i = 0; i < counted.size(); ++i) {
      if (!counted[i]) continue;
      rows[i] = *counted[i];
      rows_before += *counted[i];
    }
    for (const plan::Split& split : plan.splits) ring_width += static_cast<double>(split.range.width());
  }

  static std::vector<std::uint32_t> splits_to_do(const CountPlan& plan,
                                                 const std::vector<std::optional<std::uint64_t>>& counted) {
    std::vector<std::uint32_t> todo;
    for (const std::uint32_t split : plan.order) {
      if (counted.empty() || !counted[split]) todo.push_back(split);
    }
    return todo;
  }

  const CountPlan& plan;
  CountJournal& journal;
  observe::Counters counters;
  FailureLog failures;
  std::atomic<std::uint32_t> failed{0};
  std::vector<std::uint64_t> rows;
  std::mutex partitions_mutex;
  LargestPartitions partitions;
  double ring_width;
  std::vector<std::uint32_t> todo;  ///< Splits that are not counted, in the order in which they are claimed.
  Claim claims;
  std::uint64_t rows_before = 0;
  std::function<void(std::string)> notice;
  std::function<void(PieceDone)> piece_done;
};

class CountShard {
 public:
  CountShard(CountWork& work, Shard shard, std::size_t top)
      : work_(work), shard_(std::move(shard)), counters_(work.counters.shard(shard_.index)), largest_(top) {}

  asio::awaitable<void> run() {
    co_await run_at_once(workers_of(shard_, work_.todo.size()), [this](unsigned) { return worker(); });
    const std::lock_guard lock(work_.partitions_mutex);
    work_.partitions.merge(std::move(largest_));
  }

 private:
  asio::awaitable<void> worker() {
    SplitCounter counter(work_.plan, shard_, counters_, work_.failures, work_.notice);
    while (!shard_.stop.stop_requested()) {
      const RangePermit range = co_await shard_.gate.enter_range(shard_.index, shard_.stop);
      const auto claimed = range ? work_.claims.next() : std::nullopt;
      if (!claimed) {
        shard_.gate.no_more_ranges();
        co_return;
      }
      const std::uint32_t index = work_.todo[*claimed];
      const plan::Split& split = work_.plan.splits[index];
      const auto started = std::chrono::steady_clock::now();
      std::optional<cql::Error> failure;
      // Each split in a heap of its own: several are under way at once.
      LargestPartitions found(largest_.wanted());
      try {
        work_.rows[index] = co_await counter.count(split, &found);
      } catch (const cql::Error& error) {
        failure = error;
      }
      if (failure) {
        // Called off, by the user or by the failure of a neighbour, which is told in its place.
        if (failure->kind() == cql::ErrorKind::cancelled) throw *failure;
        failed(split, *failure);
      } else {
        largest_.merge(std::move(found));
        work_.journal.counted(index, work_.rows[index]);
        done(split, work_.rows[index], std::chrono::steady_clock::now() - started);
      }
    }
  }

  void done(const plan::Split& split, std::uint64_t rows, std::chrono::duration<double> seconds) {
    observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
    observe::ShardCounters::add(
        counters_.fraction, work_.plan.is_split() ? static_cast<double>(split.range.width()) / work_.ring_width : 1);
    PieceDone piece;
    if (work_.plan.is_split()) piece.range = split.range;
    piece.rows = rows;
    piece.seconds = seconds;
    work_.piece_done(std::move(piece));
  }

  /// Bears the failure, or throws what ends the count.
  void failed(const plan::Split& split, const cql::Error& error) {
    if (shard_.stop.stop_requested()) return;
    const std::string where = work_.plan.name_of(split.range);
    const std::uint32_t count = work_.failed.fetch_add(1) + 1;
    if (is_transient(error) && count <= work_.plan.most_failed) return;
    throw describe(error, fmt::format("counting {}.{}, {}", work_.plan.keyspace, work_.plan.table, where));
  }

  CountWork& work_;
  Shard shard_;
  observe::ShardCounters& counters_;
  LargestPartitions largest_;
};

asio::awaitable<void> count_on(CountWork& work, std::size_t top, Shard shard) {
  CountShard counting(work, std::move(shard), top);
  co_await counting.run();
}

Report begin_report(const CountPlan& plan, CountJournal& journal) {
  Report report;
  report.command = "count";
  report.keyspace = plan.keyspace;
  report.table = plan.table;
  report.consistency = cql::to_string(plan.consistency);
  report.pieces = plan.splits.size();
  if (const journal::OperationDirectory* directory = journal.directory()) {
    report.operation = directory->id();
    report.operation_dir = directory->path();
    // The largest partitions are in nobody's journal, and by range and host it is told by who counted.
    report.resumable = plan.by == CountBy::total;
  }
  return report;
}

/// What a count needs, in the order in which it comes to be.
struct CountRun {
  const RunClock& clock;
  const CountOptions& options;
  const CountPlan& plan;
  ClusterThread& cluster;
  Observer& observer;
  std::stop_token stop;
};

CountResult run(const CountRun& run, CountJournal& journal,
                const std::vector<std::optional<std::uint64_t>>& counted = {}) {
  const CountPlan& plan = run.plan;
  CountWork work(plan, run.options.top, journal, counted);
  CountResult result;
  result.report = begin_report(plan, journal);
  const std::size_t done_before = plan.splits.size() - work.todo.size();
  work.counters.shard(0).pieces_done = done_before;
  work.counters.shard(0).fraction = static_cast<double>(done_before) / static_cast<double>(plan.splits.size());
  PaceGate gate(run.options.operation.pace, *run.cluster.metadata(), plan.keyspace,
                run.cluster.cluster().local_datacenter(), plan.threads);
  observe::Ticker ticker(run.observer, result.report, [&] {
    observe::Totals totals = work.counters.totals();
    totals.rows += work.rows_before;
    Progress progress = observe::progress_of(totals, "count", plan.splits.size());
    progress.held = gate.held_now();
    return progress;
  });
  work.failures.tell(ticker);
  if (done_before > 0) ticker.checkpoint(done_before);
  if (journal::OperationDirectory* directory = journal.directory()) {
    tell_checkpoints(*directory, ticker);
  } else {
    ticker.notice(fmt::format("the count is not on record and cannot be resumed: {}", journal.problem()));
  }
  work.piece_done = [&ticker](PieceDone piece) { ticker.piece_done(std::move(piece)); };
  work.notice = [&ticker](std::string message) {
    // Said already, in our own words, where it applies.
    if (!message.starts_with("Aggregation query used without partition key")) ticker.notice(std::move(message));
  };
  if (plan.size.known()) {
    ticker.notice(
        run_line(plan.size, {plan.metadata->nodes.size(), plan.splits.size(), plan.parallelism, plan.threads}));
  }
  if (!plan.is_split()) ticker.notice(fmt::format("the count runs as one query: {}", plan.whole_because));

  RunStop stop(run.stop);
  Supervision supervision(run.options.operation.pace, gate, run.cluster, journal.directory(), ticker, stop);
  run_guarded(result.report, stop.token(), [&] {
    run_shards(run.cluster.cluster(), plan.threads, gate, plan.memory.in_flight, run.options.operation.pace,
               stop.token(), [&](Shard shard) {
                 const std::stop_token any_stop = shard.stop;
                 return until_stopped(any_stop, count_on(work, run.options.top, std::move(shard)));
               });
  });
  supervision.end(result.report);
  try {
    journal.flush();
  } catch (const Error& error) {
    work.failures.add("journal", journal.directory()->path(), error.message());
  }
  if (result.report.status == Status::success && work.failed > 0) result.report.status = Status::partial_success;
  ticker.stop();
  const observe::Totals totals = work.counters.totals();
  finish_report(result.report, run.clock, totals, work.failures, ticker);
  result.report.rows_before = work.rows_before;
  result.report.pieces_failed = work.failed;
  result.pieces_counted = totals.pieces_done;
  fill_in_result(plan, work.rows, work.partitions, result);
  if (journal.directory() != nullptr) end_operation(*journal.directory(), result.report);
  ticker.complete(result.report);
  return result;
}

}  // namespace

CountResult count(const CountOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  validate(options);
  ClusterThread cluster(options.operation.cluster, stop);
  const CountPlan plan = plan_count(options, cluster);
  CountJournal journal(options, plan, clock.started());
  return run({clock, options, plan, cluster, observer, std::move(stop)}, journal);
}

namespace operations {

Report resume_count(const ResumeOptions& resume, journal::Operation operation, journal::OperationDirectory directory,
                    Observer& observer, std::stop_token stop) {
  const RunClock clock;
  const journal::Json& description = operation.description;
  CountOptions options = count_options_of(description.at("settings"));
  if (options.by != CountBy::total) {
    throw Error(ErrorClass::usage, fmt::format("{} did not count the total alone, and cannot be resumed", operation.id),
                "Run the count again.");
  }
  take_over(resume, options.operation);
  ClusterThread cluster(options.operation.cluster, stop);
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  const std::string keyspace = description.at("keyspace");
  check_same_place(description.at("place"), *metadata,
                   metadata->table(keyspace, description.at("table").get<std::string>()), operation.id);
  const CountPlan plan = plan_count(options, cluster, recorded_splits(description));
  if (plan.statement.cql() != description.at("statement").get<std::string>()) {
    throw Error(ErrorClass::usage,
                fmt::format("{}.{} was altered since {} began", plan.keyspace, plan.table, operation.id),
                "Run the count again.");
  }
  const auto counted = counted_splits(operation, plan.splits.size());
  directory.begin_run();
  CountJournal journal(std::move(directory));
  return run({clock, options, plan, cluster, observer, std::move(stop)}, journal, counted).report;
}

}  // namespace operations

}  // namespace cqlbulk
