#include "cluster/metadata_reader.hpp"

#include <utility>

#include "cluster/messages.hpp"
#include "cluster/response.hpp"
#include "cluster/schema.hpp"
#include "cluster/topology.hpp"

namespace cql::cluster {

using std::chrono::milliseconds;

namespace {

using Connection = std::shared_ptr<net::Connection>;

// 4.x and 5.0 say invalid for an unknown keyspace or table; an ordinary role may lack the right to read it.
bool server_lacks_it(const Error& error) {
  return error.kind() == ErrorKind::invalid || error.kind() == ErrorKind::unauthorized;
}

asio::awaitable<std::vector<Page>> query_if_there(Connection connection, std::string cql, milliseconds timeout) {
  try {
    co_return co_await query_all(std::move(connection), std::move(cql), timeout);
  } catch (const Error& error) {
    if (!server_lacks_it(error)) throw;
  }
  co_return std::vector<Page>();
}

asio::awaitable<std::vector<Page>> query_peers(Connection connection, milliseconds timeout) {
  try {
    co_return co_await query_all(connection, "SELECT * FROM system.peers_v2", timeout);
  } catch (const Error& error) {
    if (!server_lacks_it(error)) throw;
  }
  co_return co_await query_all(connection, "SELECT * FROM system.peers", timeout);
}

}  // namespace

asio::awaitable<std::vector<Page>> query_all(Connection connection, std::string cql, milliseconds timeout) {
  const ClusterOptions defaults;
  Query query;
  query.cql = std::move(cql);
  query.options.consistency = Consistency::one;
  std::vector<Page> pages;
  try {
    do {
      const QueryMessage message(query, defaults);
      auto envelope = co_await connection->request(message, net::Deadline::after(timeout));
      if (envelope.header.opcode == protocol::Opcode::error) throw error_in(envelope);
      Result result = read_result(std::move(envelope), connection->node(), nullptr, nullptr);
      query.options.paging_state = result.page.next();
      pages.push_back(std::move(result.page));
    } while (!query.options.paging_state.empty());
  } catch (const Error& error) {
    throw Error(error).with_node(connection->node()).with_query(query.cql);
  }
  co_return pages;
}

asio::awaitable<MetadataReading> read_metadata(Connection connection, milliseconds timeout) {
  MetadataReading reading;
  Metadata& metadata = reading.metadata;
  const auto local = co_await query_all(connection, "SELECT * FROM system.local", timeout);
  const auto peers = co_await query_peers(connection, timeout);
  const auto& endpoint = connection->endpoint();
  reading.answered_by = read_topology(local, peers, endpoint.address().to_string(), endpoint.port(), metadata);

  SchemaRows rows;
  rows.keyspaces = co_await query_all(
      connection, "SELECT keyspace_name, durable_writes, replication FROM system_schema.keyspaces", timeout);
  rows.types = co_await query_all(
      connection, "SELECT keyspace_name, type_name, field_names, field_types FROM system_schema.types", timeout);
  rows.tables =
      co_await query_all(connection, "SELECT keyspace_name, table_name, id, flags FROM system_schema.tables", timeout);
  rows.views = co_await query_all(connection, "SELECT keyspace_name, view_name, id FROM system_schema.views", timeout);
  const std::string columns =
      "SELECT keyspace_name, table_name, column_name, clustering_order, kind, position, type FROM ";
  rows.columns = co_await query_all(connection, columns + "system_schema.columns", timeout);
  rows.virtual_keyspaces =
      co_await query_if_there(connection, "SELECT keyspace_name FROM system_virtual_schema.keyspaces", timeout);
  rows.virtual_tables = co_await query_if_there(
      connection, "SELECT keyspace_name, table_name FROM system_virtual_schema.tables", timeout);
  rows.virtual_columns = co_await query_if_there(connection, columns + "system_virtual_schema.columns", timeout);
  metadata.keyspaces = read_schema(rows);
  co_return reading;
}

}  // namespace cql::cluster
