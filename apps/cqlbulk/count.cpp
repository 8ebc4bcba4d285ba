// cqlbulk count
#include <fmt/format.h>

#include <iterator>
#include <memory>

#include "command.hpp"
#include "cqlbulk/count.hpp"
#include "finish.hpp"
#include "observer_options.hpp"
#include "option_groups.hpp"
#include "settings.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "What is printed on stdout: the number alone; with --by, lines of tab-separated columns in its place:\n"
    "  range      START  END  ROWS  REPLICAS    (tokens START < t <= END, in the order of the ring)\n"
    "  host       HOST  DATACENTRE  ROWS        (each row at its primary replica: the lines add up to the total)\n"
    "  partition  KEY  ROWS                     (the largest partitions, keys as JSON)\n"
    "A count that is not complete prints no number and says so.\n\n"
    "Examples:\n"
    "  cqlbulk count shop.orders\n"
    "  cqlbulk count shop.orders --by partition --top 20 --hosts 10.0.0.1\n"
    "  cqlbulk count shop.orders --where \"status = 'open' ALLOW FILTERING\"\n"
    "  cqlbulk count shop.orders --quiet --report json";

struct Settings {
  CountOptions options;
  ConnectionOptions connection;
  SubjectOptions subject;
  ReportOptions report;
  ObserverOptions observers;
};

std::string lines_of(const CountResult& result, CountBy by) {
  std::string text;
  const auto out = std::back_inserter(text);
  switch (by) {
    case CountBy::total:
      fmt::format_to(out, "{}\n", result.total);
      break;
    case CountBy::range:
      for (const auto& range : result.ranges) {
        fmt::format_to(out, "{}\t{}\t{}\t{}\n", range.range.start, range.range.end, range.rows,
                       fmt::join(range.replicas, ","));
      }
      break;
    case CountBy::host:
      for (const auto& host : result.hosts) {
        fmt::format_to(out, "{}\t{}\t{}\n", host.endpoint, host.datacenter, host.rows);
      }
      break;
    case CountBy::partition:
      for (const auto& partition : result.partitions) {
        fmt::format_to(out, "{}\t{}\n", partition.key, partition.rows);
      }
      break;
  }
  return text;
}

CountBy parse_by(const std::string& text) {
  const std::string choice = parse_choice(text, {"total", "range", "host", "partition"});
  if (choice == "range") return CountBy::range;
  if (choice == "host") return CountBy::host;
  return choice == "partition" ? CountBy::partition : CountBy::total;
}

void say_incomplete(const CountResult& result) {
  say(fmt::format("cqlbulk: the count is not complete: {} of {} pieces missing, at least {} rows\n",
                  result.report.pieces - result.pieces_counted, result.report.pieces, result.total));
}

int run(const CLI::App& app, Settings& settings, std::stop_token stop) {
  settings.options.subject = settings.subject.subject();
  settings.connection.finish(settings.options.operation.cluster);
  settings.options.operation.connection = connection_of(app);
  check(settings.report);
  Watchers watchers(settings.observers, settings.report);
  const CountResult result = count(settings.options, watchers.observer(), std::move(stop));
  watchers.clear_bar();
  if (result.report.status != Status::success) {
    if (!settings.report.json_log_on_stderr) say_incomplete(result);
  } else if (!settings.report.json) {
    print(lines_of(result, settings.options.by));
  }
  return finish(result.report, to_json(result), settings.report, false);
}

}  // namespace

Command add_count(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("count", "Count the rows of a table or a query");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  add_subject_options(*app, settings->subject, "A whole SELECT in place of KS.TABLE");
  add_where_option(*app, settings->subject);
  add_value(*app, "--by", "total|range|host|partition", "What the count is told by (default total)",
            [settings](const std::string& text) { settings->options.by = parse_by(text); });
  add_value(*app, "--top", "N", "With --by partition: how many of the largest (default 10)",
            [settings](const std::string& text) {
              settings->options.top = static_cast<std::size_t>(parse_number(text, 1, 1'000'000));
            });
  OperationOptions& operation = settings->options.operation;
  {
    const Heading heading(*app, "Work");
    add_splits_option(*app, operation.pace);
    add_parallelism_options(*app, operation.pace);
    add_consent_options(*app, operation.pace);
    add_rate_options(*app, operation.pace);
    add_page_size_option(*app, operation.pace);
    add_consistency_option(*app, operation.pace, "LOCAL_ONE");
    add_failed_ranges_option(*app, operation.pace);
    add_node_wait_option(*app, operation.pace);
    add_operation_dir_option(*app, operation.operation_dir);
  }
  add_connection_options(*app, operation.cluster, settings->connection);
  add_report_options(*app, settings->report);
  add_observer_options(*app, settings->observers);
  return {app, [app, settings](std::stop_token stop) { return run(*app, *settings, std::move(stop)); }};
}

}  // namespace cqlbulk::tool
