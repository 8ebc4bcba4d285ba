// What can be said of a schema before anything is read.
#include "operations/inspect_schema.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "observe/number_text.hpp"
#include "operations/preflight.hpp"
#include "operations/select.hpp"
#include "operations/shards.hpp"
#include "operations/text_table.hpp"
#include "pace/presets.hpp"
#include "plan/splits.hpp"

namespace cqlbulk::operations {

namespace {

std::string short_class(const std::string& name) { return name.substr(name.rfind('.') + 1); }

std::string replication_text(const cql::Replication& replication) {
  switch (replication.strategy) {
    case cql::Replication::Strategy::simple:
      return fmt::format("SimpleStrategy {}", replication.factor);
    case cql::Replication::Strategy::network_topology: {
      std::vector<std::string> factors;
      for (const auto& [datacenter, factor] : replication.dc_factors) {
        factors.push_back(fmt::format("{}: {}", datacenter, factor));
      }
      return fmt::format("NetworkTopologyStrategy {}", fmt::join(factors, ", "));
    }
    default:
      return replication.class_name.empty() ? "virtual" : short_class(replication.class_name);
  }
}

std::string about(const plan::TableSize& size) {
  if (!size.known()) return "unknown";
  return fmt::format("about {}", observe::grouped(size.partitions));
}

std::string role_of(const cql::Column& column) {
  switch (column.role) {
    case cql::Column::Role::partition_key:
      return "partition key";
    case cql::Column::Role::clustering:
      return column.descending ? "clustering, descending" : "clustering";
    case cql::Column::Role::static_:
      return "static";
    case cql::Column::Role::regular:
      break;
  }
  return "";
}

std::string kind_of(const cql::Table& table) {
  if (table.is_virtual) return "virtual table";
  if (table.is_view) return "materialized view";
  return table.is_counter ? "counter table" : "table";
}

std::string run_text(const cql::Metadata& metadata, const cql::Table& table, const plan::TableSize& size,
                     const PaceOptions& pace) {
  const std::uint32_t parallelism = pace::planned_ranges(pace.preset, pace.parallelism);
  const std::string whole = why_whole(select_from(table, {}, {}), metadata);
  if (!whole.empty()) return fmt::format("  one query for the whole table: {}\n", whole);
  const auto ranges = metadata.ring.ranges(metadata.keyspace(table.keyspace)->replication);
  const std::uint32_t count =
      pace.splits.value_or(plan::default_split_count(metadata.nodes.size(), parallelism, size.partitions, size.bytes));
  const std::size_t splits = plan::make_splits(ranges, count).size();
  std::string text =
      fmt::format("  {} of the ring into {}, {} at once on {}\n", observe::counted(ranges.size(), "range", "ranges"),
                  observe::counted(splits, "split", "splits"), std::min<std::size_t>(parallelism, splits),
                  observe::counted(thread_count(pace.threads), "thread", "threads"));
  if (size.known()) {
    text += fmt::format("  a split holds about {} partitions, {}\n", observe::grouped(size.partitions / splits),
                        observe::bytes_text(size.bytes / splits));
    text += fmt::format("  {}\n", time_text(size, metadata.nodes.size()));
  }
  return text;
}

}  // namespace

std::string describe_cluster(const cql::Metadata& metadata, int protocol_version, const std::string& local_datacenter) {
  std::string text =
      fmt::format("cluster {}: Cassandra {}, protocol v{}, {}, local data centre {}\n\n", metadata.cluster_name,
                  metadata.release_version, protocol_version, short_class(metadata.partitioner), local_datacenter);
  TextTable nodes({"NODE", "DATACENTRE", "RACK", "VERSION", ">TOKENS", "STATE"});
  for (std::size_t i = 0; i < metadata.nodes.size(); ++i) {
    const cql::Node& node = metadata.nodes[i];
    const std::size_t tokens = i < metadata.ring.nodes().size() ? metadata.ring.nodes()[i].tokens.size() : 0;
    nodes.add({node.endpoint(), node.datacenter, node.rack, node.release_version, fmt::format("{}", tokens),
               node.up ? "up" : "down"});
  }
  TextTable keyspaces({"KEYSPACE", "REPLICATION", ">TABLES"});
  for (const auto& [name, keyspace] : metadata.keyspaces) {
    keyspaces.add({cql::quote_identifier(name), replication_text(keyspace.replication),
                   fmt::format("{}", keyspace.tables.size())});
  }
  return text + nodes.text() + "\n" + keyspaces.text();
}

std::string describe_keyspace(const cql::Keyspace& keyspace, const std::map<std::string, plan::TableSize>& sizes) {
  std::string text =
      fmt::format("keyspace {}: {}{}\n\n", cql::quote_identifier(keyspace.name), replication_text(keyspace.replication),
                  keyspace.durable_writes ? "" : ", no durable writes");
  TextTable tables({"TABLE", ">COLUMNS", ">PARTITIONS", ">DATA", "KIND"});
  for (const auto& [name, table] : keyspace.tables) {
    const auto found = sizes.find(name);
    const plan::TableSize size = found == sizes.end() ? plan::TableSize{} : found->second;
    tables.add({cql::quote_identifier(name), fmt::format("{}", table.columns.size()), about(size),
                size.known() ? "about " + observe::bytes_text(size.bytes) : "unknown", kind_of(table)});
  }
  if (tables.size() == 0) return text + "  no tables\n";
  return text + tables.text() + "\nSizes are the nodes' own estimates of flushed data, one copy of it, minutes old.\n";
}

std::string describe_table(const cql::Metadata& metadata, const cql::Table& table, const plan::TableSize& size,
                           const PaceOptions& pace) {
  const cql::Keyspace& keyspace = *metadata.keyspace(table.keyspace);
  std::string text =
      fmt::format("{} {}: {}\n\n", kind_of(table), table.qualified_name(), replication_text(keyspace.replication));
  TextTable columns({"COLUMN", "TYPE", "ROLE"});
  for (const cql::Column& column : table.columns) {
    columns.add({cql::quote_identifier(column.name), column.type.to_string(), role_of(column)});
  }
  text += columns.text() + "\n";
  text += size_text(size);
  return text + "\na count or an export would do:\n" + run_text(metadata, table, size, pace);
}

}  // namespace cqlbulk::operations
