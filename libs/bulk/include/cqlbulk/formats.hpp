// Options of the file formats. Which format a file has follows its name unless it is said.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cqlbulk/text_forms.hpp"

namespace cqlbulk {

enum class FormatKind { csv, json, arrow, parquet };

/// By suffix: .csv, .json, .jsonl, .ndjson, .arrow, .feather, .parquet, also below a suffix of compression (.csv.gz);
/// nothing otherwise.
[[nodiscard]] std::optional<FormatKind> format_of_name(std::string_view path);
[[nodiscard]] std::optional<FormatKind> parse_format(std::string_view name);
[[nodiscard]] std::string_view to_string(FormatKind kind);
/// For messages: "csv, json or parquet".
[[nodiscard]] std::string format_names();

/// How a file of text is compressed as a whole: gzip members, zstd frames with checksums, bzip2 streams, LZ4 frames
/// with checksums, the framing format of Snappy, xz streams. Each may follow another of its kind in one file.
enum class FileCompression { none, gzip, zstd, bzip2, lz4, snappy, xz };

/// By suffix: .gz, .zst, .bz2, .lz4, .sz, .snappy, .xz in any case; `none` otherwise.
[[nodiscard]] FileCompression compression_of_name(std::string_view path);
/// "none", "gzip", "zstd", "bzip2", "lz4", "snappy", "xz".
[[nodiscard]] std::optional<FileCompression> parse_compression(std::string_view name);
[[nodiscard]] std::string_view to_string(FileCompression compression);

/// CSV as RFC 4180 with choices. By default null is an unquoted empty field and an empty string is "", both ways.
struct CsvOptions {
  std::string delimiter = ",";
  char quote = '"';
  /// A character that takes the next one literally inside quotes; 0: none. Written before quotes, which are doubled
  /// without it; doubled ones are read in either case.
  char escape = 0;
  /// Reading: lines starting with it are skipped; 0: none. Writing: fields that would make such a line are quoted.
  char comment = 0;
  bool header = true;
  /// The text that stands for null when it is not quoted.
  std::string null_token;
  /// Reading: records skipped after the header.
  std::uint64_t skip_records = 0;
  /// Reading: the longest field borne, bytes.
  std::size_t max_field_bytes = 64U << 20U;

  enum class Trim { none, unquoted, all };
  enum class MissingFields { refuse, null };
  enum class ExtraFields { refuse, ignore };
  enum class Quoting { minimal, text, all };
  enum class LineEnd { lf, crlf, cr };

  /// Reading: the fields' names, in place of the header's or where there is none.
  std::vector<std::string> field_names{};
  /// Reading: spaces and tabs taken from the ends of fields; other than none, they may also stand around quotes.
  Trim trim = Trim::none;
  /// Reading: what becomes of records with too few and too many fields. null: as if the null token stood there.
  MissingFields missing_fields = MissingFields::refuse;
  ExtraFields extra_fields = ExtraFields::refuse;
  /// Writing: quotes where they are needed; around all text; around everything that is not null.
  Quoting quoting = Quoting::minimal;
  LineEnd line_end = LineEnd::lf;  ///< Writing; any of them is read.

