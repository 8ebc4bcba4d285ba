// An operation's directory while the operation runs: who it is, what it set out to do, what is finished.
//
//   OPERATION_DIR/ID/operation.json   settings, schema and pieces, written once
//                    journal          what is finished, append-only
//                    report.json      the end
//
// One writer: the journal is locked while the operation runs. Layout and records: docs/formats/journal.md.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include "journal/records.hpp"

namespace cqlbulk::journal {

class OperationDirectory {
 public:
  /// Makes a new directory (0700) below `base`, which is made too when missing. Throws cqlbulk::Error{usage} naming
  /// the path.
  OperationDirectory(const std::string& base, const std::string& command, std::chrono::system_clock::time_point start);
  /// An operation that was never described leaves nothing behind.
  ~OperationDirectory();
  OperationDirectory(const OperationDirectory&) = delete;
  OperationDirectory& operator=(const OperationDirectory&) = delete;

  /// "20261121-083015-export-x7k2": UTC, command, four random characters.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// Writes operation.json and begins the journal. `details` are added to what every operation has.
  void describe(const Json& details);
  /// On disk when it returns. Any thread. Throws cqlbulk::Error{failed}.
  void append(const Record& record);
  /// Called after each append(), on its thread: what is told is on disk. Set before other threads append.
  void after_append(std::function<void(const Record&)> call) { after_append_ = std::move(call); }
  /// Writes the report and the last record.
  void end(const EndRecord& record, const std::string& report_json);

 private:
  void write_whole(const std::string& name, const std::string& text);

  std::string command_;
  std::chrono::system_clock::time_point start_;
  std::string id_;
  std::string path_;
  std::function<void(const Record&)> after_append_;
  std::mutex mutex_;
  int journal_ = -1;
};

/// "2026-11-21T08:30:15.123456Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace cqlbulk::journal
