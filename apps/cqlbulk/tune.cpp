// cqlbulk tune, pause, stop: speaking to an operation that runs
#include <fmt/format.h>

#include <memory>

#include "command.hpp"
#include "cqlbulk/control.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/options.hpp"
#include "finish.hpp"
#include "option_groups.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* tune_footer =
    "What is not given stays as it is. Only the user who runs the operation (and root) is listened to.\n\n"
    "Examples:\n"
    "  cqlbulk tune 20261121-083015-export-x7k2 --max-rows-per-second 50000\n"
    "  cqlbulk tune 20261121-083015-load-m3vd --preset conservative --max-bytes-per-second 0\n"
    "  cqlbulk tune 20261121-083015-load-m3vd --go-on        # after cqlbulk pause";
constexpr const char* pause_footer =
    "What is under way comes to its end, then nothing more is asked of the cluster until `cqlbulk tune OPERATION\n"
    "--go-on`. The process stays; `cqlbulk status` says that it is paused.\n\n"
    "Example:\n"
    "  cqlbulk pause 20261121-083015-export-x7k2";
constexpr const char* stop_footer =
    "As SIGTERM does: what is done is published and recorded, and the operation ends with exit status 4. To go on with "
    "it\nlater: cqlbulk resume OPERATION.\n\n"
    "Example:\n"
    "  cqlbulk stop 20261121-083015-export-x7k2";

struct Settings {
  std::string directory = OperationOptions{}.operation_dir;
  std::string operation;
  Tuning tuning;
  bool go_on = false;
};

void check(const Settings& settings) {
  if (settings.operation.empty()) {
    throw Error(ErrorClass::usage, "no operation is named", "`cqlbulk status` lists them.");
  }
}

std::shared_ptr<Settings> add_operation(CLI::App& app, const char* footer) {
  const auto settings = std::make_shared<Settings>();
  app.footer(footer);
  app.add_option("operation", settings->operation, "The operation's id or directory")->option_text("OPERATION");
  add_operation_dir_option(app, settings->directory);
  return settings;
}

int tune_running(const Settings& settings) {
  check(settings);
  const Tuning& tuning = settings.tuning;
  const bool any = tuning.preset || tuning.parallelism || tuning.max_rows_per_second || tuning.max_bytes_per_second;
  if (!any && !settings.go_on) {
    throw Error(ErrorClass::usage, "nothing is to be changed",
                "Give --parallelism, --preset, --max-rows-per-second, --max-bytes-per-second or --go-on.");
  }
  std::string said;
  if (any) said = tune(settings.directory, settings.operation, tuning);
  if (settings.go_on) said = go_on(settings.directory, settings.operation);
  say(said + "\n");
  return 0;
}

}  // namespace

Command add_tune(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("tune", "Change the pace of an operation that runs, or let it go on");
  const auto settings = add_operation(*app, tune_footer);
  Tuning& tuning = settings->tuning;
  add_one_of(*app, "--preset", {preset_names.begin(), preset_names.end()}, "How wide the work is",
             [&tuning](std::size_t place) { tuning.preset = static_cast<Preset>(place); });
  add_value(*app, "--parallelism", "N", "Pieces worked on at once, over all threads",
            [&tuning](const std::string& text) {
              tuning.parallelism = static_cast<std::uint32_t>(parse_number(text, 1, 65'536));
            });
  add_value(*app, "--max-rows-per-second", "N", "Rows a second; 0: no limit",
            [&tuning](const std::string& text) { tuning.max_rows_per_second = parse_number(text, 0, UINT64_MAX); });
  add_value(*app, "--max-bytes-per-second", "SIZE", "Bytes of values a second; 0: no limit",
            [&tuning](const std::string& text) { tuning.max_bytes_per_second = parse_size(text); });
  add_switch(*app, "--go-on", "After cqlbulk pause: go on", settings->go_on);
  return {app, [settings](std::stop_token) { return tune_running(*settings); }};
}

Command add_pause(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("pause", "Pause an operation that runs");
  const auto settings = add_operation(*app, pause_footer);
  return {app, [settings](std::stop_token) {
            check(*settings);
            say(fmt::format("{}\nTo go on: cqlbulk tune {} --go-on\n", pause(settings->directory, settings->operation),
                            settings->operation));
            return 0;
          }};
}

Command add_stop(CLI::App& root) {
  CLI::App* const app = root.add_subcommand("stop", "Stop an operation that runs; it can be resumed");
  const auto settings = add_operation(*app, stop_footer);
  return {app, [settings](std::stop_token) {
            check(*settings);
            say(stop(settings->directory, settings->operation) + "\n");
            return 0;
          }};
}

}  // namespace cqlbulk::tool
