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

/// By suffix: .csv, .parquet; nothing otherwise.
[[nodiscard]] std::optional<FormatKind> format_of_name(std::string_view path);
[[nodiscard]] std::optional<FormatKind> parse_format(std::string_view name);
[[nodiscard]] std::string_view to_string(FormatKind kind);

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

struct FormatOptions {
  TextForms text;  ///< Of formats that are text.
  CsvOptions csv;
  ParquetOptions parquet;
};

}  // namespace cqlbulk
