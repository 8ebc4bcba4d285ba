// cqlbulk status
#include "cqlbulk/status.hpp"

#include <memory>

#include "command.hpp"
#include "cqlbulk/options.hpp"
#include "finish.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "Examples:\n"
    "  cqlbulk status                             # all operations here, the latest first\n"
    "  cqlbulk status 20261121-083015-export-x7k2\n"
    "  cqlbulk status --operation-dir /var/lib/cqlbulk --report json";

struct Settings {
  std::string directory = OperationOptions{}.operation_dir;
  std::string operation;
  bool json = false;
};

}  // namespace

Command add_status(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("status", "What journals say of operations, without a cluster");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  app->add_option("operation", settings->operation,
                  "An operation's id or directory; without it all below --operation-dir")
      ->option_text("OPERATION");
  add_operation_dir_option(*app, settings->directory);
  add_value(*app, "--report", "json", "As JSON",
            [settings](const std::string& text) { settings->json = parse_choice(text, {"json", "text"}) == "json"; });
  return {app, [settings](std::stop_token) {
            print(settings->json ? status_json(settings->directory, settings->operation) + "\n"
                                 : status_text(settings->directory, settings->operation));
            return 0;
          }};
}

}  // namespace cqlbulk::tool
