// One small query a node; tokens are text in that table.
#include "operations/table_size.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "cql/result.hpp"

namespace cqlbulk::operations {

namespace {

constexpr const char* query_text =
    "SELECT range_start, range_end, partitions_count, mean_partition_size FROM system.size_estimates "
    "WHERE keyspace_name = ? AND table_name = ?";

/// Of Cassandra 4.0 and later.
constexpr const char* largest_partition_text =
    "SELECT mebibytes FROM system_views.max_partition_size WHERE keyspace_name = ? AND table_name = ?";

std::optional<cql::Token> token_of(const cql::CellView& cell) {
  if (!cell) return std::nullopt;
  const std::string_view text = cql::as_text(*cell);
  cql::Token token = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), token);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return token;
}

void add_rows(const cql::Page& page, std::vector<plan::SizeEstimate>& estimates) {
  cql::RowCursor row(page);
  while (row.next()) {
    const auto start = token_of(row.cell(0));
    const auto end = token_of(row.cell(1));
    if (!start || !end || !row.cell(2) || !row.cell(3)) continue;
    estimates.push_back({{*start, *end}, row.get<std::int64_t>(2), row.get<std::int64_t>(3)});
  }
}

/// The query for one table, to one node; nothing when the node does not answer it.
std::optional<cql::Page> ask(ClusterThread& cluster, const cql::Node& node, const cql::Table& table, const char* text) {
  cql::Query query{text};
  query.values.add_text(table.keyspace);
  query.values.add_text(table.name);
  query.options.node = node.host_id;
  query.options.idempotent = true;
  try {
    return cluster.query(std::move(query)).page;
  } catch (const cql::Error&) {
    return std::nullopt;
  }
}

}  // namespace

plan::TableSize estimate_size(ClusterThread& cluster, const cql::Table& table) {
  std::vector<plan::SizeEstimate> estimates;
  std::optional<std::uint64_t> largest;
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  for (const cql::Node& node : metadata->nodes) {
    if (!node.up || node.datacenter != cluster.cluster().local_datacenter()) continue;
    if (const auto page = ask(cluster, node, table, query_text)) add_rows(*page, estimates);
    if (const auto page = ask(cluster, node, table, largest_partition_text)) {
      cql::RowCursor row(*page);
      if (row.next() && row.cell(0) && row.get<std::int64_t>(0) >= 0) {
        largest = std::max(largest.value_or(0), static_cast<std::uint64_t>(row.get<std::int64_t>(0)));
      }
    }
  }
  plan::TableSize size = plan::add_up(estimates);
  size.largest_partition_mib = largest;
  return size;
}

}  // namespace cqlbulk::operations
