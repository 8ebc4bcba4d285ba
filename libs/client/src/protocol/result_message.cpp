// RESULT messages (native_protocol_v5.spec §4.2.5). Rows are left as they are; only what stands before them is read.
#include <fmt/format.h>

#include <algorithm>

#include "protocol/notation.hpp"
#include "protocol/responses.hpp"
#include "protocol/schema_change.hpp"
#include "protocol/type_option.hpp"

namespace cql::protocol {
namespace {

enum class ResultKind : std::int32_t { void_ = 1, rows = 2, set_keyspace = 3, prepared = 4, schema_change = 5 };

namespace metadata_flag {
constexpr std::uint32_t global_table = 0x01;
constexpr std::uint32_t has_more_pages = 0x02;
constexpr std::uint32_t no_metadata = 0x04;
constexpr std::uint32_t metadata_changed = 0x08;
}  // namespace metadata_flag

std::int32_t read_count(Reader& reader, const char* what) {
  const std::int32_t count = reader.i32();
  if (count < 0) reader.fail(fmt::format("negative number of {}, {}", what, count));
  return count;
}

/// The least a column takes: the length of its name and its type.
constexpr std::size_t smallest_column = 4;
/// A description is some sixty times larger than its bytes: more than this is not taken on trust.
constexpr std::size_t most_columns_reserved = 1024;

std::vector<ColumnSpec> read_columns(Reader& reader, std::int32_t count, bool global_table) {
  const auto columns_size = static_cast<std::size_t>(count);
  if (columns_size > reader.remaining() / smallest_column)
    reader.fail(fmt::format("{} columns cannot be there", count));
  std::string_view keyspace;
  std::string_view table;
  if (global_table) {
    keyspace = reader.string();
    table = reader.string();
  }
  std::vector<ColumnSpec> columns;
  columns.reserve(std::min(columns_size, most_columns_reserved));
  for (std::size_t i = 0; i < columns_size; ++i) {
    ColumnSpec& column = columns.emplace_back();
    if (!global_table) {
      keyspace = reader.string();
      table = reader.string();
    }
    column.keyspace = keyspace;
    column.table = table;
    column.name = reader.string();
    column.type = read_type_option(reader);
  }
  return columns;
}

RowsMetadata read_rows_metadata(Reader& reader, int version) {
  RowsMetadata metadata;
  const auto flags = static_cast<std::uint32_t>(reader.i32());
  metadata.column_count = read_count(reader, "columns");
  if ((flags & metadata_flag::has_more_pages) != 0) {
    metadata.next = read_bytes(reader);
    // Taken for the last page, an empty state would cut the result short without a word.
    if (metadata.next.empty()) reader.fail("more pages follow, but the paging state is empty");
  }
  if (version >= 5 && (flags & metadata_flag::metadata_changed) != 0)
    metadata.new_metadata_id = read_short_bytes(reader);
  if ((flags & metadata_flag::no_metadata) == 0) {
    metadata.columns = std::make_shared<const std::vector<ColumnSpec>>(
        read_columns(reader, metadata.column_count, (flags & metadata_flag::global_table) != 0));
  }
  return metadata;
}

RowsResult read_rows(Reader& reader, int version) {
  RowsResult rows;
  rows.metadata = read_rows_metadata(reader, version);
  const std::int32_t count = read_count(reader, "rows");
  // Each cell has at least its length, so a count can be held against what really came.
  const auto cells = static_cast<std::uint64_t>(count) * static_cast<std::uint64_t>(rows.metadata.column_count);
  if (cells > reader.remaining() / sizeof(std::int32_t) || (count > 0 && cells == 0)) {
    reader.fail(fmt::format("{} rows of {} columns cannot be in {} bytes", count, rows.metadata.column_count,
                            reader.remaining()));
  }
  rows.row_count = static_cast<std::uint32_t>(count);
  rows.rows_offset = reader.offset();
  return rows;
}

std::vector<std::uint16_t> read_partition_key_indices(Reader& reader, std::int32_t column_count) {
  std::vector<std::uint16_t> indices;
  for (std::int32_t left = read_count(reader, "partition key columns"); left > 0; --left) {
    const std::uint16_t index = reader.u16();
    if (index >= column_count)
      reader.fail(fmt::format("partition key index {} of {} bind markers", index, column_count));
    indices.push_back(index);
  }
  return indices;
}

PreparedResult read_prepared(Reader& reader, int version) {
  PreparedResult prepared;
  prepared.id = read_short_bytes(reader);
  if (version >= 5) prepared.result_metadata_id = read_short_bytes(reader);
  const auto flags = static_cast<std::uint32_t>(reader.i32());
  const std::int32_t column_count = read_count(reader, "bind markers");
  if (version >= 4) prepared.partition_key_indices = read_partition_key_indices(reader, column_count);
  prepared.parameters = read_columns(reader, column_count, (flags & metadata_flag::global_table) != 0);
  prepared.result = read_rows_metadata(reader, version);
  return prepared;
}

}  // namespace

ResultMessage decode_result(ByteView message, int version) {
  Reader reader(message, "RESULT");
  const std::int32_t kind = reader.i32();
  switch (static_cast<ResultKind>(kind)) {
    case ResultKind::void_:
      return VoidResult{};
    case ResultKind::rows:
      return read_rows(reader, version);
    case ResultKind::set_keyspace:
      return SetKeyspaceResult{std::string(reader.string())};
    case ResultKind::prepared:
      return read_prepared(reader, version);
    case ResultKind::schema_change:
      return read_schema_change(reader);
  }
  reader.fail(fmt::format("unknown kind of result, {}", kind));
}

}  // namespace cql::protocol
