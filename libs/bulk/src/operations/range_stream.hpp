// The rows of a token range, page by page, whatever happens on the way: goes on after what passes, waits for nodes,
// asks for less where the server cannot do so much at once. For exports, counts and verification.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cql/session.hpp"
#include "journal/records.hpp"
#include "observe/counters.hpp"
#include "operations/appetite.hpp"
#include "operations/failure_log.hpp"
#include "operations/memory_budget.hpp"
#include "operations/pace_gate.hpp"
#include "operations/page_sizer.hpp"
#include "operations/retry.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

struct RangeQuery {
  cql::PreparedStatement statement;  ///< With the markers :start and :end where there is a range.
  std::string keyspace;
  std::optional<cql::TokenRange> range;  ///< Nothing: the statement's rows, whatever they are.
  cql::Consistency consistency = cql::Consistency::local_one;
  journal::SplitPosition from{};
};

/// One coroutine at a time.
class RangeStream {
 public:
  /// What it needs besides the query must outlive it. Failures are told to `failures` as of the range.
  RangeStream(const Shard& shard, RangeQuery query, PageSizer& sizer, observe::ShardCounters& counters,
              FailureLog& failures);

  /// The next page; nothing at the end, and when the shard shall stop. Throws the cql::Error that nothing helped
  /// against; what it was doing is in where().
  boost::asio::awaitable<std::optional<cql::Page>> next();

  /// Of the last row of the page that came: its partition key, `values` in wire layout. Where nobody says so the range
  /// is not asked for in smaller pieces any more.
  void reached(std::string_view key, std::size_t values) {
    last_key_ = key;
    key_values_ = values;
  }

  /// No page is left.
  [[nodiscard]] bool at_end() const noexcept { return at_end_; }
  /// Where it goes on after the pages so far.
  [[nodiscard]] const journal::SplitPosition& position() const noexcept { return position_; }
  /// "token range (START, END]", or "the whole query".
  [[nodiscard]] std::string where() const;
  /// The last failure was of a single partition, which the server cannot read a row of.
  [[nodiscard]] bool stuck_in_partition() const noexcept { return appetite_.is_one_partition(); }

 private:
  [[nodiscard]] cql::BoundStatement bind(const std::optional<cql::Uuid>& node);
  [[nodiscard]] PaceRequest request() const;
  /// Of the next page, if it is asked for anew.
  [[nodiscard]] std::int32_t rows_to_ask() const;
  [[nodiscard]] std::size_t pages_ahead() const noexcept;
  boost::asio::awaitable<void> take_memory();
  void take(const cql::Page& page);
  /// Of the row that the paging state stands for.
  [[nodiscard]] std::optional<cql::Token> reached_token() const;
  [[nodiscard]] bool may_cut() const noexcept;
  boost::asio::awaitable<void> after(cql::Error failure);

  const Shard& shard_;
  RangeQuery query_;
  PageSizer& sizer_;
  observe::ShardCounters& counters_;
  FailureLog& failures_;
  journal::SplitPosition position_;
  std::string last_key_;  ///< Of the last row that came, in wire layout; empty: not known.
  std::size_t key_values_ = 0;
  cql::Token query_end_ = 0;
  std::int32_t asked_rows_ = 0;
  std::int32_t page_rows_ = INT32_MAX;  ///< What the stream asks for, or asked for last.
  std::size_t place_ = 0;       ///< Whom it asks, in the gate's list.
  MemoryBudget::Lease memory_;  ///< For the pages of stream_.
  std::optional<cql::ResultStream> stream_;
  Appetite appetite_;
  Tries tries_;
  bool at_end_ = false;
};

}  // namespace cqlbulk::operations
