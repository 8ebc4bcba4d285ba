// What files look like.
#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

void add_csv_options(CLI::App& app, CsvOptions& csv, bool reading) {
  const Heading heading(app, "CSV");
  add_value(app, "--delimiter", "TEXT", "Between fields; \\t or tab for a tab (default ,)",
            [&csv](const std::string& text) { csv.delimiter = parse_escapes(text); });
  add_value(app, "--quote", "CHAR", "Around fields that need it (default \")", [&csv](const std::string& text) {
    const std::optional<char> quote = parse_character(text);
    if (!quote) throw Error(ErrorClass::usage, "a quote character is needed");
    csv.quote = *quote;
  });
  app.add_flag_callback(
      "--no-header", [&csv] { csv.header = false; },
      reading ? "The first record is data; fields are named 0, 1, 2…" : "Write no header");
  add_value(app, "--null", "TOKEN", "What stands for null when it is not quoted (default: nothing at all)",
            [&csv](const std::string& text) { csv.null_token = text; });
  if (!reading) return;
  add_value(app, "--escape", "CHAR", "Takes the next character literally inside quotes (default none)",
            [&csv](const std::string& text) { csv.escape = parse_character(text).value_or('\0'); });
  add_value(app, "--comment", "CHAR", "Lines that start with it are skipped (default none)",
            [&csv](const std::string& text) { csv.comment = parse_character(text).value_or('\0'); });
  add_value(app, "--skip", "N", "Records skipped after the header (default 0)",
            [&csv](const std::string& text) { csv.skip_records = parse_number(text, 0, UINT64_MAX); });
}

}  // namespace

void add_format_options(CLI::App& app, std::optional<FormatKind>& format, FormatOptions& options, bool reading) {
  add_value(app, "--format", "NAME", "csv or parquet (default: by the file's name)",
            [&format](const std::string& text) {
              format = parse_format(text);
              if (!format) throw Error(ErrorClass::usage, fmt::format("\"{}\" is not csv or parquet", text));
            });
  add_text_file_options(app, options.text_file, reading);
  add_csv_options(app, options.csv, reading);
  add_text_form_options(app, options.text, reading);
  if (reading) return;
  const Heading heading(app, "Parquet");
  add_value(app, "--codec", "NAME",
            fmt::format("snappy, zstd, gzip, brotli, lz4 or none (default {})", options.parquet.codec),
            [&options](const std::string& text) {
              options.parquet.codec = parse_choice(text, {"snappy", "zstd", "gzip", "brotli", "lz4", "none"});
            });
  add_value(app, "--row-group-rows", "N",
            fmt::format("Rows in a row group (default {})", options.parquet.row_group_rows),
            [&options](const std::string& text) {
              options.parquet.row_group_rows = static_cast<std::int64_t>(parse_number(text, 1, INT32_MAX));
            });
}

}  // namespace cqlbulk::tool
