// Indexing rows in wire layout: one pass over the length fields, every one checked.
#include <fmt/format.h>

#include "cql/error.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk {

namespace {

[[noreturn]] void fail(std::span<const cql::ColumnSpec> columns, std::size_t cell, const char* problem) {
  const std::size_t column = cell % columns.size();
  throw cql::Error(cql::ErrorKind::protocol, fmt::format("row {} of a page, column {}: {}", cell / columns.size(),
                                                         columns[column].name, problem));
}

}  // namespace

RowsView CellIndex::index(std::span<const cql::ColumnSpec> columns, cql::ByteView bytes, std::size_t row_count) {
  const std::size_t cell_count = row_count * columns.size();
  // Every cell takes at least its length field: a hostile row count must not decide how much memory is taken.
  if (cell_count > bytes.size() / sizeof(std::int32_t) || bytes.size() > UINT32_MAX) {
    throw cql::Error(cql::ErrorKind::protocol, fmt::format("a page of {} bytes cannot hold {} rows of {} columns",
                                                           bytes.size(), row_count, columns.size()));
  }
  cells_.resize(cell_count);
  const std::byte* const begin = bytes.data();
  const std::size_t end = bytes.size();
  std::size_t at = 0;
  for (std::size_t i = 0; i < cell_count; ++i) {
    if (end - at < sizeof(std::int32_t)) fail(columns, i, "the page ends within a length");
    const auto size = cql::load_big_endian<std::int32_t>(begin + at);
    at += sizeof(std::int32_t);
    cells_[i] = {static_cast<std::uint32_t>(at), size};
    if (size > 0) {
      if (static_cast<std::size_t>(size) > end - at) fail(columns, i, "a value points past the end of the page");
      at += static_cast<std::size_t>(size);
    }
  }
  if (at != end) {
    throw cql::Error(cql::ErrorKind::protocol, fmt::format("{} bytes follow the last row of a page", end - at));
  }
  return {columns, bytes, row_count, cells_};
}

}  // namespace cqlbulk