  bool operator==(const CsvOptions&) const = default;
};

// What the choices are called, in their order: by the tool's options and in operation.json.
inline constexpr std::array<std::string_view, 3> trim_names{"none", "unquoted", "all"};
inline constexpr std::array<std::string_view, 2> missing_fields_names{"refuse", "null"};
inline constexpr std::array<std::string_view, 2> extra_fields_names{"refuse", "ignore"};
inline constexpr std::array<std::string_view, 3> quoting_names{"minimal", "text", "all"};
inline constexpr std::array<std::string_view, 3> line_end_names{"lf", "crlf", "cr"};

/// lines: an object a line. values: objects one after the other, however they are spaced (reading only). array: one
/// array of objects.
enum class JsonForm { lines, values, array };
/// What becomes of a column whose field a record does not have.
enum class MissingField { as_null, unset, reject };

/// One JSON object a record: lists, sets, vectors and tuples are arrays, maps and user-defined types objects.
struct JsonOptions {
  /// Nothing: writing, an array for one file named *.json and lines otherwise; reading, as the file begins.
  std::optional<JsonForm> form;
  /// Writing an array: objects on several lines, indented.
  bool pretty = false;
  /// Writing: null is written, else the field is left out.
  bool write_nulls = true;
  /// Writing: write times and TTLs stand under "_metadata", else in fields of their own.
  bool metadata_object = true;
  /// Reading: fields besides those that are found in the file's first 4 MiB.
  std::vector<std::string> fields;
  /// Reading: fields that are not known by then are left out, else their record is a bad one.
  bool ignore_unknown_fields = false;
  MissingField missing = MissingField::as_null;
  /// Reading: the longest record borne, bytes.
  std::size_t max_record_bytes = 64U << 20U;

  bool operator==(const JsonOptions&) const = default;
};

/// fields: a struct of months, days and nanoseconds. interval: Arrow's own, which Parquet cannot hold.
enum class DurationForm { fields, text, interval };

/// Writing Arrow and Parquet: which form the CQL types take that Arrow has no faithful one for. A value that does not
/// fit its form ends the export, naming column and row.
struct ColumnarOptions {
  struct Decimal {
    std::int32_t precision = 38;  ///< Digits in all, 1 to 76.
    std::int32_t scale = 0;       ///< Of them behind the point.
    bool operator==(const Decimal&) const = default;
  };
  /// Nothing: text, which keeps the scale of each value.
  std::optional<Decimal> decimal;
  /// Digits; nothing: text, which has no limit.
  std::optional<std::int32_t> varint_precision;
  DurationForm duration = DurationForm::fields;

  bool operator==(const ColumnarOptions&) const = default;
};

/// Arrow IPC.
enum class ArrowForm { file, stream };
struct ArrowOptions {
  /// Writing; nothing: a stream to stdout, otherwise a file.
  std::optional<ArrowForm> form;
  /// none, lz4, zstd
  std::string codec = "none";

  bool operator==(const ArrowOptions&) const = default;
};

/// but_uuids: smallest and largest of random bytes skip nothing, and some readers compare them wrongly.
enum class ParquetStatistics { but_uuids, all, none };
struct ParquetOptions {
  /// snappy, zstd, gzip, brotli, lz4, none
  std::string codec = "zstd";
  std::int64_t row_group_rows = 131'072;
  ParquetStatistics statistics = ParquetStatistics::but_uuids;
  /// Names in the file of columns that get Bloom filters; those of nested types get one for each of their leaves.
  std::vector<std::string> bloom_filters;
  /// Number the fields, nested ones included, from 1 in the order of the schema.
  bool field_ids = false;
  /// Of the rows as they came: a row group of wide rows ends with fewer of them. An operation lowers it to what its
  /// memory allows.
  std::uint64_t row_group_bytes = std::uint64_t{64} << 20U;

  bool operator==(const ParquetOptions&) const = default;
};

/// What stands around a file of text; formats that are not text have neither.
struct TextFileOptions {
  /// Nothing: by the file's name.
  std::optional<FileCompression> compression;
  /// Writing: gzip and bzip2 1 to 9, zstd 1 to 22, lz4 0 to 12, xz 0 to 9; nothing: the usual one of each.
  std::optional<int> compression_level;
  /// Any name that iconv knows. Reading drops a byte order mark; writing makes one for "UTF-16" and "UTF-32" only.
  std::string encoding = "UTF-8";
};

struct FormatOptions {
  TextForms text;  ///< Of formats that are text.
  CsvOptions csv;
  JsonOptions json;
  ColumnarOptions columnar;
  ArrowOptions arrow;
  ParquetOptions parquet;
  TextFileOptions text_file;
};

}  // namespace cqlbulk
