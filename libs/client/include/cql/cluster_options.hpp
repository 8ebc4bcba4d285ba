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
#include "cql/tls.hpp"

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
  /// Nodes elsewhere are not used. Empty: the data centre of the contact point that answered first.
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

  /// Encrypted connections to all nodes. None: plain ones.
  std::optional<TlsOptions> tls;

  /// Every problem in words, empty when all is well. Reads TLS's files.
  [[nodiscard]] std::vector<std::string> validate() const;
};

}  // namespace cql
