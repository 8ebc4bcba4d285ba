// Log lines of an operation, as text or as JSON, to a file or a stream.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <string>
#include <string_view>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/progress.hpp"

namespace cqlbulk {

enum class LogFormat : std::uint8_t { text, json };

/// debug: finished pieces, checkpoints; info: begin, progress, a good end; warn: notices, failures that the operation
/// bears, an end that is not all good; error: the failure that ended it.
enum class LogLevel : std::uint8_t { debug, info, warn, error };

/// A JSON line has always the same fields: timestamp, level, operation_id, operation_type, keyspace, table, format,
/// destination, token_range {start, end}, progress {rows_processed, bytes_processed, ranges_completed, total_ranges,
/// percentage, rows_per_second, eta_seconds}, node, message; null where there is nothing to say. A text line has the
/// time, the level, the operation, what it works on and the message, control characters escaped.
class LogLines : public Observer {
 public:
  struct Options {
    LogFormat format = LogFormat::text;
    LogLevel level = LogLevel::info;  ///< Lines below it are left out.
    std::chrono::seconds between_progress{10};
  };
  /// Appends to a file, made with mode 0600 when it is not there. Each line is one write, so that several operations
  /// may share the file. Throws Error{usage} naming it.
  LogLines(const std::string& path, Options options);
  /// Writes to a stream, which must outlive this. That nobody reads there is no failure.
  LogLines(std::FILE* out, Options options) : options_(options), out_(out) {}
  ~LogLines() override;
  LogLines(const LogLines&) = delete;
  LogLines& operator=(const LogLines&) = delete;

  /// Each throws std::system_error when the file cannot be written.
  void begin(const Beginning& beginning) override;
  void progress(const Progress& progress) override;
  void piece_done(const PieceDone& piece) override;
  void error(const Failure& failure) override;
  void notice(std::string_view message) override;
  void checkpoint(const Checkpoint& checkpoint) override;
  void complete(const Report& report) override;

 private:
  struct Line;
  void put(const Line& line);
  [[nodiscard]] std::string text_of(const Line& line) const;
  [[nodiscard]] std::string json_of(const Line& line) const;

  Options options_;
  std::FILE* out_ = nullptr;
  int file_ = -1;
  std::string path_;
  Beginning beginning_;
  Progress progress_;  ///< The latest.
  RecentRate rate_;
  double rows_per_second_ = 0;
  double next_line_ = 0;  ///< Seconds since the start.
};

}  // namespace cqlbulk
