// Parquet: parts through Arrow's writer, fragments joined without encoding anything again, row groups as units of a
// load. Internal to formats/; make_writer and open_source lead here.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

[[nodiscard]] std::unique_ptr<Writer> make_parquet_writer(const ParquetOptions& options, const ColumnarOptions& forms,
                                                          std::vector<cql::ColumnSpec> columns,
                                                          const std::vector<std::string>& names);

[[nodiscard]] std::unique_ptr<Source> open_parquet_source(std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                          std::string name);

/// Joins Parquet files of one schema: copies their row groups' bytes and writes one footer with every offset moved.
/// Fragments without rows add nothing; at least one fragment must be given. Closes `out`.
/// Throws Error{failed} naming the fragment when one is no Parquet file or differs in schema.
void concatenate_parquet(std::span<const FragmentOpener> fragments,
                         const std::shared_ptr<arrow::io::OutputStream>& out);

}  // namespace cqlbulk::formats
