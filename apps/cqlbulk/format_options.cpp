// What files look like.
#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

void add_csv_reading_options(CLI::App& app, CsvOptions& csv) {
  add_value(app, "--field-names", "a,b,c", "Names of the fields, in place of the header's or where there is none",
            [&csv](const std::string& text) {
              csv.field_names.clear();
              for (const auto& [name, nothing] : parse_pairs(text)) {
                if (!nothing.empty())
                  throw Error(ErrorClass::usage, fmt::format("\"{}\" is not a list like a,b,c", text));
                csv.field_names.push_back(unquote(name));
              }
            });
  add_value(app, "--skip", "N", "Records skipped after the header, in each file (default 0)",
            [&csv](const std::string& text) { csv.skip_records = parse_number(text, 0, UINT64_MAX); });
  add_value(app, "--max-records", "N", "Records read of each file at most (default all)",
            [&csv](const std::string& text) { csv.max_records = parse_number(text, 1, UINT64_MAX); });
  add_value(app, "--max-field-bytes", "SIZE", "The longest field that is no bad record (default 64MiB)",
            [&csv](const std::string& text) { csv.max_field_bytes = parse_size(text); });
  add_choice(app, "--trim", trim_names, "Spaces and tabs taken from the ends of fields (default none)", csv.trim);
  add_choice(app, "--missing-fields", missing_fields_names,
             "Records with too few fields: bad, or null in their place (default refuse)", csv.missing_fields);
  add_choice(app, "--extra-fields", extra_fields_names,
             "Records with too many fields: bad, or read without them (default refuse)", csv.extra_fields);
}

void add_csv_writing_options(CLI::App& app, CsvOptions& csv) {
  add_choice(app, "--quoting", quoting_names,
             "Quotes where they are needed, around all text, or around everything but null (default minimal)",
             csv.quoting);
  add_choice(app, "--line-end", line_end_names, "What ends a record (default lf)", csv.line_end);
}

void add_csv_options(CLI::App& app, CsvOptions& csv, bool reading) {
  const Heading heading(app, "CSV");
  add_value(app, "--delimiter", "TEXT", "Between fields; \\t or tab for a tab (default ,)",
            [&csv](const std::string& text) { csv.delimiter = parse_escapes(text); });
  add_value(app, "--quote", "CHAR", "Around fields that need it; none for none (default \")",
            [&csv](const std::string& text) { csv.quote = parse_character(text).value_or('\0'); });
  app.add_flag_callback(
      "--no-header", [&csv] { csv.header = false; },
      reading ? "The first record is data; fields are named 0, 1, 2…" : "Write no header");
  add_value(app, "--null", "TOKEN", "What stands for null when it is not quoted (default: nothing at all)",
            [&csv](const std::string& text) { csv.null_token = text; });
  add_value(app, "--escape", "CHAR",
            reading ? "Takes the next character literally inside quotes (default none: quotes are doubled)"
                    : "Stands before quotes and itself inside quotes (default none: quotes are doubled)",
            [&csv](const std::string& text) { csv.escape = parse_character(text).value_or('\0'); });
  add_value(app, "--comment", "CHAR",
            reading ? "Lines that start with it are skipped (default none)"
                    : "Fields that would begin a line with it are quoted (default none)",
            [&csv](const std::string& text) { csv.comment = parse_character(text).value_or('\0'); });
  if (reading) {
    add_csv_reading_options(app, csv);
  } else {
    add_csv_writing_options(app, csv);
  }
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
