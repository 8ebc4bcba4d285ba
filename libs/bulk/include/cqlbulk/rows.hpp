// Rows in wire layout: the one form in which rows travel between the database wing and the file wing.
//
// A row is its values one after the other, each an i32 length (big-endian; -1 null, -2 unset) and that many bytes: as
// results bring them and as statements bind them. Exported rows are borrowed from a page; rows to load are built by a
// format's reader. Text formats convert cells to and from text, columnar ones gather them column by column.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/statement.hpp"

namespace cqlbulk {

/// Where a value lies in the bytes of its rows. size: -1 null, -2 unset, else bytes at `offset`.
struct Cell {
  std::uint32_t offset = 0;
  std::int32_t size = -1;
  [[nodiscard]] bool has_value() const noexcept { return size >= 0; }
};

/// A block of rows somebody else owns, indexed once. cells[row * columns.size() + column].
struct RowsView {
  std::span<const cql::ColumnSpec> columns;
  cql::ByteView bytes;
  std::size_t row_count = 0;
  std::span<const Cell> cells;

  [[nodiscard]] const Cell& cell(std::size_t row, std::size_t column) const {
    return cells[row * columns.size() + column];
  }
  [[nodiscard]] cql::ByteView value(const Cell& cell) const {
    return bytes.subspan(cell.offset, static_cast<std::size_t>(cell.size));
  }
};

/// Finds the cells of rows in wire layout; keeps its memory from block to block.
class CellIndex {
 public:
  /// Throws cql::Error{protocol} with row and column when a length points past the end or bytes are left over.
  /// The view is valid until the next call and as long as `bytes` and `columns` live.
  RowsView index(std::span<const cql::ColumnSpec> columns, cql::ByteView bytes, std::size_t row_count);

 private:
  std::vector<Cell> cells_;
};

/// A record of the input that could not become a row.
struct BadRecord {
  std::uint64_t record = 0;  ///< Ordinal in its source, from 0.
  std::uint64_t line = 0;    ///< First line in the source, from 1; 0 where the format has no lines.
  std::string column;        ///< Empty when the record as a whole is bad.
  std::string reason;
  std::string raw;  ///< The record in the input's own text (without line end), or as JSON for binary formats.
};

/// Rows of the input with their values in the order of the statement's parameters, ready to be bound.
struct BoundRows {
  struct Row {
    std::uint32_t offset = 0;
    std::uint32_t size = 0;
    std::uint64_t record = 0;  ///< Ordinal in its source, from 0.
  };
  cql::Buffer bytes;
  std::vector<Row> rows;
  std::vector<BadRecord> bad;

  void clear() {
    bytes.clear();
    rows.clear();
    bad.clear();
  }
  [[nodiscard]] cql::ByteView row(std::size_t index) const { return bytes.view(rows[index].offset, rows[index].size); }
};

}  // namespace cqlbulk
