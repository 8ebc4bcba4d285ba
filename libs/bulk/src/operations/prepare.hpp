// Preparing an operation's statement before its work begins.
#pragma once

#include <string>

#include "operations/cluster_thread.hpp"

namespace cqlbulk::operations {

/// Throws Error{usage} when the server refuses the text, quoting it.
[[nodiscard]] cql::PreparedStatement prepare(ClusterThread& cluster, const std::string& cql);

}  // namespace cqlbulk::operations
