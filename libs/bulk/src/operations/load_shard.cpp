#include "operations/load_shard.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <memory>
#include <optional>

#include "cqlbulk/error.hpp"
#include "operations/load_sender.hpp"
#include "operations/replica_batcher.hpp"
#include "operations/row_spill.hpp"
#include "operations/send_queue.hpp"
#include "pace/presets.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// Rows that look for others of their partition: enough for good batches, small enough to hold twice.
constexpr std::size_t window_rows = 32'768;
constexpr std::size_t usual_window = std::size_t{8} << 20U;
constexpr std::size_t smallest_window = std::size_t{1} << 20U;
constexpr std::chrono::seconds time_to_finish{5};

struct WindowLimits {
  std::size_t rows = window_rows;
  std::size_t bytes = usual_window;
};

bool spills(const LoadWork& work) { return work.options.group_spill && !work.options.dry_run; }

/// Where rows may wait in any number their places count, too, which of narrow rows are the most.
bool counts_places(const LoadWork& work) { return work.options.group_window || spills(work); }

/// A thread's share of the memory for rows that wait.
std::size_t window_bytes(const LoadWork& work) {
  const std::size_t share = static_cast<std::size_t>(work.plan.memory.windows) / work.plan.threads;
  if (counts_places(work)) return std::max(share, smallest_window);
  return std::clamp(share, smallest_window, usual_window);
}

WindowLimits window_limits(const LoadWork& work) {
  const std::size_t bytes = window_bytes(work);
  if (spills(work)) return {SIZE_MAX, memory_beside_spill(bytes)};
  if (!work.options.group_window) return {window_rows, bytes};
  // A quarter is for those of the window before that are still on their way.
  return {SIZE_MAX, bytes / 4 * 3};
}

SendQueue::Limits queue_limits(const LoadWork& work) {
  SendQueue::Limits limits;
  // What may be under way is the gate's business; here is room for as much as it may ever allow.
  constexpr std::size_t most_of_a_thread = 128;
  const std::size_t batches = std::clamp<std::size_t>(pace::widest.queries / work.plan.threads, 1, most_of_a_thread);
  limits.weight = batches * limits.batch_weight;
  limits.held_bytes = std::min(window_bytes(work), usual_window);
  if (counts_places(work)) limits.bytes_beside_row = memory_beside_row;
  return limits;
}

class LoadShard {
 public:
  LoadShard(LoadWork& work, Shard& shard, asio::any_io_executor executor)
      : work_(work),
        shard_(shard),
        counters_(work.counters.shard(shard.index)),
        queue_(executor, queue_limits(work)),
        sender_(work, shard, queue_),
        window_(window_limits(work)),
        batcher_(work.plan.statement.key_values, {batches(work), work.options.batch_rows, work.options.batch_bytes}),
        joiner_(joiner(work)) {
    if (!spills(work)) return;
    const std::string path = work.operation.file(fmt::format("spill-{}", shard.index));
    spill_ = std::make_unique<RowSpill>(storage::SpillFile(path), work.plan.statement.key_values, window_bytes(work));
  }

  /// Whoever looks for the reason finds the bad records of units that did not come to their end, too.
  void show_unfinished() {
    for (const auto& unit : under_way_) {
      if (!unit->finished) sender_.show(*unit);
    }
  }

  [[nodiscard]] std::uint64_t spilled_bytes() const { return spill_ ? spill_->written() : 0; }

  asio::awaitable<void> run() {
    constexpr unsigned reader_and_watcher = 2;
    const auto senders = static_cast<unsigned>(queue_limits(work_).weight);
    senders_left_ = work_.options.dry_run ? 1 : senders;
    co_await run_at_once(reader_and_watcher + senders_left_, [this](unsigned index) {
      return index == 0 ? reader() : index == 1 ? watcher() : sender();
    });
  }

 private:
  static bool batches(const LoadWork& work) {
    return work.options.batch != BatchBy::off && work.plan.statement.may_be_batched();
  }

  /// Nothing where rows of several partitions do not go into one batch: cells with times of their own need several
  /// statements a row, and where nothing may be sent twice a failure should leave few rows in doubt.
  static std::optional<ReplicaBatcher> joiner(const LoadWork& work) {
    const LoadPlan& plan = work.plan;
    const bool same = plan.statement.repeat == LoadStatement::Repeat::same;
    if (work.options.batch != BatchBy::replica_set || !batches(work) || !same || plan.restorer) return std::nullopt;
    return ReplicaBatcher(plan.replica_sets,
                          {work.options.batch_rows, work.options.batch_bytes, plan.statement.key_values},
                          counted_size(plan.statement, *plan.table, work.options));
  }

