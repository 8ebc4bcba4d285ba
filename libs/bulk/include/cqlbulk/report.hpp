// What an operation did, in numbers that are exact. As text for people and as JSON for scripts.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cqlbulk {

enum class Status { success, partial_success, failed, interrupted };
[[nodiscard]] std::string_view to_string(Status status);  ///< "SUCCESS", "PARTIAL SUCCESS", …

struct FailureSample {
  std::string kind;   ///< "write_timeout", "value", …
  std::string where;  ///< Token range, or source and record.
  std::string message;
};

struct Report {
  std::string command;    ///< count, export, load
  std::string operation;  ///< Its id; empty for a count, which keeps no directory.
  std::string operation_dir;
  Status status = Status::success;
  bool dry_run = false;  ///< load: rows are those that would have been written.
  std::string keyspace;
  std::string table;
  std::string source_or_target;  ///< The URL as given.
  std::string format;
  std::string consistency;
  std::uint64_t rows = 0;          ///< Counted, exported, or written to the table.
  std::uint64_t records_read = 0;  ///< load: records of the input = rows + rejected.
  std::uint64_t rejected = 0;
  std::uint64_t bytes = 0;
  std::uint64_t retries = 0;
  std::uint64_t requests = 0;
  std::uint64_t pieces = 0;
  std::uint64_t pieces_failed = 0;
  double seconds = 0;
  std::vector<std::string> files;  ///< Written (export) or read (load).
  std::string reject_file;         ///< Empty when nothing was rejected.
  std::map<std::string, std::uint64_t> failures_by_kind;
  std::vector<FailureSample> failure_samples;  ///< At most 10 a kind.
  /// The error that stopped the operation; empty otherwise.
  std::string error;

  [[nodiscard]] double rows_per_second() const { return seconds > 0 ? static_cast<double>(rows) / seconds : 0; }
  /// The exit status of the contract: 0, 1, 3 or 4.
  [[nodiscard]] int exit_status() const;
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] std::string to_json() const;
};

}  // namespace cqlbulk
