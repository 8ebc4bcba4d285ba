// Who waits for which answer on one connection: stream ids 0..limit-1, each with a waiter and a deadline.
// An id whose waiter left (cancelled, timed out) stays parked until its late answer came; only then is it used again.
// A plain data structure: `now` and deadlines are arguments, completing a waiter is the caller's business.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace cql::sansio {

using TimePoint = std::chrono::steady_clock::time_point;

/// Names one use of a stream id, so that a late cancellation cannot hit the id's next user.
struct StreamTicket {
  std::int16_t id = -1;
  std::uint64_t serial = 0;
};

/// `Waiter` is movable; destroying it may run anything but calls into this table.
template <typename Waiter>
class StreamTable {
 public:
  /// `limit`: 1 to 32,768.
  explicit StreamTable(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] bool full() const noexcept { return free_.empty() && slots_.size() == limit_; }
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_; }
  /// Ids without a waiter whose answer has not come.
  [[nodiscard]] std::size_t parked() const noexcept { return slots_.size() - free_.size() - waiting_; }

  /// Not when full().
  StreamTicket acquire(Waiter waiter, TimePoint deadline) {
    std::size_t id = 0;
    if (free_.empty()) {
      id = slots_.size();
      slots_.emplace_back();
    } else {
      id = static_cast<std::size_t>(free_.back());
      free_.pop_back();
    }
    Slot& slot = slots_[id];
    slot.waiter.emplace(std::move(waiter));
    slot.deadline = deadline;
    slot.serial = ++serial_;
    slot.taken = true;
    ++waiting_;
    next_deadline_ = std::min(next_deadline_, deadline);
    return {static_cast<std::int16_t>(id), slot.serial};
  }

  /// Whether an answer on `id` can be one to a request of ours.
  [[nodiscard]] bool expects(std::int16_t id) const noexcept {
    return id >= 0 && static_cast<std::size_t>(id) < slots_.size() && slots_[static_cast<std::size_t>(id)].taken;
  }

  /// The answer for `id` came: its waiter, or nothing when the waiter has left. Only for ids that are expected.
  std::optional<Waiter> answered(std::int16_t id) {
    const auto index = static_cast<std::size_t>(id);
    std::optional<Waiter> waiter = leave(slots_[index]);
    slots_[index].taken = false;
    free_.push_back(id);
    return waiter;
  }

  /// The waiter leaves, the id is parked. Nothing when it had left or been answered before.
  std::optional<Waiter> park(StreamTicket ticket) {
    Slot& slot = slots_[static_cast<std::size_t>(ticket.id)];
    if (slot.serial != ticket.serial || !slot.taken) return std::nullopt;
    return leave(slot);
  }

  /// Gives an id back that was never sent.
  std::optional<Waiter> withdraw(StreamTicket ticket) {
    Slot& slot = slots_[static_cast<std::size_t>(ticket.id)];
    if (slot.serial != ticket.serial || !slot.taken) return std::nullopt;
    return answered(ticket.id);
  }

  /// Waiters whose deadline has passed; their ids are parked.
  std::vector<Waiter> expire(TimePoint now) {
    std::vector<Waiter> expired;
    next_deadline_ = TimePoint::max();
    for (Slot& slot : slots_) {
      if (!slot.waiter) continue;
      if (slot.deadline <= now) {
        expired.push_back(*leave(slot));
      } else {
        next_deadline_ = std::min(next_deadline_, slot.deadline);
      }
    }
    return expired;
  }

  /// No waiter's deadline lies before this; it may lie before all of them.
  [[nodiscard]] TimePoint next_deadline() const noexcept { return next_deadline_; }

  /// The serial of the latest ticket.
  [[nodiscard]] std::uint64_t last_serial() const noexcept { return serial_; }

  /// Every waiter with its id, when the connection has ended. The table is of no use afterwards.
  std::vector<std::pair<StreamTicket, Waiter>> take_all() {
    std::vector<std::pair<StreamTicket, Waiter>> all;
    for (std::size_t id = 0; id < slots_.size(); ++id) {
      if (slots_[id].waiter) {
        all.emplace_back(StreamTicket{static_cast<std::int16_t>(id), slots_[id].serial}, *leave(slots_[id]));
      }
    }
    return all;
  }

 private:
  struct Slot {
    std::optional<Waiter> waiter;
    TimePoint deadline{};
    std::uint64_t serial = 0;
    bool taken = false;
  };

  std::optional<Waiter> leave(Slot& slot) {
    if (!slot.waiter) return std::nullopt;
    --waiting_;
    std::optional<Waiter> waiter(std::move(slot.waiter));
    slot.waiter.reset();
    return waiter;
  }

  std::size_t limit_;
  std::size_t waiting_ = 0;
  std::uint64_t serial_ = 0;
  TimePoint next_deadline_ = TimePoint::max();
  std::vector<Slot> slots_;
  std::vector<std::int16_t> free_;
};

}  // namespace cql::sansio
