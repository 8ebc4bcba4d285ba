// What the client knows of a cluster: nodes, ring, keyspaces, tables, types. A snapshot: immutable once published.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cql/data_type.hpp"
#include "cql/ring.hpp"
#include "cql/types.hpp"

namespace cql {

struct Node {
  Uuid host_id;
  std::string address;  ///< Where clients connect (rpc or native address), without port.
  std::uint16_t port = 9042;
  std::string datacenter;
  std::string rack;
  std::string release_version;
  bool up = true;  ///< As far as events and the connections to it told.

  /// "127.0.0.1:9042", IPv6 in brackets.
  [[nodiscard]] std::string endpoint() const;
};

struct Column {
  enum class Role : std::uint8_t { partition_key, clustering, static_, regular };
  std::string name;
  DataType type;
  Role role = Role::regular;
  int position = -1;        ///< Within the partition key or the clustering columns.
  bool descending = false;  ///< Clustering order.
};

struct Table {
  std::string keyspace;
  std::string name;
  Uuid id;
  /// In the order of SELECT *: partition key, clustering, then static and regular columns by name.
  std::vector<Column> columns;
  std::size_t partition_key_size = 0;
  std::size_t clustering_size = 0;
  bool is_view = false;
  bool is_virtual = false;
  bool is_counter = false;

  [[nodiscard]] const Column* column(std::string_view name) const noexcept;
  /// ks.table, quoted where needed.
  [[nodiscard]] std::string qualified_name() const;
};

struct Keyspace {
  std::string name;
  Replication replication;
  bool durable_writes = true;
  std::map<std::string, Table, std::less<>> tables;  ///< Views too.
  std::map<std::string, DataType, std::less<>> types;
};

/// Nodes of the ring and nodes here have the same order: ring.nodes()[i] is nodes[i].
struct Metadata {
  std::string cluster_name;
  std::string partitioner;      ///< The full class name.
  std::string release_version;  ///< Of the node that answered.
  std::vector<Node> nodes;
  TokenRing ring;
  std::map<std::string, Keyspace, std::less<>> keyspaces;

  [[nodiscard]] const Keyspace* keyspace(std::string_view name) const noexcept;
  [[nodiscard]] const Table* table(std::string_view keyspace, std::string_view name) const noexcept;
  [[nodiscard]] bool murmur3() const noexcept;
};

}  // namespace cql
