// Parquet files in memory for tests.
#pragma once

#include <arrow/io/memory.h>
#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "formats/parquet/parquet.hpp"

namespace cqlbulk::test {

inline std::shared_ptr<arrow::io::BufferOutputStream> memory_stream() {
  return arrow::io::BufferOutputStream::Create().ValueOrDie();
}

inline std::shared_ptr<arrow::io::RandomAccessFile> file_of(const std::shared_ptr<arrow::Buffer>& bytes) {
  return std::make_shared<arrow::io::BufferReader>(bytes);
}

/// Writes pages of rows as one part.
inline std::shared_ptr<arrow::Buffer> write_part(formats::Writer& writer, std::span<const cql::ColumnSpec> columns,
                                                 const std::vector<std::pair<cql::ByteView, std::size_t>>& pages) {
  auto stream = memory_stream();
  auto part = writer.open_part(stream, formats::PartRole::fragment);
  CellIndex index;
  for (const auto& [bytes, row_count] : pages) part->write(index.index(columns, bytes, row_count));
  part->finish();
  return stream->Finish().ValueOrDie();
}

inline std::shared_ptr<arrow::Buffer> merge_parts(formats::Writer& writer,
                                                  const std::vector<std::shared_ptr<arrow::Buffer>>& parts) {
  std::vector<formats::FragmentOpener> files;
  for (const auto& part : parts) files.emplace_back([part] { return file_of(part); });
  auto stream = memory_stream();
  writer.merge(files, stream);
  return stream->Finish().ValueOrDie();
}

}  // namespace cqlbulk::test
