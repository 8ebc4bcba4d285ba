#include "scripted_server/system_tables.hpp"

#include <map>

namespace cql::scripted {

namespace {

Inet inet(const std::string& text) {
  Inet parsed;
  Inet::parse(text, parsed);
  return parsed;
}

Uuid schema_version() {
  Uuid version;
  version.bytes[15] = std::byte{1};
  return version;
}

Rows local(const ScriptedNode& node) {
  return Rows({{"key", "text"},
               {"cluster_name", "text"},
               {"data_center", "text"},
               {"host_id", "uuid"},
               {"partitioner", "text"},
               {"rack", "text"},
               {"release_version", "text"},
               {"rpc_address", "inet"},
               {"rpc_port", "int"},
               {"schema_version", "uuid"},
               {"tokens", "set<text>"}})
      .add("local", "scripted", node.datacenter, node.host_id, "org.apache.cassandra.dht.Murmur3Partitioner", node.rack,
           "5.0.0-scripted", inet(node.address), static_cast<std::int32_t>(node.port), schema_version(), node.tokens);
}

Rows peers(const ScriptedCluster& cluster, std::size_t self) {
  Rows rows({{"peer", "inet"},
             {"peer_port", "int"},
             {"data_center", "text"},
             {"host_id", "uuid"},
             {"native_address", "inet"},
             {"native_port", "int"},
             {"rack", "text"},
             {"release_version", "text"},
             {"schema_version", "uuid"},
             {"tokens", "set<text>"}});
  for (std::size_t index = 0; index < cluster.nodes.size(); ++index) {
    const ScriptedNode& node = cluster.nodes[index];
    if (index == self) continue;
    rows.add(inet(node.address), std::int32_t{7000}, node.datacenter, node.host_id, inet(node.address),
             static_cast<std::int32_t>(node.port), node.rack, "5.0.0-scripted", schema_version(), node.tokens);
  }
  return rows;
}

Rows keyspaces(const ScriptedCluster& cluster) {
  const std::string factor = std::to_string(cluster.replication_factor);
  std::map<std::string, std::string> replication{{"class", "org.apache.cassandra.locator.SimpleStrategy"},
                                                 {"replication_factor", factor}};
  if (cluster.by_datacenter) {
    replication = {{"class", "org.apache.cassandra.locator.NetworkTopologyStrategy"}};
    for (const ScriptedNode& node : cluster.nodes) replication[node.datacenter] = factor;
  }
  return Rows({{"keyspace_name", "text"}, {"durable_writes", "boolean"}, {"replication", "map<text, text>"}})
      .add(cluster.tables.front().keyspace, true, replication);
}

Rows tables(const ScriptedCluster& cluster) {
  Rows rows({{"keyspace_name", "text"}, {"table_name", "text"}, {"flags", "set<text>"}, {"id", "uuid"}});
  Uuid id;
  id.bytes[0] = std::byte{7};
  for (const ScriptedTable& table : cluster.tables) {
    rows.add(table.keyspace, table.name, std::vector<std::string>{"compound"}, id);
    store_big_endian(id.bytes.data() + 8, load_big_endian<std::uint64_t>(id.bytes.data() + 8) + 1);
  }
  return rows;
}

Rows columns(const std::vector<ScriptedTable>& tables) {
  Rows rows({{"keyspace_name", "text"},
             {"table_name", "text"},
             {"column_name", "text"},
             {"clustering_order", "text"},
             {"kind", "text"},
             {"position", "int"},
             {"type", "text"}});
  for (const ScriptedTable& table : tables) {
    for (const ScriptedTable::Column& column : table.columns) {
      rows.add(table.keyspace, table.name, column.name, column.clustering_order, column.kind, column.position,
               column.type);
    }
  }
  return rows;
}

// The name after FROM.
std::string_view table_of(std::string_view cql) {
  const std::size_t from = cql.find(" FROM ");
  if (from == std::string_view::npos) return {};
  const std::string_view rest = cql.substr(from + 6);
  return rest.substr(0, rest.find_first_of(" ;"));
}

}  // namespace

std::optional<Rows> system_table(const ScriptedCluster& cluster, std::size_t self, std::string_view cql) {
  const std::string_view table = table_of(cql);
  if (table == "system.local") return local(cluster.nodes[self]);
  if (table == "system.peers_v2" || table == "system.peers") return peers(cluster, self);
  if (table == "system_schema.keyspaces") return keyspaces(cluster);
  if (table == "system_schema.tables") return tables(cluster);
  if (table == "system_schema.columns") return columns(cluster.tables);
  if (table == "system_schema.views") {
    return Rows({{"keyspace_name", "text"}, {"view_name", "text"}, {"id", "uuid"}});
  }
  if (table == "system_schema.types") {
    return Rows({{"keyspace_name", "text"},
                 {"type_name", "text"},
                 {"field_names", "list<text>"},
                 {"field_types", "list<text>"}});
  }
  if (table == "system_virtual_schema.keyspaces") return Rows({{"keyspace_name", "text"}});
  if (table == "system_virtual_schema.tables") return Rows({{"keyspace_name", "text"}, {"table_name", "text"}});
  if (table == "system_virtual_schema.columns") return columns({});
  if (table == "system.size_estimates") {
    return Rows({{"keyspace_name", "text"},
                 {"table_name", "text"},
                 {"range_start", "text"},
                 {"range_end", "text"},
                 {"mean_partition_size", "bigint"},
                 {"partitions_count", "bigint"}});
  }
  return std::nullopt;
}

}  // namespace cql::scripted
