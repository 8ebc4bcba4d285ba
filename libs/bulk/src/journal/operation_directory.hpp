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

#include "journal/operation_reader.hpp"
#include "journal/records.hpp"
#include "posix/files.hpp"

namespace cqlbulk::journal {

class OperationDirectory {
 public:
  /// Makes a new directory (0700) below `base`, which is made too when missing. Throws cqlbulk::Error{usage} naming
  /// the path.
  OperationDirectory(const std::string& base, const std::string& command, std::chrono::system_clock::time_point start);
  /// Takes an operation up again: locks its journal and drops a torn tail. begin_run() must follow. Throws
  /// cqlbulk::Error: usage when there is no operation, when it is running, or when it has come to its end; failed when
  /// its journal is damaged.
  [[nodiscard]] static OperationDirectory resume(const std::string& path, Operation& operation);
  /// An operation that was never described leaves nothing behind.
  ~OperationDirectory();
  OperationDirectory(OperationDirectory&& other) noexcept;
  OperationDirectory& operator=(OperationDirectory&&) = delete;

  /// "20261121-083015-export-x7k2": UTC, command, four random characters.
  [[nodiscard]] const std::string& id() const noexcept { return id_; }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }

  /// Writes operation.json and begins the journal. `details` are added to what every operation has.
  void describe(const Json& details);
  /// Records that a further run begins.
  void begin_run();
  /// On disk when it returns. Any thread. Throws cqlbulk::Error{failed}; nothing of the record is left then.
  void append(const Record& record);
  /// Called after each append(), on its thread: what is told is on disk. Set before other threads append.
  void after_append(std::function<void(const Record&)> call) { after_append_ = std::move(call); }
  /// Writes the report and the last record.
  void end(const EndRecord& record, const std::string& report_json);
  /// Removes the directory: the operation never began after all.
  void discard() noexcept;
  /// Puts a file into the directory, whole or not at all.
  void write_whole(const std::string& name, const std::string& text);

 private:
  OperationDirectory(std::string id, std::string path) : id_(std::move(id)), path_(std::move(path)) {}

  std::string command_;
  std::chrono::system_clock::time_point start_;
  std::string id_;
  std::string path_;
  std::function<void(const Record&)> after_append_;
  std::mutex mutex_;
  posix::Descriptor journal_;
  bool broken_ = false;              ///< What it ends with is not known any more.
  std::uint64_t journal_bytes_ = 0;  ///< Up to the end of the last whole record.
};

/// "2026-11-21T08:30:15.123456Z"
[[nodiscard]] std::string utc_text(std::chrono::system_clock::time_point time);

}  // namespace cqlbulk::journal
