// Looking before acting: the cluster, a keyspace, a table and what a run would do; a file and how it would map.
#pragma once

#include <string>

#include "cqlbulk/formats.hpp"
#include "cqlbulk/options.hpp"

namespace cqlbulk {

struct InspectOptions {
  OperationOptions operation;
  /// Empty: the cluster. Keyspace only: its tables. Both: the table.
  std::string keyspace;
  std::string table;
  /// A file to look into; with keyspace and table also how it would map.
  std::string from;
  bool recursive = false;  ///< Of a directory what lies in directories below, too.
  std::optional<FormatKind> format;
  FormatOptions format_options;
};

/// Text for people; estimates are marked as such. Throws cqlbulk::Error.
[[nodiscard]] std::string inspect(const InspectOptions& options);

}  // namespace cqlbulk
