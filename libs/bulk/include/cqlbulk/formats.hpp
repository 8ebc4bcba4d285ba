// Options of the file formats. Which format a file has follows its name unless it is said.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cqlbulk/text_forms.hpp"

namespace cqlbulk {

enum class FormatKind { csv, parquet };

/// By suffix: .csv, .parquet; nothing otherwise.
[[nodiscard]] std::optional<FormatKind> format_of_name(std::string_view path);
[[nodiscard]] std::optional<FormatKind> parse_format(std::string_view name);
[[nodiscard]] std::string_view to_string(FormatKind kind);

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

struct FormatOptions {
  TextForms text;  ///< Of formats that are text.
  CsvOptions csv;
  ParquetOptions parquet;
};

}  // namespace cqlbulk
