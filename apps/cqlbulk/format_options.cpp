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

void add_json_writing(CLI::App& app, JsonOptions& json) {
  add_value(app, "--json-form", "lines|array",
            "An object a line, or one array of objects (default: array for one file named .json, else lines)",
            [&json](const std::string& text) {
              json.form = parse_choice(text, {"lines", "array"}) == "array" ? JsonForm::array : JsonForm::lines;
            });
  app.add_flag("--json-pretty", json.pretty, "Array: objects on several lines, indented");
  add_value(app, "--json-nulls", "write|omit", "Null as null, or by leaving the field out (default write)",
            [&json](const std::string& text) { json.write_nulls = parse_choice(text, {"write", "omit"}) == "write"; });
  add_value(app, "--json-metadata", "object|columns",
            "Write times and TTLs under \"_metadata\", or in fields of their own (default object)",
            [&json](const std::string& text) {
              json.metadata_object = parse_choice(text, {"object", "columns"}) == "object";
            });
}

void add_json_reading(CLI::App& app, JsonOptions& json) {
  add_value(app, "--json-form", "lines|values|array",
            "An object a line, objects one after the other, or one array of them (default: as the file begins)",
            [&json](const std::string& text) {
              const std::string form = parse_choice(text, {"lines", "values", "array"});
              json.form = form == "lines" ? JsonForm::lines : form == "array" ? JsonForm::array : JsonForm::values;
            });
  add_values(app, "--json-fields", "NAME,…", "Fields besides those found in the file's first 4 MiB",
             [&json](const std::string& text) {
               for (const auto& [field, nothing] : parse_pairs(text)) {
                 if (!nothing.empty()) throw Error(ErrorClass::usage, "\"" + text + "\" is not NAME,…");
                 json.fields.push_back(unquote(field));
               }
             });
  add_value(app, "--json-unknown-fields", "reject|ignore",
            "What becomes of records with a field that is none of those (default reject)",
            [&json](const std::string& text) {
              json.ignore_unknown_fields = parse_choice(text, {"reject", "ignore"}) == "ignore";
            });
  add_value(app, "--json-missing", "null|unset|reject",
            "What a field counts as that a record does not have (default null)", [&json](const std::string& text) {
              const std::string choice = parse_choice(text, {"null", "unset", "reject"});
              json.missing = choice == "unset"    ? MissingField::unset
                             : choice == "reject" ? MissingField::reject
                                                  : MissingField::as_null;
            });
  add_value(app, "--json-max-record", "SIZE", "The longest record borne (default 64MiB)",
            [&json](const std::string& text) { json.max_record_bytes = parse_size(text); });
}

void add_json_options(CLI::App& app, JsonOptions& json, bool reading) {
  const Heading heading(app, "JSON");
  if (reading) {
    add_json_reading(app, json);
  } else {
    add_json_writing(app, json);
  }
}

/// "38,10", or "text" for nothing.
std::optional<ColumnarOptions::Decimal> parse_decimal_form(const std::string& text) {
  if (text == "text") return std::nullopt;
  const std::size_t comma = text.find(',');
  if (comma == std::string::npos) throw Error(ErrorClass::usage, "\"" + text + "\" is not text or DIGITS,SCALE");
  const auto digits = static_cast<std::int32_t>(parse_number(text.substr(0, comma), 1, 76));
  const auto scale = static_cast<std::int32_t>(parse_number(text.substr(comma + 1), 0, 76));
  if (scale > digits) throw Error(ErrorClass::usage, "\"" + text + "\" has more digits behind the point than in all");
  return ColumnarOptions::Decimal{digits, scale};
}

