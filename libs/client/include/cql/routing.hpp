// Which nodes a request may go to, in which order, and why. The plan of a request is
//   1. the preferred node,  2. the replicas of its token in the local data centre,  3. the other local nodes in turn,
//   4. where the options allow it: of each remote data centre its replicas, then its other nodes;
// first all of these that seem well, then those that are down or failed a short while ago. A pinned request's plan is
// its node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cql/types.hpp"

namespace cql {

struct Node;

/// Which of a token's local replicas is asked first.
enum class ReplicaChoice : std::uint8_t {
  less_busy,  ///< Of two drawn by lot, the one with fewer requests of this session under way.
  random,     ///< Drawn by lot.
  primary,    ///< The first in ring order, always: caches of rows are used best, load is spread worst.
};

/// Failover to other data centres. By default there is none: a request ends when no local node can be asked.
struct RemoteDatacenters {
  /// Of each remote data centre, at most so many nodes are tried for one request; 0: none.
  std::size_t nodes_per_datacenter = 0;
  /// Only these data centres, in this order. Empty: all others, by name.
  std::vector<std::string> names;
  /// Also for LOCAL_ONE, LOCAL_QUORUM and LOCAL_SERIAL, which then mean the data centre of the node that is asked.
  bool also_for_local_consistency = false;
};

/// One step of a plan, to look at (Session::route).
struct PlannedNode {
  enum class Role : std::uint8_t { pinned, preferred, local_replica, local, remote_replica, remote };
  enum class Condition : std::uint8_t {
    well,
    resting,  ///< Connecting failed a short while ago.
    down,     ///< The cluster said so.
  };
  Uuid host_id;
  std::string endpoint;
  std::string datacenter;
  Role role = Role::local;
  Condition condition = Condition::well;

  /// "127.0.0.1:9042 (dc1): local replica, resting".
  [[nodiscard]] std::string to_string() const;
};

[[nodiscard]] std::string_view to_string(PlannedNode::Role role);
[[nodiscard]] std::string_view to_string(PlannedNode::Condition condition);

}  // namespace cql
