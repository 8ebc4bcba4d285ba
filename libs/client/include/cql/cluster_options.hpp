// How to reach a cluster and what requests use when they say nothing. No Asio here.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cql/consistency.hpp"
#include "cql/retry_policy.hpp"
#include "cql/routing.hpp"
#include "cql/statement.hpp"

namespace cql {

struct Credentials {
  std::string user;
  std::string password;
};

enum class Compression : std::uint8_t { none, lz4 };

struct ContactPoint {
  std::string host;  ///< Name or address.
  std::uint16_t port = 9042;
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
  /// Requests at once on one connection; the protocol's bound is 32,768.
  std::size_t streams_per_connection = 2'048;
  std::string application_name = "cql";
  std::string application_version;

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

  /// Every problem in words, empty when all is well.
  [[nodiscard]] std::vector<std::string> validate() const;
};

}  // namespace cql
