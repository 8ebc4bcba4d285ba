// A file in words: its fields, its records, and how it would be loaded.
#pragma once

#include <string>

#include "cql/metadata.hpp"
#include "cqlbulk/inspect.hpp"

namespace cqlbulk::operations {

/// `table`: where it would be loaded; none when null. Throws cqlbulk::Error{usage} for files that cannot be read.
[[nodiscard]] std::string describe_files(const InspectOptions& options, const cql::Table* table);

}  // namespace cqlbulk::operations
