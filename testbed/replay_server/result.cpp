#include "replay_server/result.hpp"

#include <algorithm>

namespace cql::replay {

namespace {

constexpr std::int32_t kind_void = 1;
constexpr std::int32_t kind_rows = 2;
constexpr std::int32_t kind_set_keyspace = 3;
constexpr std::int32_t kind_prepared = 4;

constexpr std::int32_t flag_global_table = 0x01;
constexpr std::int32_t flag_more_pages = 0x02;
constexpr std::int32_t flag_no_metadata = 0x04;
constexpr std::int32_t flag_metadata_changed = 0x08;

constexpr std::int32_t code_protocol_error = 0x000A;
constexpr std::int32_t code_invalid = 0x2200;
constexpr std::int32_t code_unprepared = 0x2500;

void append_table(std::span<const ColumnSpec> columns, Buffer& out) {
  scripted::append_string(columns.front().keyspace, out);
  scripted::append_string(columns.front().table, out);
}

void append_columns(std::span<const ColumnSpec> columns, Buffer& out) {
  for (const ColumnSpec& column : columns) {
    scripted::append_string(column.name, out);
    scripted::append_type(column.type, out);
  }
}

Buffer error_with(std::int32_t code, std::string_view message) {
  Buffer body;
  body.append_integer(code);
  scripted::append_string(message, body);
  return body;
}

}  // namespace

Buffer void_body() {
  Buffer body;
  body.append_integer(kind_void);
  return body;
}

Buffer set_keyspace_body(std::string_view keyspace) {
  Buffer body;
  body.append_integer(kind_set_keyspace);
  scripted::append_string(keyspace, body);
  return body;
}

Buffer error_body(const Error& error) {
  const bool protocol = error.kind() == ErrorKind::server_protocol_error;
  return error_with(protocol ? code_protocol_error : code_invalid, error.message());
}

Buffer unprepared_body(ByteView statement_id) {
  Buffer body = error_with(code_unprepared, "the statement is not prepared here");
  scripted::append_string(as_text(statement_id), body);
  return body;
}

Buffer prepared_body(int version, std::string_view id, std::string_view metadata_id,
                     std::span<const ColumnSpec> parameters, std::span<const std::uint16_t> key,
                     std::span<const ColumnSpec> result) {
  Buffer body;
  body.append_integer(kind_prepared);
  scripted::append_string(id, body);
  if (version >= 5) scripted::append_string(metadata_id, body);
  body.append_integer(parameters.empty() ? 0 : flag_global_table);
  body.append_integer(static_cast<std::int32_t>(parameters.size()));
  body.append_integer(static_cast<std::int32_t>(key.size()));
  for (const std::uint16_t index : key) body.append_integer(index);
  if (!parameters.empty()) append_table(parameters, body);
  append_columns(parameters, body);
  body.append_integer(result.empty() ? flag_no_metadata : flag_global_table);
  body.append_integer(static_cast<std::int32_t>(result.size()));
  if (!result.empty()) append_table(result, body);
  append_columns(result, body);
  return body;
}

void append_rows_head(const RowsHead& head, Buffer& out) {
  const bool with_columns = !head.skip_columns && !head.columns.empty();
  out.append_integer(kind_rows);
  out.append_integer((with_columns ? flag_global_table : flag_no_metadata) | (head.next.empty() ? 0 : flag_more_pages) |
                     (head.new_metadata_id.empty() ? 0 : flag_metadata_changed));
  out.append_integer(static_cast<std::int32_t>(head.columns.size()));
  if (!head.next.empty()) scripted::append_bytes(as_bytes(head.next), out);
  if (!head.new_metadata_id.empty()) scripted::append_string(head.new_metadata_id, out);
  if (with_columns) {
    append_table(head.columns, out);
    append_columns(head.columns, out);
  }
  out.append_integer(static_cast<std::int32_t>(head.rows));
}

void append_projected(const scripted::Rows& rows, std::span<const ColumnSpec> columns, Buffer& out) {
  Reader reader(rows.wire(), "system rows");
  for (std::uint32_t row = 0; row < rows.count(); ++row) {
    std::vector<ByteView> cells;
    for (std::size_t column = 0; column < rows.columns().size(); ++column) {
      const std::size_t start = reader.offset();
      const std::int32_t size = reader.i32();
      if (size > 0) reader.raw(static_cast<std::size_t>(size));
      cells.push_back(rows.wire().subspan(start, reader.offset() - start));
    }
    for (const ColumnSpec& wanted : columns) {
      const auto at =
          std::ranges::find_if(rows.columns(), [&](const ColumnSpec& one) { return one.name == wanted.name; });
      if (at == rows.columns().end()) {
        out.append_integer(std::int32_t{-1});
      } else {
        out.append(cells[static_cast<std::size_t>(at - rows.columns().begin())]);
      }
    }
  }
}

std::string paging_state(std::uint64_t row) {
  std::string state(sizeof row, '\0');
  store_big_endian(reinterpret_cast<std::byte*>(state.data()), row);
  return state;
}

std::uint64_t row_in(ByteView paging_state, RowRange range) {
  const std::uint64_t row =
      paging_state.size() == sizeof(std::uint64_t) ? load_big_endian<std::uint64_t>(paging_state.data()) : 0;
  if (paging_state.size() != sizeof row || row < range.first || row > range.last) {
    throw Error(ErrorKind::server_protocol_error, "Invalid value for the paging state");
  }
  return row;
}

scripted::Rows size_estimates(const Dataset& dataset) {
  const std::uint64_t partitions = dataset.copies() * dataset.recording().partitions.size();
  const std::uint64_t bytes = dataset.copies() * dataset.recording().rows.bytes.size();
  scripted::Rows rows({{"keyspace_name", "text"},
                       {"table_name", "text"},
                       {"range_start", "text"},
                       {"range_end", "text"},
                       {"mean_partition_size", "bigint"},
                       {"partitions_count", "bigint"}});
  return rows.add(dataset.table().keyspace, dataset.table().name, std::to_string(minimum_token),
                  std::to_string(maximum_token), static_cast<std::int64_t>(partitions == 0 ? 0 : bytes / partitions),
                  static_cast<std::int64_t>(partitions));
}

}  // namespace cql::replay
