// Which format is which: names, suffixes, and the way to each format's writer and source.
#include <algorithm>

#include "cqlbulk/error.hpp"
#include "formats/csv.hpp"
#include "formats/format.hpp"
#include "formats/parquet.hpp"

namespace cqlbulk {

std::optional<FormatKind> format_of_name(std::string_view path) {
  const std::size_t dot = path.find_last_of("./");
  if (dot == std::string_view::npos || path[dot] != '.') return std::nullopt;
  std::string suffix(path.substr(dot + 1));
  std::ranges::transform(suffix, suffix.begin(), [](char letter) {
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  return parse_format(suffix);
}

std::optional<FormatKind> parse_format(std::string_view name) {
  if (name == "csv") return FormatKind::csv;
  if (name == "parquet") return FormatKind::parquet;
  return std::nullopt;
}

std::string_view to_string(FormatKind kind) {
  switch (kind) {
    case FormatKind::csv:
      return "csv";
    case FormatKind::parquet:
      return "parquet";
  }
  return "unknown";
}

namespace formats {

std::unique_ptr<Writer> make_writer(FormatKind kind, const FormatOptions& options, std::vector<cql::ColumnSpec> columns,
                                    std::vector<std::string> names) {
  switch (kind) {
    case FormatKind::csv:
      return make_csv_writer(options.csv, std::move(columns), std::move(names));
    case FormatKind::parquet:
      return make_parquet_writer(options.parquet, std::move(columns), std::move(names));
  }
  throw Error(ErrorClass::defect, "a format without a writer");
}

std::unique_ptr<Source> open_source(FormatKind kind, const FormatOptions& options,
                                    std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name) {
  switch (kind) {
    case FormatKind::csv:
      return open_csv_source(options.csv, std::move(file), std::move(name));
    case FormatKind::parquet:
      return open_parquet_source(std::move(file), std::move(name));
  }
  throw Error(ErrorClass::defect, "a format without a reader");
}

}  // namespace formats
}  // namespace cqlbulk
