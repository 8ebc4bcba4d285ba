// A small schema for tests: no cluster, no sockets.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cql/metadata.hpp"

namespace cqlbulk::operations::test {

inline cql::Column column(std::string name, cql::TypeKind type, cql::Column::Role role, int position = -1) {
  cql::Column result;
  result.name = std::move(name);
  result.type = cql::DataType::scalar(type);
  result.role = role;
  result.position = position;
  return result;
}

inline cql::Table table(std::string keyspace, std::string name, std::vector<cql::Column> columns) {
  cql::Table result;
  result.keyspace = std::move(keyspace);
  result.name = std::move(name);
  for (const cql::Column& c : columns) {
    result.partition_key_size += c.role == cql::Column::Role::partition_key ? 1 : 0;
    result.clustering_size += c.role == cql::Column::Role::clustering ? 1 : 0;
  }
  result.columns = std::move(columns);
  return result;
}

inline void add(cql::Metadata& metadata, cql::Replication::Strategy strategy, cql::Table table) {
  cql::Keyspace& keyspace = metadata.keyspaces[table.keyspace];
  keyspace.name = table.keyspace;
  keyspace.replication.strategy = strategy;
  keyspace.tables[table.name] = std::move(table);
}

/// flights.by_carrier (carrier, month | time_hour | note static | delay), shop."Orders" ("Id" | | "From"),
/// system.local (key), system_views.clients (virtual, address).
inline cql::Metadata sample_metadata() {
  using Role = cql::Column::Role;
  using Type = cql::TypeKind;
  using Strategy = cql::Replication::Strategy;
  cql::Metadata metadata;
  metadata.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
  add(metadata, Strategy::network_topology,
      table("flights", "by_carrier",
            {column("carrier", Type::text, Role::partition_key, 0), column("month", Type::int_, Role::partition_key, 1),
             column("time_hour", Type::timestamp, Role::clustering, 0), column("note", Type::text, Role::static_),
             column("delay", Type::int_, Role::regular)}));
  add(metadata, Strategy::simple,
      table("shop", "Orders",
            {column("Id", Type::uuid, Role::partition_key, 0), column("From", Type::text, Role::regular)}));
  add(metadata, Strategy::local, table("system", "local", {column("key", Type::text, Role::partition_key, 0)}));
  cql::Table clients = table("system_views", "clients", {column("address", Type::inet, Role::partition_key, 0)});
  clients.is_virtual = true;
  add(metadata, Strategy::unknown, std::move(clients));
  return metadata;
}

}  // namespace cqlbulk::operations::test
