// cqlbulk: which command, which settings, which exit status.
#include <fmt/format.h>
#include <malloc.h>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include "command.hpp"
#include "cqlbulk/error.hpp"
#include "finish.hpp"
#include "help_formatter.hpp"
#include "settings.hpp"
#include "signals.hpp"
#include "usage_errors.hpp"

namespace cqlbulk::tool {

namespace {

constexpr const char* description = "Count, export and load Apache Cassandra tables, in bulk.";
constexpr const char* footer =
    "Each command explains itself: cqlbulk count --help\n"
    "Every option can stand in a TOML file (--config) and in the environment (--page-size: CQLBULK_PAGE_SIZE).\n\n"
    "Examples:\n"
    "  cqlbulk count shop.orders --hosts 10.0.0.1\n"
    "  cqlbulk export shop.orders --to orders.parquet\n"
    "  cqlbulk load shop.orders --from orders.csv\n"
    "  cqlbulk resume 20261121-083015-load-m3vd\n"
    "  cqlbulk inspect shop.orders\n\n"
    "Exit status: 0 done, 1 done with rejected rows or failed ranges within the limits, 2 wrong usage or settings,\n"
    "3 stopped by an error, 4 interrupted, 5 a defect of cqlbulk.";

int status_of(ErrorClass error_class) {
  switch (error_class) {
    case ErrorClass::usage:
      return 2;
    case ErrorClass::failed:
      return 3;
    case ErrorClass::defect:
      break;
  }
  return 5;
}

int report_error(const Error& error) {
  say(fmt::format("cqlbulk: {}\n", error.message()));
  if (!error.advice().empty()) say(error.advice() + "\n");
  return status_of(error.error_class());
}

int report_defect(const char* what) {
  say(fmt::format("cqlbulk: unexpected: {}\nThis is a defect of cqlbulk {}: please report it.\n", what,
                  CQLBULK_VERSION));
  return 5;
}

int run(int argc, char** argv) {
  CLI::App root(description, "cqlbulk");
  const auto formatter = std::make_shared<HelpFormatter>();
  formatter->label("Subcommands", "Commands");
  formatter->label("Positionals", "Subject");
  formatter->column_width(32);
  root.formatter(formatter);
  root.set_help_flag("-h,--help", "Print this help and exit");
  root.set_version_flag("--version", std::string("cqlbulk ") + CQLBULK_VERSION, "Print the version and exit");
  root.require_subcommand(1);
  root.footer(footer);
  const std::vector<Command> commands{add_count(root),   add_export(root), add_load(root),    add_resume(root),
                                      add_discard(root), add_verify(root), add_status(root),  add_tune(root),
                                      add_pause(root),   add_stop(root),   add_inspect(root), add_schema(root)};
  for (const Command& command : commands) add_config_option(*command.app);
  try {
    root.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return root.exit(error);  // --help, --version
    return report_error(usage_error(root, error));
  }
  for (const Command& command : commands) {
    if (!command.app->parsed()) continue;
    fill_in_settings(root, *command.app);
    const SignalWatch signals;
    try {
      return command.run(signals.token());
    } catch (const Error& error) {
      if (!signals.token().stop_requested() || error.error_class() != ErrorClass::failed) throw;
      say(fmt::format("cqlbulk: {}\n", error.message()));
      return 4;
    }
  }
  return report_defect("no command ran");
}

}  // namespace

}  // namespace cqlbulk::tool

int main(int argc, char** argv) {
  using namespace cqlbulk;
  // Buffers of large rows go back to the system when they are done with, or a ceiling on memory would not hold: left
  // alone, glibc keeps every size that was freed once.
  constexpr int large_buffer = 4 << 20;
  ::mallopt(M_MMAP_THRESHOLD, large_buffer);
  // Fixing that one also fixes how much may lie free at the end of a heap, at 128 KiB: less than a page of rows, so that
  // each page would be given back and taken anew, at 25 ns a row.
  ::mallopt(M_TRIM_THRESHOLD, large_buffer);
  // Of Arrow's own allocators the one that gives back what it does not need: an export to Parquet takes half the
  // memory.
  ::setenv("ARROW_DEFAULT_MEMORY_POOL", "jemalloc", 0);
  try {
    return tool::run(argc, argv);
  } catch (const Error& error) {
    return tool::report_error(error);
  } catch (const std::bad_alloc&) {
    return tool::report_error(
        Error(ErrorClass::failed, "out of memory", "Try a smaller --parallelism, --page-size or --row-group-rows."));
  } catch (const std::exception& error) {
    return tool::report_defect(error.what());
  }
}
