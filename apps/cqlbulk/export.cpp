// cqlbulk export
#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/export.hpp"
#include "finish.hpp"
#include "observer_options.hpp"
#include "option_groups.hpp"
#include "settings.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "Output appears only when it is complete. A target ending in / is a directory of parts, otherwise one file.\n\n"
    "Examples:\n"
    "  cqlbulk export shop.orders --to orders.parquet\n"
    "  cqlbulk export shop.orders --to orders/ --format csv --max-file-rows 1000000\n"
    "  cqlbulk export shop.orders --columns id,total=amount --writetime --to orders.csv\n"
    "  cqlbulk export --query \"SELECT id, total FROM shop.orders WHERE total > 9 ALLOW FILTERING\" --to - --format "
    "csv";

struct Settings {
  ExportOptions options;
  ConnectionOptions connection;
  SubjectOptions subject;
  ReportOptions report;
  ObserverOptions observers;
};

void add_column_options(CLI::App& app, Settings& settings) {
  add_value(app, "--columns", "a,b=name", "Columns in this order, under these names in the file (default: all)",
            [&settings](const std::string& text) {
              settings.options.columns.clear();
              for (const auto& [column, name] : parse_pairs(text)) {
                const std::string in_schema = parse_column(column);
                settings.options.columns.push_back({in_schema, name.empty() ? in_schema : unquote(name)});
              }
            });
  add_suffix(app, "--writetime", "_writetime",
             "Add the write time of each column, named COLUMN_writetime or with SUFFIX",
             settings.options.writetime_suffix);
  add_suffix(app, "--ttl", "_ttl",
             "Add the remaining time to live of each column, named COLUMN_ttl or with SUFFIX, and ttl_read_at",
             settings.options.ttl_suffix);
}

void add_file_options(CLI::App& app, ExportOptions& options) {
  app.add_flag("--overwrite", options.overwrite, "Take the place of existing output");
  add_value(app, "--max-file-rows", "N", "Directory: a new part after so many rows",
            [&options](const std::string& text) { options.max_file_rows = parse_number(text, 1, UINT64_MAX); });
  add_value(app, "--max-file-bytes", "SIZE", "Directory: a new part after about so many bytes (default 1GiB)",
            [&options](const std::string& text) { options.max_file_bytes = parse_size(text); });
  add_value(app, "--file-name-pattern", "PATTERN",
            "Directory: the files' names, with {number} in them (default: part-{number} and the format's suffix)",
            [&options](const std::string& text) { options.file_name_pattern = text; });
  add_value(app, "--file-mode", "MODE", "Who may read and write the files, in octal as for chmod (default 600)",
            [&options](const std::string& text) { options.file_mode = parse_file_mode(text); });
  add_format_options(app, options.format, options.format_options, false);
}

int run(const CLI::App& app, Settings& settings, std::stop_token stop) {
  settings.options.subject = settings.subject.subject();
  if (settings.options.to.empty()) {
    throw Error(ErrorClass::usage, "no target is named", "Give --to FILE, --to DIRECTORY/, or --to - for stdout.");
  }
  settings.connection.finish(settings.options.operation.cluster);
  settings.options.operation.connection = connection_of(app);
  check(settings.report);
  Watchers watchers(settings.observers, settings.report);
  const Report report = export_table(settings.options, watchers.observer(), std::move(stop));
  watchers.clear_bar();
  return finish(report, report.to_json(), settings.report, settings.options.to == "-");
}

}  // namespace

Command add_export(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("export", "Export a table or a query to files");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  add_subject_options(*app, settings->subject, "A whole SELECT in place of KS.TABLE");
  add_where_option(*app, settings->subject);
  add_value(*app, "--to", "URL", "A file, a directory ending in /, or - for stdout",
            [settings](const std::string& text) { settings->options.to = text; });
  add_column_options(*app, *settings);
  add_file_options(*app, settings->options);
  OperationOptions& operation = settings->options.operation;
  {
    const Heading heading(*app, "Work");
    add_splits_option(*app, operation.pace);
    add_parallelism_options(*app, operation.pace);
    add_consent_options(*app, operation.pace);
    add_rate_options(*app, operation.pace);
    add_page_size_option(*app, operation.pace);
    add_max_rows_option(*app, operation.pace);
    add_consistency_option(*app, operation.pace, "LOCAL_ONE");
    add_operation_dir_option(*app, operation.operation_dir);
    add_value(
        *app, "--checkpoint-every", "TIME",
        "Close and record a file when it is so old (default 60s for one file, 5m for a directory, whose parts are "
        "seen)",
        [&operation](const std::string& text) {
          operation.checkpoint_every = std::chrono::duration_cast<std::chrono::seconds>(parse_duration(text));
        });
    add_failed_ranges_option(*app, operation.pace);
    add_endurance_options(*app, operation);
  }
  add_connection_options(*app, operation.cluster, settings->connection);
  add_report_options(*app, settings->report);
  add_observer_options(*app, settings->observers);
  return {app, [app, settings](std::stop_token stop) { return run(*app, *settings, std::move(stop)); }};
}

}  // namespace cqlbulk::tool
