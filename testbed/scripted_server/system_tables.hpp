// The system tables of the scripted cluster: its nodes, and a small schema:
//   ks      SimpleStrategy, or NetworkTopologyStrategy where nodes are in data centres of their own
//   ks.t    k int PRIMARY KEY, v text
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
};

struct ScriptedCluster {
  std::vector<ScriptedNode> nodes;
  std::size_t replication_factor = 1;
  bool by_datacenter = false;  ///< NetworkTopologyStrategy: that many replicas in each data centre.
};

/// What node `self` has in the table that the query reads; nothing when it is none of the system's. All columns are
/// answered, whichever are asked for.
[[nodiscard]] std::optional<Rows> system_table(const ScriptedCluster& cluster, std::size_t self, std::string_view cql);

}  // namespace cql::scripted
