// The bodies of the answers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/error.hpp"
#include "replay_server/dataset.hpp"
#include "scripted_server/rows.hpp"

namespace cql::replay {

[[nodiscard]] Buffer void_body();
[[nodiscard]] Buffer set_keyspace_body(std::string_view keyspace);
/// ERROR with the code of the error's kind (invalid where the protocol has none).
[[nodiscard]] Buffer error_body(const Error& error);
[[nodiscard]] Buffer unprepared_body(ByteView statement_id);
[[nodiscard]] Buffer prepared_body(int version, std::string_view id, std::string_view metadata_id,
                                   std::span<const ColumnSpec> parameters, std::span<const std::uint16_t> key,
                                   std::span<const ColumnSpec> result);

/// RESULT Rows up to the first cell.
struct RowsHead {
  std::span<const ColumnSpec> columns;
  std::uint64_t rows = 0;
  std::string next{};
  bool skip_columns = false;
  std::string_view new_metadata_id{};
};
void append_rows_head(const RowsHead& head, Buffer& out);
/// The cells of `columns` in each row, by name; null where the rows have none.
void append_projected(const scripted::Rows& rows, std::span<const ColumnSpec> columns, Buffer& out);

/// A paging state that goes on at this row, and back. Throws Error{server_protocol_error} for bytes that are none, or
/// for a row outside the range.
[[nodiscard]] std::string paging_state(std::uint64_t row);
[[nodiscard]] std::uint64_t row_in(ByteView paging_state, RowRange range);

/// One row for the whole ring, the same from every node.
[[nodiscard]] scripted::Rows size_estimates(const Dataset& dataset);

}  // namespace cql::replay
