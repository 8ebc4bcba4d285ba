// The end of an operation: its report to where the user wants it.
#pragma once

#include <string>

#include "cqlbulk/report.hpp"
#include "option_groups.hpp"

namespace cqlbulk::tool {

/// Throws cqlbulk::Error{usage} when the report's file could not be written in the end.
void check(const ReportOptions& options);

/// Writes the report's file, the JSON (on stderr when `data_on_stdout`), the summary on stderr; returns the exit
/// status. `json` is the report's, or more than that.
int finish(const Report& report, const std::string& json, const ReportOptions& options, bool data_on_stdout);

/// Writes to stderr. That nobody listens there (a closed pipe) is no failure of the operation.
void say(const std::string& text) noexcept;

/// Writes to stdout and makes sure that it got there. Throws cqlbulk::Error{failed}.
void print(const std::string& text);

}  // namespace cqlbulk::tool
