#include "cql/cluster_event.hpp"

namespace cql {

const char* to_string(ClusterEvent::Kind kind) {
  switch (kind) {
    case ClusterEvent::Kind::node_up:
      return "node_up";
    case ClusterEvent::Kind::node_down:
      return "node_down";
    case ClusterEvent::Kind::node_added:
      return "node_added";
    case ClusterEvent::Kind::node_removed:
      return "node_removed";
    case ClusterEvent::Kind::connection_opened:
      return "connection_opened";
    case ClusterEvent::Kind::connection_lost:
      return "connection_lost";
    case ClusterEvent::Kind::reconnecting:
      return "reconnecting";
    case ClusterEvent::Kind::heartbeat_missed:
      return "heartbeat_missed";
    case ClusterEvent::Kind::control_lost:
      return "control_lost";
    case ClusterEvent::Kind::control_moved:
      return "control_moved";
    case ClusterEvent::Kind::schema_changed:
      return "schema_changed";
  }
  return "unknown";
}

}  // namespace cql
