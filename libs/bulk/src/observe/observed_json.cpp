#include "observe/observed_json.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "cqlbulk/progress.hpp"
#include "observe/number_text.hpp"

namespace cqlbulk::observe {

Json json_of(const Progress& progress, double rows_per_second) {
  const auto left = time_left(progress);
  return {
      {"rows_processed", progress.rows},
      {"bytes_processed", progress.bytes},
      {"ranges_completed", progress.pieces_done},
      {"total_ranges", progress.pieces},
      {"percentage", std::floor(std::clamp(progress.fraction, 0.0, 1.0) * 1000) / 10},
      {"rows_per_second", std::floor(rows_per_second)},
      {"eta_seconds", left ? Json(left->count()) : Json()},
  };
}

Progress final_progress(const Report& report, const Progress& latest) {
  Progress progress = latest;
  progress.rows = report.rows;
  progress.bytes = report.bytes;
  progress.rejected = report.rejected;
  progress.pieces = report.pieces;
  progress.elapsed = std::chrono::duration<double>(report.seconds);
  return progress;
}

Json state_json(const Beginning& beginning, const Progress& progress, double rows_per_second, std::string_view status,
                const std::string& error) {
  return {
      {"status", status},
      {"updated", now_text()},
      {"operation_id", text_or_null(beginning.operation)},
      {"operation_dir", text_or_null(beginning.directory)},
      {"operation_type", text_or_null(beginning.command)},
      {"keyspace", text_or_null(beginning.keyspace)},
      {"table", text_or_null(beginning.table)},
      {"format", text_or_null(beginning.format)},
      {"source", text_or_null(beginning.source)},
      {"destination", text_or_null(beginning.destination)},
      {"progress", json_of(progress, rows_per_second)},
      {"rejected", progress.rejected},
      {"held", text_or_null(progress.held)},
      {"error", text_or_null(error)},
  };
}

Json text_or_null(const std::string& text) { return text.empty() ? Json() : Json(text); }

std::string line_of(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string now_text() { return utc_text(std::chrono::system_clock::now()); }

}  // namespace cqlbulk::observe
