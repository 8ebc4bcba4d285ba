// Loading files into a table.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/column_converter.hpp"
#include "cqlbulk/formats.hpp"
#include "cqlbulk/observer.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {

enum class Nulls { unset, write, reject };
/// What becomes of a record. `update` writes no row marker: a row that has nothing but its key does not come to be, and
/// one whose other columns all expire goes. `remove` deletes the row of the record's primary key.
enum class WriteAs { insert, update, remove };
/// Which rows are written by one request: those of one partition; besides, small groups whose partitions have the same
/// replicas, as many as servers take without a warning; or each alone.
enum class BatchBy { replica_set, partition, off };
enum class TimeUnit { seconds, milliseconds, microseconds, nanoseconds };

struct LoadOptions {
  OperationOptions operation;
  /// Keyspace and table, or a query: an INSERT, UPDATE or DELETE with named markers (:name), which fields go to as they
  /// go to columns otherwise. Where it has no USING TIMESTAMP and could have one, the load adds its own. Rows whose
  /// condition (IF) does not hold are rejected.
  Subject subject;
  /// Paths, globs (** for any directories below), directories, "@FILE" lists, "-" for stdin.
  std::vector<std::string> from;
  bool recursive = false;            ///< Of directories what lies in directories below, too.
  std::size_t max_open_files = 256;  ///< Kept open of many.
  /// Records taken of all inputs together, the first ones in their order, skipped ones aside; nothing: all.
  std::optional<std::uint64_t> max_records;
  std::optional<FormatKind> format;
  FormatOptions format_options;
  struct Mapping {
    std::string field;  ///< Name in the file, or a position from 0 where there is no header.
    std::string column;
  };
  std::vector<Mapping> map;  ///< Besides these, fields go to the columns of the same name.
  struct Setting {
    std::string column;
    /// CQL: a constant or function; :name takes the value of a field. now(), uuid(), current_timestamp() and the like
    /// are worked out from the operation and the record's place, so that a record always gets the same.
    std::string expression;
  };
  std::vector<Setting> set;  ///< Columns that get something else than a field.
  /// Of columns whose values the program makes itself of what is in the file; of a query's markers by their names.
  std::vector<ColumnConverter> converters;
  WriteAs write_as = WriteAs::insert;
  /// Which records are taken, by their fields as they are in the file: "amount >= 10 AND name = 'x' AND gone IS NULL".
  /// Arrow and Parquet only. Empty: all.
  std::string where;
  bool ignore_fields = false;  ///< Fields that map to no column are left out instead of being an error.
  /// A field with the time since 1970 in timestamp_unit, or such a number for all; nothing: the operation's own
  /// (docs/adr). A time that is no whole number of microseconds makes its record a bad one.
  std::string timestamp;
  TimeUnit timestamp_unit = TimeUnit::microseconds;
  std::string ttl;  ///< A field with seconds, or a number of seconds for all.
  /// A time for the cells of one column, in place of the record's: a field, or a number for all. A field that is null:
  /// the record's. Cells of a record whose times agree are written by one statement, so a record may need several.
  struct ColumnTime {
    std::string column;
    std::string time;
  };
  std::vector<ColumnTime> column_timestamps;  ///< In timestamp_unit.
  std::vector<ColumnTime> column_ttls;        ///< In seconds; 0: does not expire.
  /// Each cell gets the write time that stands in the field of its column's field's name and this ending (JSON: in
  /// `_metadata`), as an export with write times has it; elements of sets and maps one by one. Cells that agree are
  /// written by one statement, so a row may need several. Instead of timestamp.
  std::optional<std::string> restore_writetime;
  /// The same for times to live: what is left of them, by the field "ttl_read_at" where there is one. Cells whose time
  /// is over are not written, but counted.
  std::optional<std::string> restore_ttl;
  Nulls nulls = Nulls::unset;
  /// Where it matters how often a record is sent, and of cells with times of their own, replica_set is as partition.
  BatchBy batch = BatchBy::replica_set;
  std::uint32_t batch_rows = 50;
  std::uint32_t batch_bytes = 40U << 10U;
  /// Bytes of rows among which those of one partition are looked for, all threads together; at most half of the ceiling
  /// on memory. Nothing: some megabytes. What a crash makes the load do again grows with it.
  std::optional<std::uint64_t> group_window;
  /// Bytes of input among which rows of one partition are looked for, all threads together. Of what does not fit into
  /// the window, rows that have not found a full batch wait in files of the operation's directory, which have no name
  /// there, and are readable by their owner only. Needs batches, and statements that may be sent twice. Nothing: no
  /// files.
  std::optional<std::uint64_t> group_spill;
  /// The table is made first, of the fields of the first input; with dry_run only the statement is told. The key's
  /// columns, as in the new table.
  bool create_table = false;
  struct NewKey {
    std::vector<std::string> partition;
    std::vector<std::string> clustering;
  };
  NewKey new_key;
  bool dry_run = false;  ///< Read and convert everything, write nothing.
  std::uint64_t max_errors = 100;
  std::optional<double> max_errors_share;  ///< 0 to 1, of the records; takes the place of max_errors.
  std::string reject_file;                 ///< Default: in the operation's directory.
};

/// Runs on threads of its own. Throws cqlbulk::Error{usage} before any work (fields that do not fit, unreadable or
/// broken files); later failures are in the report.
[[nodiscard]] Report load(const LoadOptions& options, Observer& observer, std::stop_token stop = {});

}  // namespace cqlbulk
