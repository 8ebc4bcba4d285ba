// Arrow IPC, file and stream: record batches as they are in memory. Internal to formats/; make_writer and open_source
// lead here. Not named arrow/, which is where Arrow's own headers are found.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

[[nodiscard]] std::unique_ptr<Writer> make_ipc_writer(const ArrowOptions& options, const ColumnarOptions& forms,
                                                      std::vector<cql::ColumnSpec> columns,
                                                      const std::vector<std::string>& names);

[[nodiscard]] std::unique_ptr<Source> open_ipc_source(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                      std::string name);

}  // namespace cqlbulk::formats
