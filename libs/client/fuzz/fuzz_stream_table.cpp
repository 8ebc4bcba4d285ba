// Stream ids: any sequence of requests, answers, cancellations and timeouts against a model that keeps a list. No id is
// used twice at once, no waiter is forgotten or completed twice.
#include <map>
#include <set>

#include "fuzzing.hpp"
#include "sansio/stream_table.hpp"

namespace {

using namespace cql;
using sansio::StreamTicket;
using sansio::TimePoint;

class Run {
 public:
  explicit Run(std::size_t limit) : limit_(limit), table_(limit) {}

  void step(std::uint8_t action, std::uint8_t which) {
    switch (action % 6) {
      case 0:
      case 1:
        return acquire(which);
      case 2:
        return answer(which);
      case 3:
        return leave(which, true);
      case 4:
        return leave(which, false);
      default:
        return expire(which);
    }
  }

  void finish() {
    for (const auto& [ticket, waiter] : table_.take_all()) {
      const auto found = waiting_.find(waiter);
      fuzzing::check(found != waiting_.end() && found->second.ticket.id == ticket.id);
      waiting_.erase(found);
    }
    fuzzing::check(waiting_.empty());
  }

 private:
  struct Entry {
    StreamTicket ticket;
    TimePoint deadline;
  };

  void acquire(std::uint8_t which) {
    fuzzing::check(table_.full() == (taken_.size() == limit_));
    if (table_.full()) return;
    const TimePoint deadline = now_ + std::chrono::milliseconds(which);
    const StreamTicket ticket = table_.acquire(next_, deadline);
    fuzzing::check(ticket.serial == table_.last_serial());
    fuzzing::check(taken_.insert(ticket.id).second && table_.expects(ticket.id));
    fuzzing::check(table_.next_deadline() <= deadline);
    waiting_.emplace(next_++, Entry{ticket, deadline});
    check_counts();
  }

  void answer(std::uint8_t which) {
    const auto id = static_cast<std::int16_t>(which % (limit_ + 1));
    fuzzing::check(table_.expects(id) == taken_.contains(id));
    if (!table_.expects(id)) return;
    const auto waiter = table_.answered(id);
    taken_.erase(id);
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](const auto& entry) { return entry.second.ticket.id == id; });
    fuzzing::check(waiter.has_value() == (found != waiting_.end()));
    if (waiter) {
      fuzzing::check(found->first == *waiter);
      gone_.push_back(found->second.ticket);
      waiting_.erase(found);
    }
    check_counts();
  }

  /// A cancellation, perhaps of a request that has long ended.
  void leave(std::uint8_t which, bool sent) {
    if (which % 2 == 0 && !gone_.empty()) {
      const StreamTicket late = gone_[which % gone_.size()];
      fuzzing::check(!table_.park(late));
      return;
    }
    if (waiting_.empty()) return;
    const auto entry = std::next(waiting_.begin(), which % static_cast<int>(waiting_.size()));
    const StreamTicket ticket = entry->second.ticket;
    const auto waiter = sent ? table_.park(ticket) : table_.withdraw(ticket);
    fuzzing::check(waiter && *waiter == entry->first);
    if (!sent) taken_.erase(ticket.id);
    waiting_.erase(entry);
    gone_.push_back(ticket);
    check_counts();
  }

  void expire(std::uint8_t which) {
    now_ += std::chrono::milliseconds(which);
    for (const std::uint64_t waiter : table_.expire(now_)) {
      const auto found = waiting_.find(waiter);
      fuzzing::check(found != waiting_.end() && found->second.deadline <= now_);
      gone_.push_back(found->second.ticket);
      waiting_.erase(found);
    }
    for (const auto& [waiter, entry] : waiting_) fuzzing::check(entry.deadline > now_);
    check_counts();
  }

  void check_counts() const {
    fuzzing::check(table_.waiting() == waiting_.size());
    fuzzing::check(table_.parked() == taken_.size() - waiting_.size());
  }

  std::size_t limit_;
  sansio::StreamTable<std::uint64_t> table_;
  TimePoint now_{};
  std::uint64_t next_ = 0;
  std::set<std::int16_t> taken_;
  std::map<std::uint64_t, Entry> waiting_;
  std::vector<StreamTicket> gone_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  ByteView bytes = fuzzing::bytes_of(data, size);
  fuzzing::Choices choices(bytes);
  Run run(1 + choices.byte() % 16);
  while (!bytes.empty()) {
    const std::uint8_t action = choices.byte();
    run.step(action, choices.byte());
  }
  run.finish();
  return 0;
}
