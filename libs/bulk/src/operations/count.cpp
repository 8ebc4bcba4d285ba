// Counting: plan, shards that claim splits, and what their numbers add up to.
#include "cqlbulk/count.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <mutex>

#include "cqlbulk/error.hpp"
#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/count_plan.hpp"
#include "operations/count_result.hpp"
#include "operations/count_split.hpp"
#include "operations/describe.hpp"
#include "operations/failure_log.hpp"
#include "operations/retry.hpp"
#include "operations/run_report.hpp"
#include "operations/shards.hpp"

namespace cqlbulk {

namespace asio = boost::asio;
using namespace operations;

namespace {

/// What the shards of one count share. Only the claims and the failures are written by several threads; each split's
/// number has its own place.
struct CountWork {
  CountWork(const CountPlan& the_plan, std::size_t top)
      : plan(the_plan),
        claims(the_plan.splits.size()),
        counters(the_plan.threads),
        rows(the_plan.splits.size()),
        partitions(top),
        ring_width(0) {
    for (const plan::Split& split : plan.splits) ring_width += static_cast<double>(split.range.width());
  }

  const CountPlan& plan;
  Claim claims;
  observe::Counters counters;
  FailureLog failures;
  std::atomic<std::uint32_t> failed{0};
  std::vector<std::uint64_t> rows;
  std::mutex partitions_mutex;
  LargestPartitions partitions;
  double ring_width;
  std::function<void(std::string)> notice;
  std::function<void(PieceDone)> piece_done;
};

class CountShard {
 public:
  CountShard(CountWork& work, Shard shard, std::size_t top)
      : work_(work), shard_(std::move(shard)), counters_(work.counters.shard(shard_.index)), largest_(top) {}

  asio::awaitable<void> run() {
    const std::uint32_t all = work_.plan.parallelism;
    const std::uint32_t workers = all / shard_.count + (shard_.index < all % shard_.count ? 1 : 0);
    co_await run_at_once(workers, [this](unsigned) { return worker(); });
    const std::lock_guard lock(work_.partitions_mutex);
    work_.partitions.merge(std::move(largest_));
  }

 private:
  asio::awaitable<void> worker() {
    SplitCounter counter(work_.plan, shard_, counters_, work_.notice);
    while (!shard_.stop.stop_requested()) {
      const auto claimed = work_.claims.next();
      if (!claimed) co_return;
      const std::uint32_t index = work_.plan.order[*claimed];
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
    work_.failures.add(cql::to_string(error.kind()), where, error.what(), error.node());
    const std::uint32_t count = work_.failed.fetch_add(1) + 1;
    const bool borne = is_transient(error) && count <= work_.plan.max_failed &&
                       count <= work_.plan.max_failed_share * static_cast<double>(work_.plan.splits.size());
    if (borne) return;
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

Report begin_report(const CountPlan& plan) {
  Report report;
  report.command = "count";
  report.keyspace = plan.keyspace;
  report.table = plan.table;
  report.consistency = cql::to_string(plan.consistency);
  report.pieces = plan.splits.size();
  return report;
}

}  // namespace

CountResult count(const CountOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  validate(options);
  ClusterThread cluster(options.operation.cluster, stop);
  const CountPlan plan = plan_count(options, cluster);
  CountWork work(plan, options.top);
  CountResult result;
  result.report = begin_report(plan);
  observe::Ticker ticker(observer, result.report,
                         [&] { return observe::progress_of(work.counters.totals(), "count", plan.splits.size()); });
  work.failures.tell(ticker);
  work.piece_done = [&ticker](PieceDone piece) { ticker.piece_done(std::move(piece)); };
  work.notice = [&ticker](std::string message) {
    // Said already, in our own words, where it applies.
    if (!message.starts_with("Aggregation query used without partition key")) ticker.notice(std::move(message));
  };
  if (!plan.is_split()) ticker.notice(fmt::format("the count runs as one query: {}", plan.whole_because));

  run_guarded(result.report, stop, [&] {
    run_shards(cluster.cluster(), plan.threads, options.operation.pace, stop, [&](Shard shard) {
      const std::stop_token any_stop = shard.stop;
      return until_stopped(any_stop, count_on(work, options.top, std::move(shard)));
    });
  });
  if (result.report.status == Status::success && work.failed > 0) result.report.status = Status::partial_success;
  ticker.stop();
  const observe::Totals totals = work.counters.totals();
  finish_report(result.report, clock, totals, work.failures, ticker);
  result.report.pieces_failed = work.failed;
  result.pieces_counted = totals.pieces_done;
  fill_in_result(plan, work.rows, work.partitions, result);
  ticker.complete(result.report);
  return result;
}

}  // namespace cqlbulk
