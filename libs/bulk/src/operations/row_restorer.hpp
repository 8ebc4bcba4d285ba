// Rows whose cells have write times and times to live of their own, as an export brought them or as options give them
// to columns: the statements that write them so. Pure.
//
// Of an export: cells of a row that agree are written by one statement, the others by one each; elements of sets and
// maps that differ by an UPDATE that adds them. Lists and user-defined types that are not frozen are written as a
// whole, with the newest of their elements' write times and the longest of their times to live.
//
// By options: one statement writes the row, its marker and the cells that have the record's times, and an UPDATE each
// of the other columns.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/metadata.hpp"
#include "cqlbulk/load.hpp"

namespace cqlbulk::operations {

/// Where a write time (bigint, in the layout's unit) or a time to live (int, in seconds) comes from.
struct CellTime {
  std::optional<std::size_t> value = {};      ///< Among those of the row; null there: as if there were none.
  std::optional<std::int64_t> constant = {};  ///< In microseconds, or seconds.

  [[nodiscard]] bool is_given() const { return value || constant; }
};

/// A column of a restored row, and where its values stand among those of the row.
struct RestoredColumn {
  const cql::Column* column = nullptr;
  std::size_t value = 0;
  CellTime writetime = {};
  CellTime ttl = {};
  /// The times are lists, list<bigint> and list<int>, with an item for each element of the column's collection.
  bool element_times = false;

  [[nodiscard]] bool is_key() const {
    return column->role == cql::Column::Role::partition_key || column->role == cql::Column::Role::clustering;
  }
  /// Elements have times of their own and can be written one by one.
  [[nodiscard]] bool by_element() const {
    using Kind = cql::TypeKind;
    return element_times && !column->type.frozen && (column->type.kind == Kind::set || column->type.kind == Kind::map);
  }
};

class RowRestorer {
 public:
  struct Layout {
    std::vector<RestoredColumn> columns;     ///< In the table's order, keys first; all of the keys.
    CellTime writetime;                      ///< Of cells that have none of their own; none: the last value of the row.
    CellTime ttl;                            ///< The same; none: they do not expire.
    TimeUnit unit = TimeUnit::microseconds;  ///< What write times among the row's values count in.
    std::optional<std::size_t> read_at;      ///< timestamp: when the TTLs were read.
    std::size_t value_count = 0;             ///< Of a row, the load's own timestamp, its last one, included.
    bool by_column = false;                  ///< Times by options, not of an export.
    bool insert = true;                      ///< INSERT, which writes a row marker; else UPDATE.
  };
  RowRestorer(const cql::Table& table, Layout layout);

  RowRestorer(const RowRestorer&) = delete;  // Its parts point to each other.
  RowRestorer& operator=(const RowRestorer&) = delete;

  /// The statements that rows may need; the first one writes a whole row.
  [[nodiscard]] const std::vector<std::string>& statements() const noexcept { return texts_; }

  /// A statement with its values in `bytes`.
  struct Write {
    std::size_t statement = 0;
    std::size_t begin = 0;
    std::size_t size = 0;
    std::uint16_t values = 0;
  };
  struct Writes {
    cql::Buffer bytes;
    std::vector<Write> writes;
    std::uint64_t expired = 0;  ///< Cells, or elements, that were not written since their time is over.
  };
  /// Appends what writes a row, nothing when all of its cells have expired. `now_ms`: milliseconds since 1970. Throws
  /// cql::Error{usage} naming the column when there are not as many times as elements, and for a write time that is no
  /// whole number of microseconds.
  void append(cql::ByteView row, std::int64_t now_ms, Writes& out) const;

 private:
  /// What USING says; no ttl: 0.
  struct Times {
    std::int64_t writetime = 0;
    std::int32_t ttl = 0;
    auto operator<=>(const Times&) const = default;
  };
  struct Cells;
  /// A column's cell, or a group of a collection's elements.
  struct Part {
    const RestoredColumn* column = nullptr;
    Times times;
    std::vector<std::size_t> elements;  ///< By index; empty: the whole value.
  };

  void add_statements_of_export(const cql::Table& table);
  void add_statements_by_column(const cql::Table& table);
  void append_by_column(const Cells& row, const Times& record, bool static_row, Writes& out) const;
  /// Nothing but static columns: no clustering column has a value. Throws when another has.
  [[nodiscard]] bool is_static_row(const Cells& row) const;
  void add_statement(const cql::Table& table, const std::vector<const RestoredColumn*>& columns, bool insert,
                     const char* form, bool partition_key_only);
  void find_parts(const Cells& row, std::int64_t now_ms, const Times& record, std::vector<Part>& parts,
                  Writes& out) const;
  void parts_of_elements(const Cells& row, const RestoredColumn& column, std::int64_t elapsed_s, const Times& record,
                         std::vector<Part>& parts, Writes& out) const;
  [[nodiscard]] std::optional<std::int64_t> writetime_of(const Cells& row, const CellTime& from) const;
  [[nodiscard]] static std::optional<std::int32_t> ttl_of(const Cells& row, const CellTime& from);
  [[nodiscard]] Times times_of_record(const Cells& row) const;
  [[nodiscard]] Times times_of_whole(const Cells& row, const RestoredColumn& column, const Times& record) const;
  void write(const Cells& row, std::size_t statement, const Times& times, const Part* part, Writes& out) const;

  Layout layout_;
  std::vector<std::string> texts_;
  struct Shape {
    std::vector<const RestoredColumn*> keys;
    std::vector<const RestoredColumn*> columns;
    bool insert = true;
  };
  std::vector<Shape> shapes_;          ///< One for each statement.
  std::vector<std::size_t> alone_;     ///< Per column: the statement that writes it alone.
  std::vector<std::size_t> elements_;  ///< Per column: the one that adds elements.
  std::optional<std::size_t> keys_only_;
  std::optional<std::size_t> of_record_;  ///< Times by column: what writes the cells with the record's times.
};

}  // namespace cqlbulk::operations
