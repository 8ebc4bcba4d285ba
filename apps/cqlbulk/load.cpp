// cqlbulk load
#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/load.hpp"
#include "finish.hpp"
#include "observer_options.hpp"
#include "option_groups.hpp"
#include "settings.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "Rejected records go to the reject file, in a form that can be loaded again.\n\n"
    "Examples:\n"
    "  cqlbulk load shop.orders --from orders.csv\n"
    "  cqlbulk load shop.orders --from 'orders/*.parquet' --map total=amount --ignore-fields\n"
    "  cqlbulk load shop.orders --from orders.csv --delimiter tab --no-header --map 0=id,1=total\n"
    "  cqlbulk load shop.orders --from orders.csv --set 'id=uuid()' --set \"source='import'\" --dry-run\n"
    "  cqlbulk load --query 'UPDATE shop.stock SET sold = sold + :sold WHERE id = :id' --from sales.csv";

struct Settings {
  LoadOptions options;
  ConnectionOptions connection;
  SubjectOptions subject;
  ReportOptions report;
  ObserverOptions observers;
};

LoadOptions::ColumnTime parse_column_time(const std::string& text) {
  auto [column, time] = parse_setting(text, "COLUMN=FIELD or COLUMN=NUMBER");
  return {parse_column(column), unquote(time)};
}

void add_mapping_options(CLI::App& app, LoadOptions& options) {
  add_values(app, "--map", "FIELD=COLUMN,…",
             "Fields that go to columns of other names; fields of a file without header are 0, 1, 2…",
             [&options](const std::string& text) {
               for (const auto& [field, column] : parse_pairs(text)) {
                 if (column.empty()) throw Error(ErrorClass::usage, "\"" + text + "\" is not FIELD=COLUMN,…");
                 options.map.push_back({unquote(field), parse_column(column)});
               }
             });
  add_values(app, "--set", "COLUMN=CQL",
             "A column that gets CQL instead of a field: a constant, uuid(), now(), or a function of fields, "
             "ks.f(:field); may be repeated",
             [&options](const std::string& text) {
               auto [column, expression] = parse_setting(text, "COLUMN=CQL");
               options.set.push_back({parse_column(column), std::move(expression)});
             });
  add_value(app, "--write-as", "insert|update|delete",
            "What becomes of a record: update writes no row marker, delete removes the row of its key (default insert)",
            [&options](const std::string& text) {
              const std::string choice = parse_choice(text, {"insert", "update", "delete"});
              options.write_as = choice == "update"   ? WriteAs::update
                                 : choice == "delete" ? WriteAs::remove
                                                      : WriteAs::insert;
            });
  add_value(
      app, "--where", "CONDITIONS",
      "Records that are taken, by their fields: \"amount >= 10 AND name = 'x' AND gone IS NULL\" (Arrow, Parquet)",
      [&options](const std::string& text) { options.where = text; });
  app.add_flag("--ignore-fields", options.ignore_fields, "Leave out fields that fit no column");
  add_value(app, "--timestamp", "FIELD|MICROS", "Write time: a field with microseconds since 1970, or one for all rows",
            [&options](const std::string& text) { options.timestamp = text; });
  add_value(app, "--timestamp-unit", "s|ms|us|ns", "What --timestamp counts in (default us)",
            [&options](const std::string& text) {
              const std::string unit = parse_choice(text, {"s", "ms", "us", "ns"});
              options.timestamp_unit = unit == "s"    ? TimeUnit::seconds
                                       : unit == "ms" ? TimeUnit::milliseconds
                                       : unit == "ns" ? TimeUnit::nanoseconds
                                                      : TimeUnit::microseconds;
            });
  add_value(app, "--ttl", "FIELD|SECONDS", "Time to live: a field with seconds, or one for all rows",
            [&options](const std::string& text) { options.ttl = text; });
  add_values(app, "--timestamp-of", "COLUMN=FIELD|MICROS", "Write time of one column's cells; may be repeated",
             [&options](const std::string& text) { options.column_timestamps.push_back(parse_column_time(text)); });
  add_values(app, "--ttl-of", "COLUMN=FIELD|SECONDS", "Time to live of one column's cells; may be repeated",
             [&options](const std::string& text) { options.column_ttls.push_back(parse_column_time(text)); });
  add_suffix(app, "--restore-writetime", "_writetime",
             "Give each cell the write time in its column's field with _writetime or SUFFIX after its name",
             options.restore_writetime);
  add_suffix(app, "--restore-ttl", "_ttl",
             "The same for times to live, less what has passed since ttl_read_at; expired cells are left out",
             options.restore_ttl);
  add_value(app, "--nulls", "unset|write|reject", "What becomes of nulls (default unset)",
            [&options](const std::string& text) {
              const std::string choice = parse_choice(text, {"unset", "write", "reject"});
              options.nulls = choice == "write" ? Nulls::write : choice == "reject" ? Nulls::reject : Nulls::unset;
            });
  add_format_options(app, options.format, options.format_options, true);
}

