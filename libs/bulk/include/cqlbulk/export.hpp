// Exporting a table or a query to files.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/column_converter.hpp"
#include "cqlbulk/formats.hpp"
#include "cqlbulk/observer.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {

struct ExportOptions {
  OperationOptions operation;
  Subject subject;
  /// A path, file: URL, or "-" for stdout. A path ending in "/" is a directory of parts, else one file.
  std::string to;
  std::optional<FormatKind> format;  ///< By the name of `to` when nothing.
  FormatOptions format_options;
  struct ColumnChoice {
    std::string column;
    std::string name_in_file;
  };
  std::vector<ColumnChoice> columns;  ///< Empty: all, in the table's order.
  /// Of columns of which the program makes itself what goes to the file; of a query's by their names in the result.
  std::vector<ColumnConverter> converters;
  /// Adds WRITETIME of every column that has one; of collections and user-defined types that are not frozen a list with
  /// an item for each element, where the server knows them (Cassandra 5.0).
  std::optional<std::string> writetime_suffix;
  /// The same for TTL, and the field "ttl_read_at" with the moment at which a row's TTLs were read.
  std::optional<std::string> ttl_suffix;
  bool overwrite = false;
  /// Directory targets: the files' names, with "{number}" where their number goes; empty: part-{number} and the
  /// format's suffix.
  std::string file_name_pattern;
  std::uint32_t file_mode = 0600;               ///< Of the files, 0600 to 0666.
  std::optional<std::uint64_t> max_file_rows;   ///< Directory targets: a new part after so many rows.
  std::optional<std::uint64_t> max_file_bytes;  ///< Default 1 GiB.
};

/// Runs on threads of its own. Output appears only when complete. Throws cqlbulk::Error{usage} before any work;
/// later failures are in the report (status, error) and leave no output behind but published parts of a directory.
[[nodiscard]] Report export_table(const ExportOptions& options, Observer& observer, std::stop_token stop = {});

}  // namespace cqlbulk
