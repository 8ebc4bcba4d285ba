// Settings that are not on the command line: environment variables, then the TOML file. Command line beats environment
// beats file.
#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>
#include <vector>

namespace cqlbulk::tool {

/// Adds --config to a subcommand.
void add_config_option(CLI::App& command);

/// Gives every option of `command` that the command line did not: CQLBULK_NAME ("--page-size" is CQLBULK_PAGE_SIZE),
/// else its key in the file that --config or CQLBULK_CONFIG names. In the file, options stand at the top or in a table
/// named after the command ([export]); an option of another command alone is passed over, an unknown one is an error.
/// Throws cqlbulk::Error{usage}.
void fill_in_settings(const CLI::App& root, CLI::App& command);

/// The options of the group "Connection" that were given, wherever they came from, and their values; paths are
/// absolute. Passwords are not among options.
[[nodiscard]] std::map<std::string, std::vector<std::string>> connection_of(const CLI::App& command);

/// Gives an option that nothing else has given the value of an earlier run. Throws cqlbulk::Error{usage}.
void give_recorded(CLI::App& command, const std::string& name, const std::vector<std::string>& values);

}  // namespace cqlbulk::tool
