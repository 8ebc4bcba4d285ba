// Cutting a CSV file into units at the borders of records, in one pass over it.
#pragma once

#include <string>
#include <vector>

#include "formats/csv/csv.hpp"
#include "formats/csv/start.hpp"

namespace cqlbulk::formats {

/// Throws cqlbulk::Error{usage} at the line of a quote that never closes.
[[nodiscard]] std::vector<Unit> plan_csv_units(const CsvOptions& options, arrow::io::RandomAccessFile& file,
                                               const std::string& name, const CsvStart& start, std::uint64_t unit_bytes,
                                               std::uint64_t most_records);

}  // namespace cqlbulk::formats
