// Write times and times to live of single columns: which fields or numbers give them, and to which columns. Pure.
#pragma once

#include <string>
#include <vector>

#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "operations/load_fields.hpp"
#include "operations/load_statement.hpp"

namespace cqlbulk::operations {

/// The field with the moment at which an export read the times to live.
inline constexpr const char* ttl_read_at = "ttl_read_at";

/// Whether columns have times of their own: those of an export, or by options.
[[nodiscard]] bool has_column_times(const LoadOptions& options);

/// Fields that hold times, by their names.
[[nodiscard]] std::vector<std::string> fields_with_times(const std::vector<formats::Field>& fields,
                                                         const LoadOptions& options);
/// Throws Error{usage}: options that do not go with times of columns.
void check_column_times(const cql::Table& table, const LoadOptions& options);

/// Adds the values that hold times to the statement's, which has those of the columns, and says where they stand.
void plan_column_times(LoadStatement& statement, const cql::Table& table, const std::vector<formats::Field>& fields,
                       const Assignment& assignment, const std::string& input, const LoadOptions& options);

/// What cannot be restored exactly, in words; empty when everything can.
[[nodiscard]] std::string restored_inexactly(const LoadStatement& statement);

}  // namespace cqlbulk::operations
