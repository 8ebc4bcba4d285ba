// Writing groups of rows: the requests, what happens when they fail, and when a unit is finished.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <string_view>

#include "operations/load_shard.hpp"
#include "operations/retry.hpp"
#include "operations/send_queue.hpp"

namespace cqlbulk::operations {

/// Tries of a record that may have been written, before one that takes a timestamp of its own is the last.
inline constexpr unsigned most_doubts = 3;
/// Timestamps that one run of a unit may use for a record: the first try and its repetitions.
inline constexpr std::int64_t tries_of_a_run = most_doubts + 1;

/// One shard's; shared by the coroutines that send.
class LoadSender {
 public:
  LoadSender(LoadWork& work, Shard& shard, SendQueue& queue)
      : work_(work), shard_(shard), queue_(queue), counters_(work.counters.shard(shard.index)) {}

  /// Sends what the queue has until it is closed and empty. Many run at once.
  boost::asio::awaitable<void> run();
  /// Finds fault with rows that were read well, in a dry run: those that nobody could send.
  void try_out(UnitProgress& unit, const BoundRows& rows);
  /// Throws Error{failed} when bad records become too many.
  void reject(UnitProgress& unit, std::string_view kind, BadRecord record);
  /// Records a unit in the journal when nothing of it is left.
  void finish_if_done(UnitProgress& unit);
  /// Writes down what is bad in a unit that did not come to its end.
  void show(UnitProgress& unit);

 private:
  /// How a request ended: written, refused for its values (and why), perhaps written and not to be sent
  /// again, or given up because of a stop.
  struct Outcome {
    enum class Kind { written, refused, uncertain, stopped };
    Kind kind = Kind::written;
    std::string reason;
  };
  /// What was not written as it was sent.
  boost::asio::awaitable<void> settle(const SendItem& item, const Outcome& outcome);
  boost::asio::awaitable<Outcome> write(UnitProgress& unit, std::span<const RowToLoad> rows);
  /// Rows as the input gave them, `tries` after the first: their timestamps are later by as much. `bound` gets the
  /// values that are not sent as they were read, which the batch borrows.
  [[nodiscard]] cql::Batch batch_of(const UnitProgress& unit, std::span<const RowToLoad> rows, unsigned tries,
                                    std::vector<cql::Buffer>& bound) const;
  /// The same where cells have times of their own: as many requests as the rows need.
  boost::asio::awaitable<Outcome> restore(UnitProgress& unit, std::span<const RowToLoad> rows);
  /// Waits for its turn; `stopped` when the shard shall stop before it came.
  boost::asio::awaitable<Outcome> execute(cql::Batch batch);
  boost::asio::awaitable<cql::Result> ask(cql::Batch batch);
  /// What an answer says, and its warnings to whoever watches.
  [[nodiscard]] Outcome judge(const cql::Result& result) const;
  /// Puts a row's values in the order of its statement, and says which one that is.
  const cql::PreparedStatement& bind(const RowToLoad& row, std::uint64_t record, unsigned tries,
                                     cql::Buffer& bound) const;
  [[nodiscard]] cql::RequestOptions options_for(const cql::Batch::Entry& first) const;
  [[nodiscard]] bool may_repeat(const cql::Error& error) const;
  void wrote(UnitProgress& unit, std::uint64_t rows);
  /// Notes what is bad about a row that was read well; its text is looked for later.
  void note(UnitProgress& unit, const RowToLoad& row, const Outcome& outcome);
  /// Finds the text of a unit's refused and doubted records by reading the unit once more.
  void find_noted(UnitProgress& unit);
  void count_bad(std::string_view kind, const LoadInput& input, const BadRecord& record);
  [[nodiscard]] const LoadInput& input_of(const UnitProgress& unit) const;
  [[nodiscard]] RejectFile::Origin origin_of(const UnitProgress& unit) const;

  LoadWork& work_;
  Shard& shard_;
  SendQueue& queue_;
  observe::ShardCounters& counters_;
};

}  // namespace cqlbulk::operations
