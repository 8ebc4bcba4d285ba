// cqlbulk verify
#include "cqlbulk/verify.hpp"

#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "finish.hpp"
#include "observer_options.hpp"
#include "option_groups.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "Without --files or --table both are looked at. Exit status: 0 all is as it was exported, 1 something differs.\n\n"
    "Examples:\n"
    "  cqlbulk verify 20261121-083015-export-x7k2 --files\n"
    "  cqlbulk verify 20261121-083015-export-x7k2 --hosts 10.0.0.1 --consistency quorum\n"
    "  cqlbulk verify kept/manifest.json --table --report json";

struct Settings {
  VerifyOptions options;
  ConnectionOptions connection;
  ReportOptions report;
  ObserverOptions observers;
  bool files = false;
  bool table = false;
};

int run(Settings& settings, std::stop_token stop) {
  VerifyOptions& options = settings.options;
  if (options.manifest.empty()) {
    throw Error(ErrorClass::usage, "nothing to verify is named", "Name an export's operation, or its manifest.json.");
  }
  options.files = settings.files || !settings.table;
  options.table = settings.table || !settings.files;
  settings.connection.finish(options.operation.cluster);
  check(settings.report);
  Watchers watchers(settings.observers, settings.report);
  const VerifyResult result = verify(options, watchers.observer(), std::move(stop));
  watchers.clear_bar();
  ReportOptions report = settings.report;
  const bool told = report.quiet || report.json;
  report.quiet = true;
  const int status = finish(result.report, result.to_json(), report, false);
  if (!told) say(result.to_text());
  return status;
}

}  // namespace

Command add_verify(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("verify", "Check an export's files and its table against its manifest");
  const auto settings = std::make_shared<Settings>();
  OperationOptions& operation = settings->options.operation;
  app->footer(footer);
  app->add_option("manifest", settings->options.manifest, "An export's id or directory, or a manifest.json")
      ->option_text("OPERATION|MANIFEST");
  add_switch(*app, "--files", "Look at the files: all there, byte for byte", settings->files);
  add_switch(*app, "--table", "Read the table again, range by range", settings->table);
  {
    const Heading heading(*app, "Work");
    add_parallelism_options(*app, operation.pace);
    add_rate_options(*app, operation.pace);
    add_page_size_option(*app, operation.pace);
    add_consistency_option(*app, operation.pace, "LOCAL_ONE");
    add_operation_dir_option(*app, operation.operation_dir);
  }
  add_connection_options(*app, operation.cluster, settings->connection);
  add_report_options(*app, settings->report);
  add_observer_options(*app, settings->observers);
  return {app, [settings](std::stop_token stop) { return run(*settings, std::move(stop)); }};
}

}  // namespace cqlbulk::tool
