// Which table an operation works on: names against the schema.
#pragma once

#include <string>

#include "cql/metadata.hpp"
#include "cqlbulk/options.hpp"

namespace cqlbulk::operations {

/// The table in the schema. Throws Error{usage} naming what is unknown and the nearest name there is.
[[nodiscard]] const cql::Table& find_table(const cql::Metadata& metadata, const std::string& keyspace,
                                           const std::string& table);
[[nodiscard]] const cql::Keyspace& find_keyspace(const cql::Metadata& metadata, const std::string& keyspace);
/// The column of a table; the error names the nearest, or all when they are few.
[[nodiscard]] const cql::Column& find_column(const cql::Table& table, const std::string& column);

}  // namespace cqlbulk::operations
