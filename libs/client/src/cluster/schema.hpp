// Keyspaces, tables, views and types out of system_schema's rows (and system_virtual_schema's). Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cql/result.hpp"

namespace cql::cluster {

struct SchemaRows {
  std::vector<Page> keyspaces;
  std::vector<Page> tables;
  std::vector<Page> views;
  std::vector<Page> columns;
  std::vector<Page> types;
  /// Empty where the server has no virtual tables.
  std::vector<Page> virtual_keyspaces;
  std::vector<Page> virtual_tables;
  std::vector<Page> virtual_columns;
};

/// Rows of tables that changed while they were read may not fit together: columns without a table are left out.
[[nodiscard]] std::map<std::string, Keyspace, std::less<>> read_schema(const SchemaRows& rows);

}  // namespace cql::cluster
