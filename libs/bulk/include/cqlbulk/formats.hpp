// Options of the file formats. Which format a file has follows its name unless it is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

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
  /// Reading: a character that takes the next one literally inside quotes, besides the doubled quote; 0: none.
  char escape = 0;
  /// Reading: lines starting with it are skipped; 0: none.
  char comment = 0;
  bool header = true;
  /// The text that stands for null when it is not quoted.
  std::string null_token;
  /// Reading: records skipped after the header.
  std::uint64_t skip_records = 0;
  /// Reading: the longest field borne, bytes.
  std::size_t max_field_bytes = 64U << 20U;
};

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
