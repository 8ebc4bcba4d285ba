// Writing groups of rows: the requests, what happens when they fail, and when a unit is finished.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "operations/load_shard.hpp"
#include "operations/send_queue.hpp"

namespace cqlbulk::operations {

/// One shard's; shared by the coroutines that send.
class LoadSender {
 public:
  LoadSender(LoadWork& work, Shard& shard, SendQueue& queue)
      : work_(work), shard_(shard), queue_(queue), counters_(work.counters.shard(shard.index)) {}

  /// Sends what the queue has until it is closed and empty. Many run at once.
  boost::asio::awaitable<void> run();
  void reject(UnitProgress& unit, std::string_view kind, const LoadInput& input, const BadRecord& record);
  /// Records a unit in the journal when nothing of it is left.
  void finish_if_done(UnitProgress& unit);

 private:
  /// How a request ended: written, refused for its values (and why), or given up because of a stop.
  struct Outcome {
    enum class Kind { written, refused, stopped };
    Kind kind = Kind::written;
    std::string reason;
  };
  boost::asio::awaitable<void> send(const SendItem& item);
  boost::asio::awaitable<Outcome> write(std::span<const RowToLoad> rows);
  boost::asio::awaitable<void> request(std::span<const RowToLoad> rows);
  void wrote(UnitProgress& unit, std::uint64_t rows);
  void refuse(UnitProgress& unit, const RowToLoad& row, std::string reason);
  /// Puts the refused records of a unit into the reject file: their text is found by reading the unit once more.
  void reject_refused(UnitProgress& unit);

  LoadWork& work_;
  Shard& shard_;
  SendQueue& queue_;
  observe::ShardCounters& counters_;
};

}  // namespace cqlbulk::operations
