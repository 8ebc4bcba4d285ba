// What the CSV tests share: files in memory, rows in wire layout, and what a source makes of a text.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/csv/csv.hpp"

namespace cqlbulk::formats::testing {

/// A value, null, or unset.
struct Wire {
  std::int32_t size = -1;
  std::string bytes;
  bool operator==(const Wire&) const = default;
};
inline Wire value(std::string bytes) { return {static_cast<std::int32_t>(bytes.size()), std::move(bytes)}; }
inline Wire null() { return {-1, {}}; }
inline Wire unset() { return {-2, {}}; }
using Row = std::vector<Wire>;

inline cql::ColumnSpec column(std::string name, std::string_view type) {
  return {"ks", "t", std::move(name), cql::parse_cql_type(type)};
}

inline std::string read_all(const std::shared_ptr<arrow::io::BufferOutputStream>& stream) {
  return (*stream->Finish())->ToString();
}

inline std::shared_ptr<arrow::io::RandomAccessFile> file_of(std::string content) {
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(content)));
}

/// A stream whose content stays readable after the writer closed it.
inline std::shared_ptr<arrow::io::BufferOutputStream> new_stream() { return *arrow::io::BufferOutputStream::Create(); }

inline void write_rows(PartWriter& writer, const std::vector<cql::ColumnSpec>& columns, const std::vector<Row>& rows) {
  cql::Buffer bytes;
  for (const Row& row : rows) {
    for (const Wire& wire : row) {
      bytes.append_integer(wire.size);
      bytes.append(wire.bytes);
    }
  }
  CellIndex index;
  writer.write(index.index(columns, bytes.view(), rows.size()));
}

/// The whole file that these rows make.
inline std::string csv_of(const CsvOptions& options, const std::vector<cql::ColumnSpec>& columns,
                          const std::vector<Row>& rows) {
  std::vector<std::string> names;
  for (const cql::ColumnSpec& spec : columns) names.push_back(spec.name);
  const auto writer = make_csv_writer(options, columns, names);
  const auto stream = new_stream();
  const auto part = writer->open_part(stream, PartRole::standalone);
  write_rows(*part, columns, rows);
  part->finish();
  return read_all(stream);
}

/// All that came of a file, in the order of its units.
struct Loaded {
  std::vector<Row> rows;
  std::vector<std::uint64_t> records;  ///< Of `rows`.
  std::vector<BadRecord> bad;
};

inline Row row_of(cql::ByteView bytes) {
  Row row;
  cql::Reader reader(bytes);
  while (!reader.at_end()) {
    Wire wire;
    wire.size = reader.i32();
    if (wire.size > 0) wire.bytes = cql::as_text(reader.raw(static_cast<std::size_t>(wire.size)));
    row.push_back(std::move(wire));
  }
  return row;
}

/// Every field to a parameter of the same place; columns.size() of them.
inline RowMapping straight(const std::vector<cql::ColumnSpec>& columns) {
  RowMapping mapping;
  for (std::size_t i = 0; i < columns.size(); ++i) mapping.parameters.push_back({.field = i, .column = columns[i]});
  return mapping;
}

inline Loaded load(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes = 1U << 20U,
                   std::uint64_t most_records = UINT64_MAX) {
  Loaded loaded;
  for (const Unit& unit : source.plan_units(unit_bytes, most_records)) {
    const auto reader = source.open_unit(unit, mapping);
    BoundRows block;
    while (reader->next(block)) {
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        loaded.rows.push_back(row_of(block.row(i)));
        loaded.records.push_back(block.rows[i].record);
      }
      for (BadRecord& bad : block.bad) loaded.bad.push_back(std::move(bad));
    }
  }
  return loaded;
}

inline Loaded load(const CsvOptions& options, const std::string& content, const std::vector<cql::ColumnSpec>& columns) {
  return load(*open_csv_source(options, file_of(content), "in.csv"), straight(columns));
}

}  // namespace cqlbulk::formats::testing
