// The JSON that log lines, the progress file and the webhook have in common.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk::observe {

using Json = nlohmann::ordered_json;

/// {rows_processed, bytes_processed, ranges_completed, total_ranges, percentage, rows_per_second, eta_seconds}; the
/// percentage has one decimal and is 100 only at the end, eta_seconds is null while nothing can be said.
[[nodiscard]] Json json_of(const Progress& progress, double rows_per_second);
/// The last progress, as the report has it.
[[nodiscard]] Progress final_progress(const Report& report, const Progress& latest);
/// How the operation stands, as the progress file and the webhook tell it: status, times, names, progress, error.
[[nodiscard]] Json state_json(const Beginning& beginning, const Progress& progress, double rows_per_second,
                              std::string_view status, const std::string& error);
/// null for an empty text.
[[nodiscard]] Json text_or_null(const std::string& text);
/// In one line; what is no UTF-8 is replaced.
[[nodiscard]] std::string line_of(const Json& json);
/// "2026-11-21T08:30:15.123Z", now.
[[nodiscard]] std::string now_text();

}  // namespace cqlbulk::observe
