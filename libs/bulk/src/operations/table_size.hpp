// What the nodes of a cluster estimate a table to hold: system.size_estimates of every node that is up, added up, and
// the largest partition that any of them knows.
#pragma once

#include "cql/metadata.hpp"
#include "operations/cluster_thread.hpp"
#include "plan/size_estimates.hpp"

namespace cqlbulk::operations {

/// Nodes that do not answer, or have no such table, add nothing. Never throws for what a cluster may say: an estimate
/// is no reason to fail.
[[nodiscard]] plan::TableSize estimate_size(ClusterThread& cluster, const cql::Table& table);

}  // namespace cqlbulk::operations
