// Which of the things to look at it is, and what has to be asked for it.
#include "cqlbulk/inspect.hpp"

#include <map>

#include "operations/cluster_thread.hpp"
#include "operations/inspect_file.hpp"
#include "operations/inspect_schema.hpp"
#include "operations/subject.hpp"
#include "operations/table_size.hpp"

namespace cqlbulk {

using namespace operations;

std::string inspect(const InspectOptions& options) {
  // A file alone needs no cluster.
  if (!options.from.empty() && options.table.empty()) return describe_files(options, nullptr);
  ClusterThread cluster(options.operation.cluster);
  const auto metadata = cluster.metadata();
  if (options.keyspace.empty()) {
    return describe_cluster(*metadata, cluster.cluster().protocol_version(), cluster.cluster().local_datacenter());
  }
  if (options.table.empty()) {
    const cql::Keyspace& keyspace = find_keyspace(*metadata, options.keyspace);
    std::map<std::string, plan::TableSize> sizes;
    for (const auto& [name, table] : keyspace.tables) {
      if (!table.is_virtual) sizes[name] = estimate_size(cluster, table);
    }
    return describe_keyspace(keyspace, sizes);
  }
  const cql::Table& table = find_table(*metadata, options.keyspace, options.table);
  if (!options.from.empty()) return describe_files(options, &table);
  const plan::TableSize size = table.is_virtual ? plan::TableSize{} : estimate_size(cluster, table);
  return describe_table(*metadata, table, size, options.operation.pace);
}

}  // namespace cqlbulk
