// What a shard has ready to send, and how much of it may be under way at once. One thread: coroutines of one executor.
#pragma once

#include <algorithm>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "operations/partition_batcher.hpp"

namespace cqlbulk::operations {

/// How far a unit of the input is. Finished when all of it is read and nothing of it is under way.
struct UnitProgress {
  std::uint64_t unit = 0;  ///< Index into the plan's units.
  std::uint64_t read = 0;
  std::uint64_t rows = 0;  ///< Written.
  std::uint64_t rejected = 0;
  std::uint64_t under_way = 0;  ///< Groups queued or sent.
  std::uint64_t expired = 0;    ///< Cells that were not written, since their time was over.
  bool all_read = false;
  bool finished = false;        ///< On record.
  std::uint64_t uncertain = 0;  ///< May have been written; must not be sent again.
  std::uint64_t left_out = 0;   ///< Does not meet the load's conditions.
  std::uint64_t skipped_row_groups = 0;
  std::chrono::steady_clock::time_point started = std::chrono::steady_clock::now();
  /// Added to every timestamp: a unit that was begun before writes with later ones.
  std::int64_t timestamp_offset = 0;
  /// What is for the reject file and for the list of what is uncertain, when the unit is done.
  std::vector<BadRecord> rejects{};
  std::vector<BadRecord> doubtful{};
  /// Records that the server refused, and why, and those that may have been written: their text is found by reading the
  /// unit once more. Not yet in `rejected` and `uncertain`.
  std::map<std::uint64_t, std::string> refused;
  std::map<std::uint64_t, std::string> doubted;
};

/// The blocks that rows under way lie in; whoever sends them keeps them.
struct RowWindow {
  std::deque<BoundRows> blocks;
};

/// Copies a group's rows, which then lie in what is returned.
[[nodiscard]] std::shared_ptr<const RowWindow> moved_rows(RowGroup& group);

struct SendItem {
  RowGroup rows;
  std::shared_ptr<const RowWindow> window;
  std::shared_ptr<UnitProgress> unit;
  std::size_t bytes = 0;  ///< Of the rows; the queue's own account.
};

class SendQueue {
 public:
  /// Limits: what may be under way, in weights (a row alone weighs 1, a batch `batch_weight`, or 1 for every
  /// `bytes_of_weight` when that is more); how many bytes may wait or be under way before room() waits, a row being
  /// counted as its own and `bytes_beside_row`.
  struct Limits {
    std::size_t weight = 256;
    std::size_t batch_weight = 8;
    std::size_t held_bytes = 8U << 20U;
    std::size_t bytes_of_weight = 8U << 10U;
    std::size_t bytes_beside_row = 0;
  };

  SendQueue(const boost::asio::any_io_executor& executor, Limits limits)
      : limits_(limits), items_came_(executor), room_came_(executor) {
    items_came_.expires_at(boost::asio::steady_timer::time_point::max());
    room_came_.expires_at(boost::asio::steady_timer::time_point::max());
  }

  void push(SendItem item);
  /// The next item, when it may be sent; nothing when the queue is closed and empty. done() must follow, and then
  /// pop() again at once: nobody else is woken for what that item made room for.
  boost::asio::awaitable<std::optional<SendItem>> pop();
  /// The same without waiting: nothing where pop() would wait, or has nothing either.
  [[nodiscard]] std::optional<SendItem> try_pop();
  void done(const SendItem& item);
  /// Waits until there is room for more.
  boost::asio::awaitable<void> room();
  /// Nothing more will come.
  void close();
  /// Drops what nobody has taken yet.
  void discard();
  [[nodiscard]] bool closed() const noexcept { return closed_; }

 private:
  [[nodiscard]] std::size_t weight_of(const SendItem& item) const {
    return std::max(item.rows.size() > 1 ? limits_.batch_weight : 1, item.bytes / limits_.bytes_of_weight);
  }
  [[nodiscard]] std::size_t held_by(const SendItem& item) const {
    return item.bytes + item.rows.size() * limits_.bytes_beside_row;
  }
  [[nodiscard]] bool front_may_go() const {
    return !items_.empty() && (under_way_ == 0 || under_way_ + weight_of(items_.front()) <= limits_.weight);
  }
  void wake_sender() {
    if (idle_ > 0 && front_may_go()) items_came_.cancel_one();
  }

  Limits limits_;
  boost::asio::steady_timer items_came_;  ///< Never expires: cancelled to wake.
  boost::asio::steady_timer room_came_;
  std::deque<SendItem> items_;
  std::size_t held_bytes_ = 0;  ///< Of what waits and of what is under way.
  std::size_t under_way_ = 0;
  std::size_t idle_ = 0;
  bool closed_ = false;
};

}  // namespace cqlbulk::operations
