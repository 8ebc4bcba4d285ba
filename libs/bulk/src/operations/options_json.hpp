// The options of operations as JSON and back, for operation.json: all but how the cluster is reached and where the
// directory lies. Pure.
#pragma once

#include "cqlbulk/count.hpp"
#include "cqlbulk/export.hpp"
#include "cqlbulk/load.hpp"
#include "journal/records.hpp"

namespace cqlbulk::operations {

[[nodiscard]] journal::Json json_of(const CountOptions& options);
[[nodiscard]] journal::Json json_of(const ExportOptions& options);
[[nodiscard]] journal::Json json_of(const LoadOptions& options);

/// Throws cqlbulk::Error{failed} when it is none of ours.
[[nodiscard]] CountOptions count_options_of(const journal::Json& json);
[[nodiscard]] ExportOptions export_options_of(const journal::Json& json);
[[nodiscard]] LoadOptions load_options_of(const journal::Json& json);

/// The converters that an operation goes on with: those given, when they are for the columns and types in its settings.
/// Throws cqlbulk::Error{usage} otherwise.
[[nodiscard]] std::vector<ColumnConverter> converters_again(const journal::Json& settings,
                                                            const std::vector<ColumnConverter>& given);

/// Equal for operations that set out to do the same: pace may differ.
[[nodiscard]] std::string fingerprint_of(const ExportOptions& options);
[[nodiscard]] std::string fingerprint_of(const LoadOptions& options);

}  // namespace cqlbulk::operations
