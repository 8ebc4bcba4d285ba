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

enum class FormatKind { csv, parquet };

/// By suffix: .csv, .parquet, also below a suffix of compression (.csv.gz); nothing otherwise.
[[nodiscard]] std::optional<FormatKind> format_of_name(std::string_view path);
[[nodiscard]] std::optional<FormatKind> parse_format(std::string_view name);
[[nodiscard]] std::string_view to_string(FormatKind kind);

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
  /// Reading: records after which a file counts as ended, skipped ones aside.
  std::optional<std::uint64_t> max_records{};
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

struct ParquetOptions {
  /// snappy, zstd, gzip, brotli, lz4, none
  std::string codec = "zstd";
  std::int64_t row_group_rows = 131'072;
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
  ParquetOptions parquet;
  TextFileOptions text_file;
};

}  // namespace cqlbulk
