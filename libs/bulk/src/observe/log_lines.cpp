// Log lines. One line a call, written whole.
#include "cqlbulk/log_lines.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "cqlbulk/error.hpp"
#include "cqlbulk/report.hpp"
#include "observe/number_text.hpp"
#include "observe/observed_json.hpp"

namespace cqlbulk {

namespace {

using observe::Json;

std::string_view name_of(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return "debug";
    case LogLevel::info:
      return "info";
    case LogLevel::warn:
      return "warn";
    case LogLevel::error:
      break;
  }
  return "error";
}

/// Nobody forges a line or moves the cursor with a value that is quoted in a message.
std::string on_one_line(std::string_view message) {
  std::string line;
  for (const char c : message) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      line += "\\n";
    } else if (byte < 0x20 || byte == 0x7f) {
      line += fmt::format("\\x{:02x}", byte);
    } else {
      line += c;
    }
  }
  return line;
}

std::string piece_text(const PieceDone& piece) {
  std::string what = !piece.source.empty() ? fmt::format("{} from record {}", piece.source, piece.first_record + 1)
                     : piece.range         ? fmt::format("token range ({}, {}]", piece.range->start, piece.range->end)
                                           : "the whole query";
  what += fmt::format(" done: {}", observe::counted(piece.rows, "row", "rows"));
  if (piece.rejected > 0) what += fmt::format(", {} rejected", observe::grouped(piece.rejected));
  if (piece.bytes > 0) what += fmt::format(", {}", observe::bytes_text(piece.bytes));
  return what + fmt::format(" in {}", observe::duration_text(piece.seconds));
}

LogLevel level_of(Status status) {
  switch (status) {
    case Status::success:
      return LogLevel::info;
    case Status::partial_success:
    case Status::interrupted:
      return LogLevel::warn;
    case Status::failed:
      break;
  }
  return LogLevel::error;
}

std::string end_text(const Report& report) {
  std::string text = fmt::format("{}: {} in {}", to_string(report.status), observe::counted(report.rows, "row", "rows"),
                                 observe::duration_text(std::chrono::duration<double>(report.seconds)));
  if (report.rejected > 0) text += fmt::format(", {} rejected", observe::grouped(report.rejected));
  for (const auto& [kind, counted] : report.failures_by_kind) {
    text += fmt::format(", {} × {}", observe::grouped(counted.count), kind);
  }
  if (!report.error.empty()) text += ": " + report.error;
  return text;
}

}  // namespace

struct LogLines::Line {
  LogLevel level = LogLevel::info;
  std::string message;
  std::string node;
  std::optional<cql::TokenRange> range;
};

LogLines::LogLines(const std::string& path, Options options) : options_(options), path_(path) {
  file_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
  if (file_ < 0) {
    throw Error(ErrorClass::usage,
                fmt::format("the log file {} cannot be written: {}", path, std::generic_category().message(errno)));
  }
}

LogLines::~LogLines() {
  if (file_ >= 0) ::close(file_);
}

void LogLines::begin(const Beginning& beginning) {
  beginning_ = beginning;
  progress_.pieces = beginning.pieces;
  next_line_ = static_cast<double>(options_.between_progress.count());
  const std::string target = beginning.destination.empty() ? "" : " to " + beginning.destination;
  put({LogLevel::info,
       fmt::format("{} of {}{} begins, {}", beginning.command, beginning.source, target,
                   observe::counted(beginning.pieces, "piece", "pieces")),
       {},
       {}});
}

void LogLines::progress(const Progress& progress) {
  rows_per_second_ = rate_.add(progress.elapsed, progress.rows);
  progress_ = progress;
  if (progress.elapsed.count() < next_line_) return;
  // Ticks come a little early or late; one that is nearly due must not be put off to the next.
  next_line_ = progress.elapsed.count() + static_cast<double>(options_.between_progress.count()) * 0.95;
  put({LogLevel::info, progress_line(progress, rows_per_second_), {}, {}});
}

void LogLines::piece_done(const PieceDone& piece) { put({LogLevel::debug, piece_text(piece), {}, piece.range}); }

void LogLines::error(const Failure& failure) {
  std::string message = fmt::format("{}: {}: {}", failure.kind, failure.where, failure.message);
  if (failure.occurrences > 1)
    message += fmt::format(" (number {} of its kind)", observe::grouped(failure.occurrences));
  put({LogLevel::warn, std::move(message), failure.node, {}});
}

void LogLines::notice(std::string_view message) { put({LogLevel::warn, std::string(message), {}, {}}); }

void LogLines::checkpoint(const Checkpoint& checkpoint) {
  put({LogLevel::debug,
       fmt::format("{} of {} pieces are safe in {}", checkpoint.pieces_done, checkpoint.pieces, checkpoint.directory),
       {},
       {}});
}

void LogLines::complete(const Report& report) {
  progress_ = observe::final_progress(report, progress_);
  rows_per_second_ = report.rows_per_second();
  put({level_of(report.status), end_text(report), {}, {}});
}

std::string LogLines::text_of(const Line& line) const {
  std::string text = fmt::format("{} {:<5} {}{}{} ", observe::now_text(), name_of(line.level), beginning_.operation,
                                 beginning_.operation.empty() ? "" : " ", beginning_.command);
  if (!beginning_.table.empty()) text += fmt::format("{}.{} ", beginning_.keyspace, beginning_.table);
  return text + on_one_line(line.message) + "\n";
}

std::string LogLines::json_of(const Line& line) const {
  const auto range_json = [](const cql::TokenRange& range) -> Json {
    return {{"start", range.start}, {"end", range.end}};
  };
  const Json json = {
      {"timestamp", observe::now_text()},
      {"level", name_of(line.level)},
      {"operation_id", observe::text_or_null(beginning_.operation)},
      {"operation_type", observe::text_or_null(beginning_.command)},
      {"keyspace", observe::text_or_null(beginning_.keyspace)},
      {"table", observe::text_or_null(beginning_.table)},
      {"format", observe::text_or_null(beginning_.format)},
      {"destination", observe::text_or_null(beginning_.destination)},
      {"token_range", line.range ? range_json(*line.range) : Json()},
      {"progress", observe::json_of(progress_, rows_per_second_)},
      {"node", observe::text_or_null(line.node)},
      {"message", line.message},
  };
  return observe::line_of(json) + "\n";
}

void LogLines::put(const Line& line) {
  if (line.level < options_.level) return;
  const std::string text = options_.format == LogFormat::json ? json_of(line) : text_of(line);
  if (out_ != nullptr) {
    std::fwrite(text.data(), 1, text.size(), out_);
    std::fflush(out_);
    return;
  }
  ssize_t taken = -1;
  do {
    taken = ::write(file_, text.data(), text.size());
  } while (taken < 0 && errno == EINTR);
  if (taken == static_cast<ssize_t>(text.size())) return;
  throw std::system_error(taken < 0 ? errno : ENOSPC, std::generic_category(), "the log file " + path_);
}

}  // namespace cqlbulk
