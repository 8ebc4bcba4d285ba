// The thread that tells an Observer what happens, so that the threads that do the work only wait for whoever watches
// when that one cannot keep up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/report.hpp"
#include "observe/piece_ranking.hpp"

namespace cqlbulk::observe {

class Ticker {
 public:
  struct Pace {
    std::chrono::milliseconds interval = std::chrono::seconds(1);  ///< Between two calls of progress.
    std::size_t most_waiting = 256;                                ///< Events that wait for the observer.
  };
  /// Tells the beginning, as `report` has it. `snapshot` is called on the ticker's thread and must be safe against the
  /// workers; elapsed is filled in here.
  Ticker(Observer& observer, const Report& report, std::function<Progress()> snapshot)
      : Ticker(observer, report, std::move(snapshot), Pace()) {}
  Ticker(Observer& observer, const Report& report, std::function<Progress()> snapshot, Pace pace);
  /// An operation that ended without complete() is told as failed.
  ~Ticker();
  Ticker(const Ticker&) = delete;
  Ticker& operator=(const Ticker&) = delete;

  /// Each hands something to the observer soon, from any thread until stop(). These two wait while too much is waiting
  /// already: what may come without end is not piled up.
  void piece_done(PieceDone piece);
  /// `pieces_more` pieces became durable.
  void checkpoint(std::uint64_t pieces_more);
  /// These never wait, since there are few: who calls error() keeps repeats away; of notices, texts that differ in
  /// numbers only count as one, which is told once.
  void error(Failure failure);
  void notice(std::string message);
  /// A change of the operation's state, told every time.
  void announce(std::string message);

  /// Tells what waits and the last progress, and ends the thread. Further calls do nothing.
  void stop();
  /// The last call to the observer, on this thread. After it `report` counts what observers threw, as far as
  /// write_failures_to() had not yet told.
  void complete(Report& report);
  /// The slowest and largest of the pieces that were told. After stop().
  void write_pieces_to(Report& report) const;
  /// Counts what observers threw since the last time, with samples, under "observer". After stop().
  void write_failures_to(Report& report);

 private:
  struct DurablePieces {
    std::uint64_t more = 0;
  };
  using Event = std::variant<PieceDone, Failure, DurablePieces, std::string>;

  void push(Event event, bool wait_for_room);
  void run();
  void tell(const Event& event);
  void tell_progress();
  template <typename Call>
  void guarded(Call call) noexcept;

  Observer& observer_;
  Report report_;  ///< As it began.
  std::function<Progress()> snapshot_;
  Pace pace_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable room_;
  std::deque<Event> waiting_;
  std::set<std::string> told_;
  PieceRanking pieces_;
  bool stopping_ = false;
  bool completed_ = false;
  // Of the ticker's thread, and after stop() of its owner's.
  std::uint64_t durable_pieces_ = 0;
  std::vector<std::string> failures_;  ///< Samples not yet reported.
  FailureCount failing_;               ///< Not yet reported.
  std::size_t samples_reported_ = 0;
  std::thread thread_;
};

}  // namespace cqlbulk::observe
