// Two small queries a node, many nodes at once: one after the other, a cluster of hundreds would take seconds. Tokens
// are text in that table.
#include "operations/table_size.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <vector>

#include "cql/result.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

constexpr unsigned nodes_at_once = 32;

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

/// What the nodes say of one table. One thread: coroutines of one executor.
class Inquiry {
 public:
  Inquiry(std::vector<cql::Uuid> nodes, const cql::Table& table) : nodes_(std::move(nodes)), table_(table) {}

  /// Asks one node after the other that nobody else has asked yet.
  asio::awaitable<void> ask_nodes(cql::Session& session) {
    while (next_ < nodes_.size()) {
      const cql::Uuid node = nodes_[next_++];
      if (const auto page = co_await ask(session, node, query_text)) add_rows(*page, estimates_);
      if (const auto page = co_await ask(session, node, largest_partition_text)) note_largest(*page);
    }
  }

  [[nodiscard]] plan::TableSize size() const {
    plan::TableSize size = plan::add_up(estimates_);
    size.largest_partition_mib = largest_;
    return size;
  }

 private:
  /// The query for the table, to one node; nothing when the node does not answer it.
  asio::awaitable<std::optional<cql::Page>> ask(cql::Session& session, cql::Uuid node, const char* text) {
    cql::Query query{text};
    query.values.add_text(table_.keyspace);
    query.values.add_text(table_.name);
    query.options.node = node;
    query.options.idempotent = true;
    try {
      cql::Result result = co_await session.execute(std::move(query));
      co_return std::move(result.page);
    } catch (const cql::Error&) {
      co_return std::nullopt;
    }
  }

  void note_largest(const cql::Page& page) {
    cql::RowCursor row(page);
    if (!row.next() || !row.cell(0) || row.get<std::int64_t>(0) < 0) return;
    largest_ = std::max(largest_.value_or(0), static_cast<std::uint64_t>(row.get<std::int64_t>(0)));
  }

  std::vector<cql::Uuid> nodes_;
  const cql::Table& table_;
  std::size_t next_ = 0;
  std::vector<plan::SizeEstimate> estimates_;
  std::optional<std::uint64_t> largest_;
};

}  // namespace

plan::TableSize estimate_size(ClusterThread& cluster, const cql::Table& table) {
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  std::vector<cql::Uuid> nodes;
  for (const cql::Node& node : metadata->nodes) {
    if (node.up && node.datacenter == cluster.cluster().local_datacenter()) nodes.push_back(node.host_id);
  }
  const auto at_once = std::min<unsigned>(nodes_at_once, static_cast<unsigned>(nodes.size()));
  Inquiry inquiry(std::move(nodes), table);
  cluster.ask([&](cql::Session& session) -> asio::awaitable<void> {
    return run_at_once(at_once, [&](unsigned) { return inquiry.ask_nodes(session); });
  });
  return inquiry.size();
}

}  // namespace cqlbulk::operations
