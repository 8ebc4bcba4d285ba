// Clusters, keyspaces and tables in words. Pure: metadata and estimates in, text out.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "cql/metadata.hpp"
#include "cqlbulk/options.hpp"
#include "plan/size_estimates.hpp"

namespace cqlbulk::operations {

[[nodiscard]] std::string describe_cluster(const cql::Metadata& metadata, int protocol_version,
                                           const std::string& local_datacenter);
/// `sizes` by table name; tables without an entry have no estimate.
[[nodiscard]] std::string describe_keyspace(const cql::Keyspace& keyspace,
                                            const std::map<std::string, plan::TableSize>& sizes);
/// With what a run would do under these settings.
[[nodiscard]] std::string describe_table(const cql::Metadata& metadata, const cql::Table& table,
                                         const plan::TableSize& size, const PaceOptions& pace);

}  // namespace cqlbulk::operations
