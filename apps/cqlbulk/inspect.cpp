// cqlbulk inspect
#include "cqlbulk/inspect.hpp"

#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "finish.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "Examples:\n"
    "  cqlbulk inspect                            # nodes and keyspaces\n"
    "  cqlbulk inspect shop                       # its tables\n"
    "  cqlbulk inspect shop.orders                # columns, sizes, what a run would do\n"
    "  cqlbulk inspect --from orders.csv --to shop.orders";

struct Settings {
  InspectOptions options;
  ConnectionOptions connection;
  std::string subject;
  std::string to;
};

/// KS or KS.TABLE.
void set_subject(InspectOptions& options, const std::string& text) {
  if (text.find('.') == std::string::npos) {
    options.keyspace = parse_column(text);
    return;
  }
  const Subject subject = parse_subject(text);
  options.keyspace = subject.keyspace;
  options.table = subject.table;
}

int run(Settings& settings) {
  InspectOptions& options = settings.options;
  if (!settings.to.empty() && options.from.empty()) throw Error(ErrorClass::usage, "--to needs --from");
  if (!settings.subject.empty() && !options.from.empty()) {
    throw Error(ErrorClass::usage, "--from looks into a file: name the table with --to");
  }
  if (!settings.to.empty()) {
    const Subject subject = parse_subject(settings.to);
    options.keyspace = subject.keyspace;
    options.table = subject.table;
  } else if (!settings.subject.empty()) {
    set_subject(options, settings.subject);
  }
  settings.connection.finish(options.operation.cluster);
  print(inspect(options));
  return 0;
}

}  // namespace

Command add_inspect(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("inspect", "Look at a cluster, a table or a file, and what a run would do");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  app->add_option("subject", settings->subject, "A keyspace or a table; without it the cluster")
      ->option_text("KS[.TABLE]");
  add_value(*app, "--from", "URL", "A file to look into",
            [settings](const std::string& text) { settings->options.from = text; });
  add_switch(*app, "--recursive", "Of a directory, the files in directories below, too", settings->options.recursive);
  add_value(*app, "--to", "KS.TABLE", "With --from: the table it would be loaded into",
            [settings](const std::string& text) { settings->to = text; });
  add_format_options(*app, settings->options.format, settings->options.format_options, true);
  {
    const Heading heading(*app, "Work");
    add_splits_option(*app, settings->options.operation.pace);
    add_parallelism_options(*app, settings->options.operation.pace);
  }
  add_connection_options(*app, settings->options.operation.cluster, settings->connection);
  return {app, [settings](std::stop_token) { return run(*settings); }};
}

}  // namespace cqlbulk::tool
