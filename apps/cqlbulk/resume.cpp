// cqlbulk resume
#include "cqlbulk/resume.hpp"

#include <fmt/format.h>

#include <CLI/Option.hpp>
#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "finish.hpp"
#include "observer_options.hpp"
#include "option_groups.hpp"
#include "settings.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "What is read, where it goes and in which form stays as it was. The connection is the recorded one, but for what "
    "is\n"
    "given anew; a password comes from its file or CQLBULK_PASSWORD, as ever.\n\n"
    "Examples:\n"
    "  cqlbulk resume 20261121-083015-export-x7k2\n"
    "  cqlbulk resume 20261121-083015-load-m3vd --parallelism 4 --max-errors 1000";

struct Settings {
  ResumeOptions options;
  ConnectionOptions connection;
  ReportOptions report;
  ObserverOptions observers;
};

int run(CLI::App& app, Settings& settings, std::stop_token stop) {
  if (settings.options.operation.empty()) {
    throw Error(ErrorClass::usage, "no operation is named", "`cqlbulk status` lists them.");
  }
  for (const auto& [name, values] : recorded_connection(settings.options.operation_dir, settings.options.operation)) {
    give_recorded(app, name, values);
  }
  settings.connection.finish(settings.options.cluster);
  check(settings.report);
  Watchers watchers(settings.observers, settings.report);
  const Report report = resume(settings.options, watchers.observer(), std::move(stop));
  watchers.clear_bar();
  // As the count itself would have ended.
  if (report.command == "count" && report.status == Status::success && !settings.report.json)
    print(fmt::format("{}\n", report.rows));
  return finish(report, report.to_json(), settings.report, false);
}

}  // namespace

Command add_resume(CLI::App& root) {
  CLI::App* const app =
      root.add_subcommand("resume", "Go on with an operation that was interrupted, failed or crashed");
  const auto settings = std::make_shared<Settings>();
  ResumeOptions& options = settings->options;
  app->footer(footer);
  app->add_option("operation", options.operation, "The operation's id or directory")->option_text("OPERATION");
  {
    const Heading heading(*app, "Work");
    add_value(*app, "--parallelism", "N", "Pieces worked on at once, over all threads (default: as it began)",
              [&options](const std::string& text) {
                options.parallelism = static_cast<std::uint32_t>(parse_number(text, 1, 65'536));
              });
    add_one_of(*app, "--preset", {preset_names.begin(), preset_names.end()},
               "How wide the work is (default: as it began)",
               [&options](std::size_t place) { options.preset = static_cast<Preset>(place); });
    add_value(*app, "--max-rows-per-second", "N", "Rows a second, at most; 0: no limit (default: as it began)",
              [&options](const std::string& text) { options.max_rows_per_second = parse_number(text, 0, UINT64_MAX); });
    add_value(*app, "--max-bytes-per-second", "SIZE",
              "Bytes of values a second, at most; 0: no limit (default: as it began)",
              [&options](const std::string& text) { options.max_bytes_per_second = parse_size(text); });
    add_value(*app, "--max-memory", "SIZE", "What the operation may take (default: as it began)",
              [&options](const std::string& text) { options.max_memory = parse_size(text); });
    add_value(*app, "--threads", "N", "Threads, each with its own connections (default: as it began)",
              [&options](const std::string& text) {
                options.threads = static_cast<std::uint32_t>(parse_number(text, 1, 1'024));
              });
    add_value(*app, "--page-size", "N", "Rows in a page (default: as it began)", [&options](const std::string& text) {
      options.page_size = static_cast<std::int32_t>(parse_number(text, 1, INT32_MAX));
    });
    add_value(*app, "--max-errors", "N", "Load: rejected records that are borne, over all runs (default: as it began)",
              [&options](const std::string& text) { options.max_errors = parse_number(text, 0, UINT64_MAX); });
    add_operation_dir_option(*app, options.operation_dir);
  }
  add_connection_options(*app, options.cluster, settings->connection);
  add_report_options(*app, settings->report);
  add_observer_options(*app, settings->observers);
  return {app, [app, settings](std::stop_token stop) { return run(*app, *settings, std::move(stop)); }};
}

}  // namespace cqlbulk::tool
