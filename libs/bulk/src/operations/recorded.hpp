// What an operation's directory says of where it worked, and whether that is still so. For resuming.
#pragma once

#include <string>

#include "cql/metadata.hpp"
#include "cqlbulk/options.hpp"
#include "journal/records.hpp"
#include "plan/splits.hpp"

namespace cqlbulk::operations {

/// The cluster and the table, as an operation's description has them. `table`: null for what is no table of the schema.
[[nodiscard]] journal::Json place_json(const cql::Metadata& metadata, const cql::Table* table);
/// Throws cqlbulk::Error{usage} when this is another cluster, or the table was dropped and created again.
void check_same_place(const journal::Json& recorded, const cql::Metadata& metadata, const cql::Table* table,
                      const std::string& operation);

[[nodiscard]] journal::Json splits_json(const std::vector<plan::Split>& splits);
[[nodiscard]] std::vector<cql::TokenRange> recorded_splits(const journal::Json& description);

[[nodiscard]] journal::Json connection_json(const OperationOptions& options);

/// An absolute path for one on this machine; "-" and what names several ("@list", globs) keep their form.
[[nodiscard]] std::string lasting_path(const std::string& path);

}  // namespace cqlbulk::operations
