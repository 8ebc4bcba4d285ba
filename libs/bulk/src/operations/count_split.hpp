// Counting one split: asking the server, halving what it cannot count in time, reading keys where halving does not
// help.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <cstdint>
#include <functional>
#include <optional>

#include "observe/counters.hpp"
#include "operations/count_plan.hpp"
#include "operations/failure_log.hpp"
#include "operations/largest_partitions.hpp"
#include "operations/range_stream.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

class SplitCounter {
 public:
  /// `warn` hears the server's warnings.
  SplitCounter(const CountPlan& plan, const Shard& shard, observe::ShardCounters& counters, FailureLog& failures,
               const std::function<void(std::string)>& warn)
      : plan_(plan),
        shard_(shard),
        counters_(counters),
        failures_(failures),
        warn_(warn),
        page_size_(std::min(plan.page_size, largest_read_page), plan.memory.page) {}

  /// Rows of the split. Partitions are added to `partitions` when the plan counts by groups. Throws cql::Error when
  /// every way failed.
  boost::asio::awaitable<std::uint64_t> count(plan::Split split, LargestPartitions* partitions);

 private:
  boost::asio::awaitable<std::uint64_t> count_by_server(plan::Split split, unsigned halvings);
  boost::asio::awaitable<std::uint64_t> ask_server(cql::TokenRange range, std::optional<cql::Uuid> node);
  boost::asio::awaitable<std::uint64_t> count_by_reading(cql::PreparedStatement statement, cql::TokenRange range);
  boost::asio::awaitable<std::uint64_t> count_by_groups(cql::TokenRange range, LargestPartitions& partitions);
  boost::asio::awaitable<std::uint64_t> count_by_keys(cql::TokenRange range, LargestPartitions& partitions);
  [[nodiscard]] cql::BoundStatement bind(const cql::TokenRange& range) const;
  [[nodiscard]] RangeStream rows_of(cql::PreparedStatement statement, const cql::TokenRange& range);
  [[nodiscard]] boost::asio::awaitable<cql::PreparedStatement> prepare_keys();

  const CountPlan& plan_;
  const Shard& shard_;
  observe::ShardCounters& counters_;
  FailureLog& failures_;
  const std::function<void(std::string)>& warn_;
  PageSizer page_size_;  ///< Where rows are read.
};

}  // namespace cqlbulk::operations
