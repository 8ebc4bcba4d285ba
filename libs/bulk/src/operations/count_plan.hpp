// What a count will do, worked out before it does anything: which statement, over which splits, in which order.
// Wrong settings end here, with Error{usage}.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cqlbulk/count.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/select.hpp"
#include "plan/memory_shares.hpp"
#include "plan/size_estimates.hpp"
#include "plan/splits.hpp"

namespace cqlbulk::operations {

/// Rows of a page where rows are read, not counted by the server.
inline constexpr std::int32_t largest_read_page = 5'000;

struct CountPlan {
  /// How rows are counted.
  enum class Method {
    by_server,   ///< `statement` is a COUNT(*); one row comes back.
    by_groups,   ///< `statement` is GROUP BY the partition key with COUNT(*) as its last column.
    by_reading,  ///< `statement` is the user's own; its rows are read and counted here.
  };
  std::shared_ptr<const cql::Metadata> metadata;  ///< Splits' replicas are indices into its nodes.
  std::string keyspace;
  std::string table;
  Method method = Method::by_server;
  CountBy by = CountBy::total;
  cql::PreparedStatement statement;
  /// Reads the partition key of each row: what is left when the server cannot count a piece in time. Text, since it is
  /// seldom needed. Empty for by_reading.
  std::string keys;
  std::size_t key_columns = 0;  ///< by_groups: columns before the count.
  std::string whole_because;    ///< Why it runs as one query; empty when it is split.
  std::vector<plan::Split> splits;
  std::vector<std::uint32_t> order;  ///< In which splits are claimed.
  cql::Consistency consistency = cql::Consistency::local_one;
  std::int32_t page_size = 0;
  unsigned threads = 1;
  plan::MemoryShares memory;
  plan::TableSize size;  ///< Where it was asked for.
  std::uint32_t parallelism = 1;
  std::uint64_t most_failed = 0;  ///< Splits that may fail while the others go on.

  [[nodiscard]] bool is_split() const noexcept { return whole_because.empty(); }
  /// "range (START, END]", or "the whole query".
  [[nodiscard]] std::string name_of(const cql::TokenRange& range) const;
};

/// Problems of the options that need no cluster to be seen. Throws Error{usage} naming all of them.
void validate(const CountOptions& options);

/// `recorded`: the splits of a count that goes on; empty: they are made.
[[nodiscard]] CountPlan plan_count(const CountOptions& options, ClusterThread& cluster,
                                   const std::vector<cql::TokenRange>& recorded = {});

/// The statements of a count, without a cluster: pure.
struct CountStatements {
  CountPlan::Method method = CountPlan::Method::by_server;
  SelectParts counting;
  SelectParts keys;
};
/// From the table's SELECT or the user's own. Throws Error{usage} when its rows cannot be told by partition.
[[nodiscard]] CountStatements count_statements(const SelectParts& parts, const cql::Table& table, CountBy by);

}  // namespace cqlbulk::operations
