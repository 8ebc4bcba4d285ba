// The server describes; what has to be known here is what to ask for, and in which order.
#include "cqlbulk/schema.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "cql/result.hpp"
#include "cqlbulk/error.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/describe.hpp"
#include "operations/subject.hpp"

namespace cqlbulk {

namespace {

using namespace operations;

/// User-defined types in the order in which they have to be made: each after those that it holds.
void gather_types(const cql::DataType& type, std::vector<std::string>& names) {
  for (const cql::DataType& child : type.children) gather_types(child, names);
  if (type.kind == cql::TypeKind::udt && std::ranges::find(names, type.name) == names.end()) {
    names.push_back(type.name);
  }
}

/// The statements of what `what` names: "TABLE ks.t".
std::string described(ClusterThread& cluster, const std::string& what) {
  std::string text;
  cql::Query query{fmt::format("DESCRIBE {}", what)};
  query.options.idempotent = true;
  cql::Result result;
  try {
    result = cluster.query(std::move(query));
  } catch (const cql::Error& error) {
    throw describe(error, fmt::format("DESCRIBE {} (which servers know since Cassandra 4.0)", what));
  }
  for (const auto& [keyspace, kind, name, statement] :
       result.page.rows_as<std::string_view, std::string_view, std::string_view, std::string_view>()) {
    text += fmt::format("{}\n\n", statement);
  }
  return text;
}

}  // namespace

std::string schema_of(const SchemaOptions& options) {
  ClusterThread cluster(options.operation.cluster);
  const auto metadata = cluster.metadata();
  const cql::Table& table = find_table(*metadata, options.keyspace, options.table);
  std::vector<std::string> types;
  for (const cql::Column& column : table.columns) gather_types(column.type, types);
  const std::string keyspace = cql::quote_identifier(table.keyspace);
  std::string text;
  if (options.with_keyspace) text += described(cluster, "ONLY KEYSPACE " + keyspace);
  for (const std::string& type : types) {
    text += described(cluster, fmt::format("TYPE {}.{}", keyspace, cql::quote_identifier(type)));
  }
  text +=
      described(cluster, fmt::format("{} {}", table.is_view ? "MATERIALIZED VIEW" : "TABLE", table.qualified_name()));
  while (text.ends_with("\n\n")) text.pop_back();
  return text;
}

}  // namespace cqlbulk
