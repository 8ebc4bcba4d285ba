// What a file format must do to take part: write parts, merge them into one file, plan an input's units and read them.
// Formats know rows in wire layout and Arrow's streams; they know neither the database nor where files lie.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cqlbulk/formats.hpp"
#include "cqlbulk/rows.hpp"
#include "formats/condition.hpp"

namespace arrow::io {
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace cqlbulk::formats {

/// Writes rows into one part. One thread.
class PartWriter {
 public:
  virtual ~PartWriter() = default;
  virtual void write(const RowsView& rows) = 0;
  /// Bytes the part has so far, what is still buffered included (an estimate until finish).
  [[nodiscard]] virtual std::uint64_t bytes_written() const = 0;
  /// Writes what is buffered and the footer, and closes the stream.
  virtual void finish() = 0;
};

/// standalone: a file somebody can open. fragment: will be merged with others (CSV: no header).
enum class PartRole { standalone, fragment };

/// Opens a fragment when it is its turn: there may be more of them than a process may have files open.
using FragmentOpener = std::function<std::shared_ptr<arrow::io::RandomAccessFile>()>;

/// What stands around the fragments of a format whose file is its fragments' bytes in a row.
struct Joints {
  std::string before = {};   ///< The first of them; CSV: the header.
  std::string between = {};  ///< Each two.
  std::string after = {};    ///< The last one.
};

class Writer {
 public:
  virtual ~Writer() = default;
  /// `columns` must outlive the part writer.
  [[nodiscard]] virtual std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out,
                                                              PartRole role) = 0;
  /// Of a text format, whose fragments become one file by these, as they are, compressed or not. Null: merge() does it.
  [[nodiscard]] virtual const Joints* joints() const { return nullptr; }
  /// A fragment is a file that somebody can open: one alone need not be merged. Of formats without joints.
  [[nodiscard]] virtual bool fragments_stand_alone() const { return true; }
  /// Makes one file of fragments, in their order; the output is complete and closed when it returns.
  virtual void merge(std::span<const FragmentOpener> fragments, const std::shared_ptr<arrow::io::OutputStream>& out);
};

/// A text format, which may be compressed and encoded as a whole.
[[nodiscard]] bool is_text(FormatKind kind);

/// Whether a column of an export is a column of the table, or what Cassandra keeps beside the values of one.
struct CellFact {
  enum class Kind { value, writetime, ttl };
  Kind kind = Kind::value;
  std::size_t column = 0;  ///< Index of the column whose write times or TTLs these are.
};

/// `names` are the columns' names in the file; `facts` goes with them, or is empty when all are values.
/// Throws cqlbulk::Error{usage} for options that cannot be.
[[nodiscard]] std::unique_ptr<Writer> make_writer(FormatKind kind, const FormatOptions& options,
                                                  std::vector<cql::ColumnSpec> columns, std::vector<std::string> names,
                                                  std::vector<CellFact> facts = {});

/// Settles what follows from where an export writes: a file's name, a directory's with its slash, "-".
[[nodiscard]] FormatOptions settled(FormatKind kind, FormatOptions options, std::string_view target);
/// Of the parts in a directory, without the dot; the options must be settled.
[[nodiscard]] std::string_view part_suffix(FormatKind kind, const FormatOptions& options);

/// A field of an input file.
struct Field {
  std::string name;                     ///< "0", "1", … for CSV without header.
  std::string file_type;                ///< As the format calls it: "text", "int64", "timestamp[ms, UTC]".
  std::optional<std::string> cql_type;  ///< Kept in the file by an earlier export.
};

/// A piece of an input: the unit of work of a load. Exact: no record is in two units, none in none.
struct Unit {
  std::uint64_t begin = 0;         ///< Text: first byte. Parquet: first row group.
  std::uint64_t end = 0;           ///< Text: one past the last byte. Parquet: one past the last row group, of which
                                   ///< only the first records may be wanted.
  std::uint64_t bytes = 0;         ///< Of the file, for progress.
  std::uint64_t first_record = 0;  ///< Ordinal in the source, from 0.
  std::uint64_t record_count = 0;
  std::uint64_t first_line = 0;  ///< From 1; 0 where there are no lines.
};

/// How fields become the values of a statement. Parameters come in this order; `timestamp_base` adds one at the end:
/// a bigint of base + step × ordinal of the record in its source.
struct RowMapping {
  struct Parameter {
    std::size_t field = 0;   ///< Index into Source::fields().
    cql::ColumnSpec column;  ///< Name and type of the value.
    bool key = false;        ///< Part of the primary key: null is a bad record.
    bool reject_null = false;
    bool write_null = false;  ///< Null is written as null, else left unset.
  };
  std::vector<Parameter> parameters;
  std::optional<std::int64_t> timestamp_base;
  std::int64_t timestamp_step = 1;
  /// Ordinals, ascending, of records that are bad whatever they hold: the server refused them, and their raw text is
  /// wanted. Their reason is empty.
  std::vector<std::uint64_t> refused_records;
  /// All of which a record must meet to be taken; only for sources that take conditions.
  struct FieldCondition {
    std::size_t field = 0;  ///< Index into Source::fields().
    Condition condition;
  };
  std::vector<FieldCondition> conditions;

