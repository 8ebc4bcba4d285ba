#include "operations/partition_runs.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "text/cell_text.hpp"

namespace cqlbulk::operations {

std::string_view key_of(const RowsView& rows, std::size_t row, std::size_t key_columns) {
  constexpr std::size_t length_field = sizeof(std::int32_t);
  const Cell& first = rows.cell(row, 0);
  const Cell& last = rows.cell(row, key_columns - 1);
  const std::size_t begin = first.offset - length_field;
  const std::size_t end = last.offset + static_cast<std::size_t>(std::max(last.size, 0));
  return cql::as_text(rows.bytes.subspan(begin, end - begin));
}

std::string key_as_json(const cql::Table& table, std::string_view wire) {
  cql::Reader reader(cql::as_bytes(wire), "partition key");
  std::string json = "{";
  for (std::size_t i = 0; i < table.partition_key_size; ++i) {
    const cql::Column& column = table.columns[i];
    json += (i == 0 ? "" : ",") + nlohmann::json(column.name).dump() + ":";
    const std::int32_t size = reader.i32();
    if (size < 0) {
      json += "null";
    } else {
      text::CellWriter(column.type).append_json(reader.raw(static_cast<std::size_t>(size)), json);
    }
  }
  return json + "}";
}

void PartitionRun::add(const RowsView& rows, std::size_t key_columns, LargestPartitions& largest) {
  if (rows.row_count == 0) return;
  std::string_view key = key_of(rows, 0, key_columns);
  if (rows_ != 0 && key != key_) end(largest);
  for (std::size_t row = 0; row < rows.row_count; ++row) {
    const std::string_view next = key_of(rows, row, key_columns);
    if (next != key) {
      largest.add(key, rows_);
      rows_ = 0;
      key = next;
    }
    ++rows_;
  }
  key_ = key;
}

void PartitionRun::end(LargestPartitions& largest) {
  if (rows_ != 0) largest.add(key_, rows_);
  rows_ = 0;
}

}  // namespace cqlbulk::operations
