// Reads the row groups of one unit of a Parquet file into rows to be bound. Internal to formats/.
#pragma once

#include <memory>
#include <string>

#include "formats/format.hpp"

namespace parquet {
class ArrowReaderProperties;
class FileMetaData;
}  // namespace parquet

namespace cqlbulk::formats {

/// A Parquet file that has been opened: its footer is read once for all units.
struct ParquetInput {
  std::shared_ptr<arrow::io::RandomAccessFile> file;
  std::string name;
  std::shared_ptr<parquet::FileMetaData> metadata;
};

[[nodiscard]] parquet::ArrowReaderProperties parquet_reader_properties(std::int64_t batch_rows);
/// `cut`: the unit ends amid its last row group.
[[nodiscard]] std::unique_ptr<UnitReader> open_parquet_unit(const ParquetInput& input, const Unit& unit, bool cut,
                                                            const RowMapping& mapping);

}  // namespace cqlbulk::formats
