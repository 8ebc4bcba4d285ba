// cqlbulk discard
#include <fmt/format.h>

#include <memory>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/resume.hpp"
#include "finish.hpp"
#include "option_groups.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* footer =
    "What an unfinished export has written and nobody sees yet is removed. Files that were published stay, and so "
    "does\n"
    "what a load has written to its table. The operation cannot be resumed afterwards; its directory stays.\n\n"
    "Example:\n"
    "  cqlbulk discard 20261121-083015-export-x7k2";

struct Settings {
  std::string directory = OperationOptions{}.operation_dir;
  std::string operation;
};

int run(const Settings& settings) {
  if (settings.operation.empty()) {
    throw Error(ErrorClass::usage, "no operation is named", "`cqlbulk status` lists them.");
  }
  const Discarded discarded = discard(settings.directory, settings.operation);
  std::string text = fmt::format("{} is given up", discarded.operation);
  if (!discarded.removed.empty()) text += fmt::format("; {} is removed", discarded.removed);
  if (!discarded.published.empty()) {
    text += fmt::format("; {} published file{} left where they are", discarded.published.size(),
                        discarded.published.size() == 1 ? " is" : "s are");
  }
  say(text + "\n");
  return 0;
}

}  // namespace

Command add_discard(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("discard", "Give up an unfinished operation and remove its hidden files");
  const auto settings = std::make_shared<Settings>();
  app->footer(footer);
  app->add_option("operation", settings->operation, "The operation's id or directory")->option_text("OPERATION");
  add_operation_dir_option(*app, settings->directory);
  return {app, [settings](std::stop_token) { return run(*settings); }};
}

}  // namespace cqlbulk::tool