void add_columnar_options(CLI::App& app, ColumnarOptions& forms) {
  const Heading heading(app, "Arrow and Parquet");
  add_value(app, "--decimal-form", "text|DIGITS,SCALE",
            "Decimals as text, which keeps their scale (default), or all with so many digits, so many behind the point",
            [&forms](const std::string& text) { forms.decimal = parse_decimal_form(text); });
  add_value(app, "--varint-form", "text|DIGITS", "Varints as text (default), or as decimals of so many digits",
            [&forms](const std::string& text) {
              forms.varint_precision.reset();
              if (text != "text") forms.varint_precision = static_cast<std::int32_t>(parse_number(text, 1, 76));
            });
  add_value(app, "--duration-form", "fields|text|interval",
            "Durations as months, days and nanoseconds (default), as text, or (Arrow) as intervals",
            [&forms](const std::string& text) {
              const std::string form = parse_choice(text, {"fields", "text", "interval"});
              forms.duration = form == "text"       ? DurationForm::text
                               : form == "interval" ? DurationForm::interval
                                                    : DurationForm::fields;
            });
}

void add_arrow_options(CLI::App& app, ArrowOptions& arrow) {
  const Heading heading(app, "Arrow");
  add_value(app, "--arrow-form", "file|stream", "Arrow IPC as a file or as a stream (default: a stream to stdout)",
            [&arrow](const std::string& text) {
              arrow.form = parse_choice(text, {"file", "stream"}) == "file" ? ArrowForm::file : ArrowForm::stream;
            });
  add_value(app, "--arrow-codec", "NAME", fmt::format("none, lz4 or zstd (default {})", arrow.codec),
            [&arrow](const std::string& text) { arrow.codec = parse_choice(text, {"none", "lz4", "zstd"}); });
}

void add_parquet_options(CLI::App& app, ParquetOptions& parquet) {
  const Heading heading(app, "Parquet");
  add_value(app, "--codec", "NAME", fmt::format("snappy, zstd, gzip, brotli, lz4 or none (default {})", parquet.codec),
            [&parquet](const std::string& text) {
              parquet.codec = parse_choice(text, {"snappy", "zstd", "gzip", "brotli", "lz4", "none"});
            });
  add_value(app, "--row-group-rows", "N", fmt::format("Rows in a row group (default {})", parquet.row_group_rows),
            [&parquet](const std::string& text) {
              parquet.row_group_rows = static_cast<std::int64_t>(parse_number(text, 1, INT32_MAX));
            });
  add_value(app, "--statistics", "but-uuids|all|none",
            "Columns whose smallest and largest values are kept (default but-uuids)",
            [&parquet](const std::string& text) {
              const std::string kept = parse_choice(text, {"but-uuids", "all", "none"});
              parquet.statistics = kept == "all"    ? ParquetStatistics::all
                                   : kept == "none" ? ParquetStatistics::none
                                                    : ParquetStatistics::but_uuids;
            });
  add_value(app, "--bloom-filters", "NAME,…", "Columns, by their names in the file, that get Bloom filters",
            [&parquet](const std::string& text) {
              parquet.bloom_filters.clear();
              for (const auto& [name, nothing] : parse_pairs(text)) parquet.bloom_filters.push_back(unquote(name));
            });
  app.add_flag("--field-ids", parquet.field_ids, "Number the fields, nested ones included, from 1");
}

}  // namespace

void add_format_options(CLI::App& app, std::optional<FormatKind>& format, FormatOptions& options, bool reading) {
  add_value(app, "--format", "NAME", format_names() + " (default: by the file's name)",
            [&format](const std::string& text) {
              format = parse_format(text);
              if (!format) throw Error(ErrorClass::usage, fmt::format("\"{}\" is not {}", text, format_names()));
            });
  add_text_file_options(app, options.text_file, reading);
  add_csv_options(app, options.csv, reading);
  add_json_options(app, options.json, reading);
  add_text_form_options(app, options.text, reading);
  if (reading) return;
  add_columnar_options(app, options.columnar);
  add_arrow_options(app, options.arrow);
  add_parquet_options(app, options.parquet);
}

}  // namespace cqlbulk::tool
