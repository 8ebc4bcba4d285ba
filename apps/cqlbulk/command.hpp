// A subcommand: its options in CLI11's tree, and what to do once they are all known.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <stop_token>

namespace cqlbulk::tool {

struct Command {
  CLI::App* app = nullptr;
  /// Returns the exit status; throws cqlbulk::Error or cql::Error.
  std::function<int(std::stop_token)> run;
};

[[nodiscard]] Command add_count(CLI::App& root);
[[nodiscard]] Command add_export(CLI::App& root);
[[nodiscard]] Command add_load(CLI::App& root);
[[nodiscard]] Command add_inspect(CLI::App& root);
[[nodiscard]] Command add_resume(CLI::App& root);
[[nodiscard]] Command add_discard(CLI::App& root);
[[nodiscard]] Command add_verify(CLI::App& root);
[[nodiscard]] Command add_schema(CLI::App& root);
[[nodiscard]] Command add_status(CLI::App& root);
[[nodiscard]] Command add_tune(CLI::App& root);
[[nodiscard]] Command add_pause(CLI::App& root);
[[nodiscard]] Command add_stop(CLI::App& root);

}  // namespace cqlbulk::tool