  asio::awaitable<void> reader() {
    while (!shard_.stop.stop_requested()) {
      const auto claimed = work_.units.next();
      if (!claimed) break;
      co_await read_unit(work_.todo[*claimed]);
    }
    if (breaks_off()) queue_.discard();
    queue_.close();
  }

  /// A stop ends a unit amid it, which is then done again. What must not be sent twice is ended in order: such units
  /// are small.
  [[nodiscard]] bool breaks_off() const {
    return shard_.stop.stop_requested() && work_.plan.statement.repeat != LoadStatement::Repeat::never;
  }

  asio::awaitable<void> sender() {
    co_await sender_.run();
    --senders_left_;
  }

  /// After a stop the senders get some seconds to hear what became of what is under way.
  asio::awaitable<void> watcher() {
    asio::steady_timer timer(co_await asio::this_coro::executor);
    std::optional<std::chrono::steady_clock::time_point> deadline;
    while (senders_left_ > 0) {
      const auto now = std::chrono::steady_clock::now();
      if (shard_.stop.stop_requested() && !deadline) deadline = now + time_to_finish;
      if (deadline && now > *deadline) throw cql::Error(cql::ErrorKind::cancelled, "stopped");
      timer.expires_after(std::chrono::milliseconds(20));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }

  asio::awaitable<void> read_unit(std::uint64_t index) {
    const LoadUnit& piece = work_.plan.units[index];
    const LoadInput& input = work_.plan.inputs[piece.input];
    auto progress = std::make_shared<UnitProgress>();
    progress->unit = index;
    under_way_.push_back(progress);
    if (work_.plan.statement.repeat != LoadStatement::Repeat::same) begin_on_record(*progress);
    formats::RowMapping mapping = input.mapping;
    if (mapping.timestamp_base) *mapping.timestamp_base += progress->timestamp_offset;
    const std::unique_ptr<formats::UnitReader> reader = input.source->open_unit(piece.unit, mapping);
    auto window = std::make_shared<RowWindow>();
    std::size_t rows = 0;
    std::size_t bytes = 0;
    for (bool more = true; more;) {
      if (!co_await may_go_on()) co_return;
      BoundRows& block = window->blocks.emplace_back();
      block.bytes.reserve(std::min(block_bytes_, smallest_window * 2));
      more = reader->next(block);
      const std::uint64_t left_out = reader->left_out() - progress->left_out;
      progress->left_out += left_out;
      progress->skipped_row_groups = reader->skipped_row_groups();
      block_bytes_ = std::max(block_bytes_, block.bytes.size());
      pass(block.rows.size() + block.bad.size() + left_out, piece, *progress);
      if (more) take(block, window, progress);
      rows += block.rows.size();
      bytes += block.bytes.size();
      const std::size_t held = counts_places(work_) ? memory_of_rows(rows, bytes) : bytes;
      if (!more || rows >= window_.rows || held >= window_.bytes) {
        if (spill_ && (more || spill_->begun())) {
          spill(rows, bytes, piece.unit, *progress);
        } else {
          flush(window, progress);
        }
        window = std::make_shared<RowWindow>();
        rows = bytes = 0;
      }
    }
    if (spill_ && spill_->begun() && !co_await send_spilled(progress)) co_return;
    progress->all_read = true;
    sender_.finish_if_done(*progress);
    std::erase_if(under_way_, [](const auto& unit) { return unit->finished; });
  }

  /// When there is room for more rows; false when nothing more shall be done.
  asio::awaitable<bool> may_go_on() {
    co_await queue_.room();
    // Lets the answers in that came meanwhile: reading holds the thread.
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    co_return !breaks_off();
  }

  /// What must not simply be done twice is on record before any of it is sent.
  void begin_on_record(UnitProgress& progress) {
    const std::int64_t offset = std::int64_t{work_.starts[progress.unit]} * tries_of_a_run;
    if (work_.plan.statement.repeat == LoadStatement::Repeat::later_timestamp) {
      if (offset + tries_of_a_run > work_.plan.timestamp_step) {
        throw Error(
            ErrorClass::failed,
            fmt::format("a unit was begun {} times, and every time the operation ended amid it: there is no room "
                        "for later timestamps, without which elements of lists would double",
                        work_.starts[progress.unit]),
            "Run the load again from the start.");
      }
      progress.timestamp_offset = offset;
    }
    if (!work_.options.dry_run) work_.operation.append(journal::StartRecord{progress.unit});
  }

  /// Counts records that were read.
  void pass(std::uint64_t records, const LoadUnit& piece, UnitProgress& progress) {
    progress.read += records;
    observe::ShardCounters::add(counters_.records_read, records);
    if (piece.unit.record_count > 0 && work_.plan.bytes > 0) {
      const double share = static_cast<double>(records) / static_cast<double>(piece.unit.record_count);
      const double bytes = share * static_cast<double>(piece.unit.bytes);
      observe::ShardCounters::add(counters_.bytes, static_cast<std::uint64_t>(bytes));
      observe::ShardCounters::add(counters_.fraction, bytes / static_cast<double>(work_.plan.bytes));
    }
  }

  void take(const BoundRows& block, const std::shared_ptr<RowWindow>& window,
            const std::shared_ptr<UnitProgress>& progress) {
    for (const BadRecord& bad : block.bad) sender_.reject(*progress, "value", bad);
    if (work_.options.dry_run) {
      sender_.try_out(*progress, block);
      return;
    }
    batcher_.add(block, [&](std::span<const RowToLoad> group) {
      if (!spill_) return push(group, window, progress);
      // The window's memory must go when its other rows wait on the disk.
      RowGroup rows(group.begin(), group.end());
      const std::shared_ptr<const RowWindow> holder = moved_rows(rows);
      push(rows, holder, progress);
    });
  }

  /// Everything that was read is on its way then.
  void flush(const std::shared_ptr<RowWindow>& window, const std::shared_ptr<UnitProgress>& progress) {
    const PartitionBatcher::Emit emit = [&](std::span<const RowToLoad> group) { push(group, window, progress); };
    if (!joiner_) return batcher_.flush(emit);
    batcher_.flush([&](std::span<const RowToLoad> group) { joiner_->add(group, emit); });
    joiner_->flush(emit);
  }

  /// The window's rows that have not left in full groups wait on the disk. `rows` and `bytes`: of the window.
  void spill(std::size_t rows, std::size_t bytes, const formats::Unit& unit, const UnitProgress& progress) {
    if (!spill_->begun()) {
      const double share =
          static_cast<double>(progress.read) / static_cast<double>(std::max(unit.record_count, progress.read));
      const auto of_all = [share](std::size_t part) {
        return static_cast<std::uint64_t>(static_cast<double>(part) / share);
      };
      spill_->begin({of_all(rows), of_all(bytes)});
    }
    batcher_.flush([this](std::span<const RowToLoad> group) { spill_->add(group); });
  }

  /// Brings the rows back that waited on the disk, and sends them; false when nothing more shall be done.
  asio::awaitable<bool> send_spilled(std::shared_ptr<UnitProgress> progress) {
    spill_->end();
    while (co_await may_go_on()) {
      auto window = std::make_shared<RowWindow>();
      window->blocks = spill_->next();
      if (window->blocks.empty()) co_return true;
      for (const BoundRows& block : window->blocks) {
        batcher_.add(block, [&](std::span<const RowToLoad> group) { push(group, window, progress); });
      }
      flush(window, progress);
    }
    co_return false;
  }

  void push(std::span<const RowToLoad> group, const std::shared_ptr<const RowWindow>& window,
            const std::shared_ptr<UnitProgress>& progress) {
    ++progress->under_way;
    queue_.push({RowGroup(group.begin(), group.end()), window, progress, 0});
  }

  LoadWork& work_;
  Shard& shard_;
  observe::ShardCounters& counters_;
  SendQueue queue_;
  LoadSender sender_;
  WindowLimits window_;
  PartitionBatcher batcher_;
  std::optional<ReplicaBatcher> joiner_;
  std::unique_ptr<RowSpill> spill_;  ///< None: nothing goes to the disk.
  std::vector<std::shared_ptr<UnitProgress>> under_way_;
  unsigned senders_left_ = 0;
  std::size_t block_bytes_ = 0;  ///< Of the largest block so far: the next one will not have to grow.
};

}  // namespace

asio::awaitable<void> load_shard(LoadWork& work, Shard shard) {
  LoadShard running(work, shard, co_await asio::this_coro::executor);
  std::exception_ptr failure;
  try {
    co_await running.run();
  } catch (...) {
    failure = std::current_exception();
  }
  work.account.spilled(running.spilled_bytes());
  try {
    running.show_unfinished();
  } catch (const Error&) {
    // The reason why the run ends is the one to tell.
    if (!failure) throw;
  }
  if (failure) std::rethrow_exception(failure);
}

}  // namespace cqlbulk::operations
