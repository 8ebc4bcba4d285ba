// How to reach a cluster and what requests use when they say nothing. No Asio here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cql/cluster_event.hpp"
#include "cql/consistency.hpp"
#include "cql/request_event.hpp"
#include "cql/retry_policy.hpp"
#include "cql/routing.hpp"
#include "cql/statement.hpp"
#include "cql/tls.hpp"

namespace cql {

struct Node;

struct Credentials {
  std::string user;
  std::string password;
};

enum class Compression : std::uint8_t { none, lz4 };

struct ContactPoint {
  std::string host;  ///< Name or address.
  std::uint16_t port = 9042;
};

/// How long to wait before a node that cannot be reached is tried again: `base`, doubling up to `max`, each time less a
/// random part of up to `jitter` (0 to 1), so that many clients do not come back at the same moment. An UP event, news
/// from the control connection or a request that has nowhere else to go cut the wait short.
struct ReconnectOptions {
  std::chrono::milliseconds base{100};
  std::chrono::milliseconds max{5'000};
  double jitter = 0.3;
};

/// How to reach a cluster and what requests use when they say nothing. Plain data; `validate` tells every problem.
struct ClusterOptions {
  std::vector<ContactPoint> contact_points{{"127.0.0.1", 9042}};
  /// Nodes elsewhere are used as `remote_datacenters` says. Empty: the data centre of the contact point that answered
  /// first.
  std::string local_datacenter;
  /// Asked at every new connection, so that a password may rotate. Empty: no authentication.
  std::function<Credentials()> credentials;
  /// Demand this version (4 or 5): an error when the server lacks it. Otherwise 5, or 4 where the server has no 5.
  std::optional<int> protocol_version;
  Compression compression = Compression::none;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds request_timeout{30'000};
  Consistency consistency = Consistency::local_one;
  std::int32_t page_size = 5'000;
  /// Connections per node and session.
  std::size_t connections_per_node = 1;
  /// Requests at once on one connection; at most 32,767, since the protocol has 32,768 ids and heartbeats need one.
  std::size_t streams_per_connection = 2'048;
  std::string application_name = "cql";
  std::string application_version;

  ReconnectOptions reconnect;
  /// A connection on which nothing came for so long is asked for a sign of life; with requests under way it is asked
  /// after `heartbeat_timeout` already. 0 switches heartbeats off: a peer that is gone without a word stays unnoticed.
  std::chrono::milliseconds heartbeat_interval{30'000};
  /// When nothing at all comes for so long after that, the connection is given up: its requests end with
  /// Error{connection_lost}. Answers that never come to requests that timed out make a connection be replaced after
  /// this time, once they take up more than half of `streams_per_connection`.
  std::chrono::milliseconds heartbeat_timeout{10'000};

  /// Where to connect for a node, for NAT and forwarded ports: takes the node with the address it advertises, gives a
  /// name or an address and a port. Empty: as advertised. Contact points are not translated. Called before each attempt
  /// to connect, by the cluster and by every session on their own threads, maybe at the same time; must not block. What
  /// it throws fails the attempt. Errors and results name nodes by their advertised address.
  std::function<ContactPoint(const Node&)> address_translator;
  /// Connect to the contact points and to nothing else: for a tunnel or a proxy in front of the cluster. Every request
  /// goes there, whatever node it is for; nodes and tokens are known nevertheless.
  bool only_contact_points = false;

  /// Told of what happens to nodes and connections. Called by the cluster and by every session on their own threads,
  /// maybe at the same time; must not block, or call into the cluster or a session. What it throws is dropped and
  /// counted (Cluster::observer_failures).
  std::function<void(const ClusterEvent&)> on_event;
  /// Told of every request of a session that has ended, right before its caller goes on; the same rules hold. Called on
  /// the session's thread, so it takes from all requests the time that it takes.
  std::function<void(const RequestEvent&)> on_request;

  /// Encrypted connections to all nodes. None: plain ones.
  std::optional<TlsOptions> tls;

  // What becomes of a request that fails or is slow (docs/reference/client-failures.md).
  RetryPolicy retry_policy = default_retry_policy;
  /// For idempotent requests that do not say otherwise. Nothing: an attempt is waited for as long as the request lasts.
  std::optional<SpeculativeExecution> speculative_execution;
  /// Ask servers to answer Overloaded when they have too much to do. Otherwise they stop reading without a word.
  bool throw_on_overload = true;

  // Which nodes a session asks, and in which order (cql/routing.hpp). The control connection is not concerned.
  ReplicaChoice replica_choice = ReplicaChoice::less_busy;
  RemoteDatacenters remote_datacenters;
  /// False for a node that must never be asked. Called on the threads of all sessions when metadata changes.
  std::function<bool(const Node&)> node_filter;

  /// Every problem in words, empty when all is well. Reads TLS's files.
  [[nodiscard]] std::vector<std::string> validate() const;
};

}  // namespace cql