void add_batch_options(CLI::App& app, LoadOptions& options) {
  add_value(app, "--batch", "replica-set|partition|off",
            "Rows written together: those of one partition, of several with the same replicas, or none "
            "(default replica-set)",
            [&options](const std::string& text) {
              const std::string choice = parse_choice(text, {"replica-set", "partition", "off"});
              options.batch = choice == "off"         ? BatchBy::off
                              : choice == "partition" ? BatchBy::partition
                                                      : BatchBy::replica_set;
            });
  add_value(app, "--group-window", "SIZE",
            "Rows among which those of one partition are looked for (default: some megabytes; at most half of "
            "--max-memory)",
            [&options](const std::string& text) { options.group_window = parse_size(text); });
  add_value(app, "--group-spill", "SIZE",
            "Input among which they are looked for, with what has no room in memory waiting in the operation's "
            "directory (default: none waits there)",
            [&options](const std::string& text) { options.group_spill = parse_size(text); });
  add_value(app, "--batch-rows", "N", "Rows in a batch at most (default " + std::to_string(options.batch_rows) + ")",
            [&options](const std::string& text) {
              options.batch_rows = static_cast<std::uint32_t>(parse_number(text, 1, 65'535));
            });
  add_value(app, "--batch-bytes", "SIZE",
            "Bytes in a batch at most (default " + std::to_string(options.batch_bytes >> 10U) + "KiB)",
            [&options](const std::string& text) {
              options.batch_bytes = static_cast<std::uint32_t>(std::min<std::uint64_t>(parse_size(text), UINT32_MAX));
            });
}

void add_creation_options(CLI::App& app, LoadOptions& options) {
  add_switch(app, "--create-table", "Make the table first, for the fields of the first input (--dry-run: only say how)",
             options.create_table);
  add_value(app, "--primary-key", "a,b", "With --create-table: its primary key, as in CQL: 'a, b' or '(a, b), c'",
            [&options](const std::string& text) {
              const Key key = parse_key(text);
              options.new_key = {key.partition, key.clustering};
            });
}

void add_error_options(CLI::App& app, LoadOptions& options) {
  const Heading heading(app, "Bad records");
  app.add_flag("--dry-run", options.dry_run, "Read and convert everything, write nothing");
  add_value(app, "--max-errors", "N|P%", "Rejected records that are borne before the load stops (default 100)",
            [&options](const std::string& text) {
              const Limit limit = parse_limit(text);
              options.max_errors_share = limit.share;
              if (limit.number) options.max_errors = *limit.number;
            });
  add_value(app, "--reject-file", "PATH", "Where rejected records go (default: in the operation's directory)",
            [&options](const std::string& text) { options.reject_file = text; });
}

int run(const CLI::App& app, Settings& settings, std::stop_token stop) {
  if (settings.options.from.empty()) {
    throw Error(ErrorClass::usage, "no input is named", "Give --from FILE, DIRECTORY/, GLOB, @LIST, or - for stdin.");
  }
  settings.options.subject = settings.subject.subject();
  settings.connection.finish(settings.options.operation.cluster);
  settings.options.operation.connection = connection_of(app);
  check(settings.report);
  Watchers watchers(settings.observers, settings.report);
  const Report report = load(settings.options, watchers.observer(), std::move(stop));
  watchers.clear_bar();
  return finish(report, report.to_json(), settings.report, false);
}

}  // namespace

Command add_load(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("load", "Load files into a table");
  const auto settings = std::make_shared<Settings>();
  LoadOptions& options = settings->options;
  app->footer(footer);
  add_subject_options(*app, settings->subject, "An INSERT, UPDATE or DELETE with markers (:name) in place of KS.TABLE");
  add_values(*app, "--from", "URL", "A file, directory, glob, @FILE with a list, or - for stdin; may be repeated",
             [settings](const std::string& text) { settings->options.from.push_back(text); });
  add_switch(*app, "--recursive", "Of directories, the files in directories below, too", options.recursive);
  add_value(*app, "--max-open-files", "N",
            "Input files kept open at a time (default " + std::to_string(options.max_open_files) + ")",
            [&options](const std::string& text) { options.max_open_files = parse_number(text, 1, 1'000'000); });
  add_value(*app, "--max-records", "N", "Records loaded of all inputs together at most (default all)",
            [&options](const std::string& text) { options.max_records = parse_number(text, 1, UINT64_MAX); });
  add_mapping_options(*app, options);
  add_creation_options(*app, options);
  add_error_options(*app, options);
  {
    const Heading heading(*app, "Work");
    add_parallelism_options(*app, options.operation.pace);
    add_consent_options(*app, options.operation.pace);
    add_rate_options(*app, options.operation.pace);
    add_batch_options(*app, options);
    add_consistency_option(*app, options.operation.pace, "LOCAL_QUORUM");
    add_operation_dir_option(*app, options.operation.operation_dir);
    add_endurance_options(*app, options.operation);
  }
  add_connection_options(*app, options.operation.cluster, settings->connection);
  add_report_options(*app, settings->report);
  add_observer_options(*app, settings->observers);
  return {app, [app, settings](std::stop_token stop) { return run(*app, *settings, std::move(stop)); }};
}

}  // namespace cqlbulk::tool
