#include "replay_server/record.hpp"

#include <algorithm>
#include <utility>

namespace cql::replay {

namespace {

bool can_be_told(const DataType& type) {
  if (type.kind == TypeKind::udt || type.kind == TypeKind::custom) return false;
  if (type.kind == TypeKind::vector) return type.children.front().kind == TypeKind::float_;
  return std::all_of(type.children.begin(), type.children.end(), can_be_told);
}

std::string select_all(const Table& table) {
  std::string columns;
  for (const Column& column : table.columns) {
    columns += (columns.empty() ? "" : ", ") + quote_identifier(column.name);
  }
  return "SELECT " + columns + " FROM " + table.qualified_name();
}

}  // namespace

boost::asio::awaitable<Recording> record(ClusterOptions options, std::string keyspace, std::string table) {
  const Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  const Table* found = cluster.metadata()->table(keyspace, table);
  if (found == nullptr) throw Error(ErrorKind::usage, "there is no table " + keyspace + "." + table);
  Recording recording;
  recording.table = *found;
  for (const Column& column : found->columns) {
    if (can_be_told(column.type)) continue;
    throw Error(ErrorKind::usage, column.name + " is a " + column.type.to_string() + ", which a recording cannot hold");
  }
  BoundStatement all{.prepared = co_await session.prepare(select_all(*found))};
  all.options.idempotent = true;
  ResultStream stream = session.execute_stream(std::move(all));
  // Without a restriction the rows come in the order of the ring.
  while (const auto page = co_await stream.next()) {
    ByteView left = page->rows();
    for (std::uint32_t row = 0; row < page->row_count(); ++row) {
      const std::size_t size = row_size(left, page->columns().size());
      recording.add_row(left.first(size));
      left = left.subspan(size);
    }
  }
  co_return recording;
}

}  // namespace cql::replay
