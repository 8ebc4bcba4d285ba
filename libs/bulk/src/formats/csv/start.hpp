// The start of a CSV file: byte order mark, header, where the records begin.
#pragma once

#include <string>
#include <vector>

#include "formats/csv/csv.hpp"

namespace cqlbulk::formats {

struct CsvStart {
  std::vector<std::string> names;
  std::string header;            ///< The header's record as it stands in the file; empty when it has none.
  std::uint64_t data_begin = 0;  ///< Offset of the first byte after the header.
  std::uint64_t data_line = 1;   ///< The line it is on.
};

/// Throws cqlbulk::Error{usage} when the file is empty, not UTF-8, or its header names a field twice.
[[nodiscard]] CsvStart read_csv_start(const CsvOptions& options, arrow::io::RandomAccessFile& file,
                                      const std::string& name);

}  // namespace cqlbulk::formats
