// CQL cells <-> Arrow arrays: one reader and one writer per (CQL type, Arrow type), chosen once per column.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cql/data_type.hpp"
#include "cqlbulk/formats.hpp"
#include "cqlbulk/rows.hpp"

namespace arrow {
class Array;
class DataType;
class Field;
class MemoryPool;
class RecordBatch;
class Schema;
}  // namespace arrow

namespace cqlbulk::columnar {

/// The Arrow type a CQL type is exported as. Field metadata keeps the CQL type under this key.
inline constexpr std::string_view cql_type_key = "cql.type";
/// And the CREATE TYPE statements of the user-defined types in it, the inner ones first, one a line.
inline constexpr std::string_view cql_udts_key = "cql.udts";
/// Throws cqlbulk::Error{usage} for forms that cannot be.
[[nodiscard]] std::shared_ptr<arrow::DataType> arrow_type_of(const cql::DataType& type,
                                                             const ColumnarOptions& forms = {});
[[nodiscard]] std::shared_ptr<arrow::Schema> arrow_schema_of(std::span<const cql::ColumnSpec> columns,
                                                             std::span<const std::string> names,
                                                             const ColumnarOptions& forms = {});

/// Gathers rows in wire layout into arrays, column by column. Keeps nothing between calls but its choice of readers.
class BatchBuilder {
 public:
  /// The schema must be arrow_schema_of(columns), in any forms.
  BatchBuilder(std::vector<cql::ColumnSpec> columns, std::shared_ptr<arrow::Schema> schema);
  ~BatchBuilder();
  /// Throws cql::Error{protocol} naming column and row for bytes that are no value of the type.
  [[nodiscard]] std::shared_ptr<arrow::RecordBatch> build(const RowsView& rows);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Writes the values of one array as wire values (i32 length and bytes). Two passes over a column: sizes, then bytes,
/// so that rows of many columns can be laid out row by row without a branch on type per value.
class CellEncoder {
 public:
  virtual ~CellEncoder() = default;
  /// Adds to sizes[row] the bytes each value needs, its length field included; a value that does not convert gets
  /// an entry in `problems` (row, reason) and counts as null. sizes.size() == array.length().
  struct Problem {
    std::size_t row;
    std::string reason;
  };
  virtual void add_sizes(const arrow::Array& array, std::span<std::uint32_t> sizes, std::vector<Problem>& problems) = 0;
  /// Writes each value of the array last given to add_sizes at its cursor and moves the cursor past it. Null and what
  /// did not convert become `null_length` (-1 or -2).
  virtual void write(const arrow::Array& array, std::int32_t null_length, std::span<std::byte*> cursors) = 0;
};

/// Nothing when values of the Arrow type can never become the CQL type; the reason is appended to `why`.
/// Lossless coercions are made: narrower and wider integers (checked per value), strings to any type through text,
/// timestamps of any unit, decimals, fixed-size binaries and strings to uuid, lists to sets, …
[[nodiscard]] std::unique_ptr<CellEncoder> make_cell_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                             std::string& why);

/// Also true for a dictionary's value that is null.
[[nodiscard]] bool is_null(const arrow::Array& array, std::int64_t index);

/// Appends one value as JSON, for people and reject files: strings quoted, binary as "0x…", times and decimals as text.
void append_json(const arrow::Array& array, std::int64_t index, std::string& out);
/// A string as JSON; bytes that are no UTF-8 become replacement characters.
void append_json_text(std::string_view text, std::string& out);

}  // namespace cqlbulk::columnar
