// Cutting a JSON file into units at the borders of records, in one pass over it.
#pragma once

#include <string>
#include <vector>

#include "formats/json/json.hpp"
#include "formats/json/start.hpp"

namespace cqlbulk::formats {

/// Throws cqlbulk::Error{usage} at the line of a string, object or array that never closes, and where text follows the
/// array.
[[nodiscard]] std::vector<Unit> plan_json_units(arrow::io::RandomAccessFile& file, const std::string& name,
                                                const JsonStart& start, std::uint64_t unit_bytes,
                                                std::uint64_t most_records);

}  // namespace cqlbulk::formats
