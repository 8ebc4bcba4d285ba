// The system tables of a made-up cluster: its nodes, and a schema of one keyspace (SimpleStrategy, or
// NetworkTopologyStrategy where nodes are in data centres of their own) with one table, which is ks.t (k int PRIMARY
// KEY, v text) if nobody says otherwise.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cql/types.hpp"
#include "scripted_server/rows.hpp"

namespace cql::scripted {

struct ScriptedNode {
  Uuid host_id;
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;
  std::string datacenter = "dc1";
  std::string rack = "r1";
  std::vector<std::string> tokens;
  bool member = true;  ///< Its peers know it.
};

/// A table as system_schema tells it.
struct ScriptedTable {
  struct Column {
    std::string name;
    std::string clustering_order;
    std::string kind;
    std::int32_t position;
    std::string type;
  };
  std::string keyspace;
  std::string name;
  std::vector<Column> columns;
};

struct ScriptedCluster {
  std::vector<ScriptedNode> nodes;
  std::size_t replication_factor = 1;
  bool by_datacenter = false;  ///< NetworkTopologyStrategy: that many replicas in each data centre.
  /// At least one; all of one keyspace.
  std::vector<ScriptedTable> tables{
      {"ks", "t", {{"k", "none", "partition_key", 0, "int"}, {"v", "none", "regular", -1, "text"}}},
      {"ks", "lists", {{"k", "none", "partition_key", 0, "int"}, {"v", "none", "regular", -1, "list<text>"}}}};
};

/// What node `self` has in the table that the query reads; nothing when it is none of the system's. All columns are
/// answered, whichever are asked for.
[[nodiscard]] std::optional<Rows> system_table(const ScriptedCluster& cluster, std::size_t self, std::string_view cql);

}  // namespace cql::scripted
