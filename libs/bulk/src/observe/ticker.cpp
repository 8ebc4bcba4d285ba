#include "observe/ticker.hpp"

#include <exception>
#include <utility>

namespace cqlbulk::observe {

namespace {
constexpr std::size_t most_samples = 10;
/// A cluster that warns about everything must not fill the memory of whoever listens.
constexpr std::size_t most_notices = 100;

/// Warnings that differ in their numbers only are one warning.
std::string without_numbers(const std::string& message) {
  std::string kind;
  for (const char c : message) {
    const bool digit = c >= '0' && c <= '9';
    if (!digit) kind += c;
    if (digit && (kind.empty() || kind.back() != '#')) kind += '#';
  }
  return kind;
}

Beginning beginning_of(const Report& report) {
  const std::string table = report.table.empty() ? "" : report.keyspace + "." + report.table;
  const bool load = report.command == "load";
  Beginning beginning;
  beginning.operation = report.operation;
  beginning.directory = report.operation_dir;
  beginning.command = report.command;
  beginning.keyspace = report.keyspace;
  beginning.table = report.table;
  beginning.format = report.format;
  beginning.source = load ? report.source_or_target : table;
  beginning.destination = load ? table : report.source_or_target;
  beginning.pieces = report.pieces;
  return beginning;
}
}  // namespace

Ticker::Ticker(Observer& observer, const Report& report, std::function<Progress()> snapshot, Pace pace)
    : observer_(observer), report_(report), snapshot_(std::move(snapshot)), pace_(pace), thread_([this] { run(); }) {}

Ticker::~Ticker() {
  stop();
  if (completed_) return;
  report_.status = Status::failed;
  report_.error = "the operation ended with an exception, which the caller gets";
  report_.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  complete(report_);
}

void Ticker::piece_done(PieceDone piece) {
  {
    const std::lock_guard lock(mutex_);
    pieces_.add(piece);
  }
  push(std::move(piece), true);
}

void Ticker::write_pieces_to(Report& report) const {
  report.slowest_pieces = pieces_.slowest();
  report.largest_pieces = pieces_.largest();
}

void Ticker::checkpoint(std::uint64_t pieces_more) { push(DurablePieces{pieces_more}, true); }

void Ticker::error(Failure failure) { push(std::move(failure), false); }

void Ticker::notice(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    if (told_.size() >= most_notices || !told_.insert(without_numbers(message)).second) return;
    if (told_.size() == most_notices) message += " (further warnings are not shown)";
  }
  push(std::move(message), false);
}

void Ticker::announce(std::string message) { push(std::move(message), false); }

void Ticker::push(Event event, bool wait_for_room) {
  {
    std::unique_lock lock(mutex_);
    if (wait_for_room) room_.wait(lock, [this] { return stopping_ || waiting_.size() < pace_.most_waiting; });
    if (stopping_) return;
    waiting_.push_back(std::move(event));
  }
  wake_.notify_one();
}

void Ticker::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_one();
  room_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Ticker::complete(Report& report) {
  stop();
  if (std::exchange(completed_, true)) return;
  guarded([&] { observer_.complete(report); });
  write_failures_to(report);
}

void Ticker::write_failures_to(Report& report) {
  if (failing_.count == 0) return;
  report.failures_by_kind["observer"] += std::exchange(failing_, FailureCount{});
  samples_reported_ += failures_.size();
  for (std::string& problem : failures_) {
    report.failure_samples.push_back({"observer", "a progress callback", std::move(problem)});
  }
  failures_.clear();
}

template <typename Call>
void Ticker::guarded(Call call) noexcept {
  std::string problem;
  try {
    call();
    return;
  } catch (const std::exception& error) {
    problem = error.what();
  } catch (...) {
    problem = "an exception of unknown type";
  }
  const auto now = std::chrono::system_clock::now();
  failing_ += {1, now, now};
  if (samples_reported_ + failures_.size() < most_samples) failures_.push_back(std::move(problem));
}

void Ticker::tell(const Event& event) {
  struct Teller {
    Ticker& ticker;
    void operator()(const PieceDone& piece) const { ticker.observer_.piece_done(piece); }
    void operator()(const Failure& failure) const { ticker.observer_.error(failure); }
    void operator()(const std::string& message) const { ticker.observer_.notice(message); }
    void operator()(const DurablePieces& pieces) const {
      ticker.durable_pieces_ += pieces.more;
      const Report& report = ticker.report_;
      ticker.observer_.checkpoint({report.operation, report.operation_dir, ticker.durable_pieces_, report.pieces});
    }
  };
  guarded([&] { std::visit(Teller{*this}, event); });
}

void Ticker::tell_progress() {
  guarded([&] {
    Progress progress = snapshot_();
    progress.elapsed = std::chrono::steady_clock::now() - start_;
    observer_.progress(progress);
  });
}

void Ticker::run() {
  guarded([&] { observer_.begin(beginning_of(report_)); });
  auto next = start_ + pace_.interval;
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait_until(lock, next, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_ && waiting_.empty()) break;
    const bool any = !waiting_.empty();
    Event event;
    if (any) {
      event = std::move(waiting_.front());
      waiting_.pop_front();
    }
    lock.unlock();
    if (any) {
      room_.notify_one();
      tell(event);
    }
    if (std::chrono::steady_clock::now() >= next) {
      tell_progress();
      // Counted from the end of the call: an observer that is slow is told less often, never faster to catch up.
      next = std::chrono::steady_clock::now() + pace_.interval;
    }
    lock.lock();
  }
  lock.unlock();
  tell_progress();
}

}  // namespace cqlbulk::observe