  [[nodiscard]] std::int64_t timestamp_of(std::uint64_t record) const {
    return timestamp_base.value_or(0) + timestamp_step * static_cast<std::int64_t>(record);
  }
  [[nodiscard]] bool refuses(std::uint64_t record) const {
    return !refused_records.empty() && std::binary_search(refused_records.begin(), refused_records.end(), record);
  }
};

/// Reads one unit, block by block. One thread.
class UnitReader {
 public:
  virtual ~UnitReader() = default;
  /// Clears `out` and fills it with the next block (some thousand rows); false when there is none.
  /// Values that do not convert become out.bad; a broken file throws cqlbulk::Error{failed} naming file and place.
  virtual bool next(BoundRows& out) = 0;
  /// Records so far that do not meet the mapping's conditions: they are neither rows nor bad.
  [[nodiscard]] virtual std::uint64_t left_out() const { return 0; }
  /// Parts of the file so far (Parquet's row groups) of which nothing was read, since no record there can meet them.
  [[nodiscard]] virtual std::uint64_t skipped_row_groups() const { return 0; }
};

/// An input file. Const calls may come from several threads.
class Source {
 public:
  virtual ~Source() = default;
  [[nodiscard]] virtual const std::string& name() const = 0;  ///< For messages.
  [[nodiscard]] virtual const std::vector<Field>& fields() const = 0;
  /// Cuts the input into units of about `unit_bytes`, `most_records` records in all. Reads the file once, as far as
  /// that, where records are not indexed (text). Throws cqlbulk::Error{usage} for a file that is broken (unterminated
  /// quote: the line where it opened).
  [[nodiscard]] virtual std::vector<Unit> plan_units(std::uint64_t unit_bytes,
                                                     std::uint64_t most_records = UINT64_MAX) const = 0;
  /// Whether a mapping may have conditions.
  [[nodiscard]] virtual bool takes_conditions() const { return false; }
  /// Throws cqlbulk::Error{usage} naming field and column when their types can never fit.
  virtual void check_mapping(const RowMapping& mapping) const = 0;
  [[nodiscard]] virtual std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const = 0;
  /// What a reject file of this input starts with (CSV: the header line), without line end; empty when nothing.
  [[nodiscard]] virtual std::string reject_header() const = 0;
  /// Suffix of a reject file: ".csv", ".jsonl".
  [[nodiscard]] virtual std::string reject_suffix() const = 0;
};

/// Reads header or footer. Throws cqlbulk::Error{usage} naming the file when it is empty, truncated or no such format.
[[nodiscard]] std::unique_ptr<Source> open_source(FormatKind kind, const FormatOptions& options,
                                                  std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name);

}  // namespace cqlbulk::formats
