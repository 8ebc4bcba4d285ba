// What a command line that cannot be gets to hear: one line that names the thing, and what was probably meant.
#pragma once

#include <CLI/App.hpp>
#include <string>

#include "cqlbulk/error.hpp"

namespace cqlbulk::tool {

/// "did you mean --splits?"; empty when nothing is near.
[[nodiscard]] std::string suggest_option(const CLI::App& command, const std::string& option);

/// From CLI11's error, after root.parse() threw it.
[[nodiscard]] Error usage_error(const CLI::App& root, const CLI::ParseError& error);

}  // namespace cqlbulk::tool
