// cqlbulk schema
#include "cqlbulk/schema.hpp"

#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "finish.hpp"
#include "option_groups.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "The types that the table needs come first, its indexes last: cqlsh can run it as it is.\n\n"
    "Examples:\n"
    "  cqlbulk schema shop.orders > orders.cql\n"
    "  cqlbulk schema shop.orders --with-keyspace";

struct Settings {
  SchemaOptions options;
  ConnectionOptions connection;
  std::string table;
};

int run(Settings& settings) {
  if (settings.table.empty()) throw Error(ErrorClass::usage, "no table is named", "Give KEYSPACE.TABLE.");
  const Subject subject = parse_subject(settings.table);
  settings.options.keyspace = subject.keyspace;
  settings.options.table = subject.table;
  settings.connection.finish(settings.options.operation.cluster);
  print(schema_of(settings.options));
  return 0;
}

}  // namespace

Command add_schema(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("schema", "Print the CREATE statements that make a table again");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  app->add_option("subject", settings->table, "The table; names quoted as in CQL are case-sensitive: ks.\"Table\"")
      ->option_text("KS.TABLE");
  add_switch(*app, "--with-keyspace", "CREATE KEYSPACE too", settings->options.with_keyspace);
  add_connection_options(*app, settings->options.operation.cluster, settings->connection);
  return {app, [settings](std::stop_token) { return run(*settings); }};
}

}  // namespace cqlbulk::tool
