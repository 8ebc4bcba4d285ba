// A table's schema as CQL that makes it again.
#pragma once

#include <string>

#include "cqlbulk/options.hpp"

namespace cqlbulk {

struct SchemaOptions {
  OperationOptions operation;  ///< How the cluster is reached; nothing else of it.
  std::string keyspace;
  std::string table;           ///< Or a materialized view.
  bool with_keyspace = false;  ///< CREATE KEYSPACE too.
};

/// The statements, each ended by a semicolon, in the order in which they have to run: keyspace, types that the table
/// needs, table, its indexes. They are the server's own words (DESCRIBE, Cassandra 4.0 or later). Throws
/// cqlbulk::Error.
[[nodiscard]] std::string schema_of(const SchemaOptions& options);

}  // namespace cqlbulk
