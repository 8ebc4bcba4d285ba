// A table for a file's fields.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "operations/cluster_thread.hpp"

namespace cqlbulk::operations {

/// CREATE TABLE for these fields: as --map names them, of the CQL type that an earlier export left in the file, else of
/// the usual one for the file's type (docs/reference/files.md). Pure. Throws Error{usage} for a key that no field is
/// for, and for a field whose type has no usual one.
[[nodiscard]] std::string create_table_cql(const LoadOptions& options, const std::vector<formats::Field>& fields,
                                           const std::string& input);

/// Makes the table for the first input; with --dry-run only says how: then true, and there is nothing to load into.
/// Throws Error{usage} when it is there already.
[[nodiscard]] bool create_table(const LoadOptions& options, ClusterThread& cluster, Observer& observer);

}  // namespace cqlbulk::operations
