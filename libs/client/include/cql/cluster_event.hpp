// What happens to a cluster's nodes and to the connections to them, told as it happens.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "cql/error.hpp"
#include "cql/types.hpp"

namespace cql {

struct ClusterEvent {
  enum class Kind : std::uint8_t {
    node_up,            ///< The cluster says so, or a connection to a node thought down works.
    node_down,          ///< The cluster says so, or a node that was connected can no longer be reached.
    node_added,         ///< The node joined.
    node_removed,       ///< The node left.
    connection_opened,  ///< A session is connected to the node (once per connection).
    connection_lost,    ///< A session's connection to the node ended; `error` says why.
    reconnecting,       ///< An attempt to connect failed with `error`; the next one is due in `delay`.
    heartbeat_missed,   ///< A connection fell silent and is given up; connection_lost or control_lost follows.
    control_lost,       ///< The connection that events come on ended; `error` says why.
    control_moved,      ///< Events come from this node now.
    schema_changed,     ///< The cluster said that its schema changed, and the metadata has been read again.
  };
  Kind kind = Kind::node_up;
  std::string node;             ///< The node's endpoint, "127.0.0.1:9042".
  std::optional<Uuid> host_id;  ///< Where it is known.
  std::optional<Error> error;
  std::chrono::milliseconds delay{0};
};

/// "node_up" and so on, for logs.
[[nodiscard]] const char* to_string(ClusterEvent::Kind kind);

}  // namespace cql
