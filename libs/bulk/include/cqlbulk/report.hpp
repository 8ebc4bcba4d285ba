// What an operation did, in numbers that are exact. As text for people and as JSON for scripts.
#pragma once

#include <chrono>
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

/// How often something failed, and when.
struct FailureCount {
  std::uint64_t count = 0;
  std::chrono::system_clock::time_point first{};
  std::chrono::system_clock::time_point last{};
  FailureCount& operator+=(const FailureCount& other);
};

/// A token range, or a unit of an input file.
struct PieceSample {
  std::string where;
  std::uint64_t rows = 0;   ///< Counted, exported, or written to the table.
  std::uint64_t bytes = 0;  ///< As PieceDone has them.
  double seconds = 0;       ///< From its start to its end, waiting for others included.
};

struct PartitionSample {
  std::string key;  ///< A JSON object of the partition key's columns.
  std::uint64_t rows = 0;
};

struct Report {
  std::string command;    ///< count, export, load
  std::string operation;  ///< Its id; empty where no directory could be made (count).
  std::string operation_dir;
  Status status = Status::success;
  bool dry_run = false;  ///< load: rows are those that would have been written.
  std::string keyspace;
  std::string table;
  std::string source_or_target;  ///< The URL as given.
  std::string format;
  std::string consistency;
  std::uint64_t rows = 0;          ///< Counted, exported, or written to the table.
  std::uint64_t rows_before = 0;   ///< Of these, what earlier runs of the operation did.
  std::uint64_t records_read = 0;  ///< load: records of the input = rows + rejected + uncertain + left_out.
  std::uint64_t rejected = 0;
  std::uint64_t left_out = 0;  ///< load: do not meet its conditions.
  std::uint64_t skipped_row_groups =
      0;                        ///< load: of Parquet files, not read in this run: by their statistics all left out.
  std::uint64_t uncertain = 0;  ///< load: may have been written; what must not be sent twice was not sent again.
  /// load with times to live: cells, or elements of collections, that were over and not written; of this run. A row
  /// of which nothing is left counts as written.
  std::uint64_t expired_cells = 0;
  std::uint64_t bytes = 0;
  std::uint64_t spilled_bytes = 0;  ///< load: written to the disk by rows that waited for others; of this run.
  std::uint64_t retries = 0;
  std::uint64_t requests = 0;
  std::uint64_t pieces = 0;
  std::uint64_t pieces_failed = 0;
  double seconds = 0;                                    ///< Of this run.
  std::vector<std::string> files;                        ///< Written (export) or read (load).
  std::string reject_file;                               ///< Empty when nothing was rejected.
  std::string uncertain_file;                            ///< The uncertain records; empty when there is none.
  std::map<std::string, FailureCount> failures_by_kind;  ///< Attempts that failed, tried again or not.
  std::vector<FailureSample> failure_samples;            ///< At most 10 a kind.
  /// Of this run, at most five each.
  std::vector<PieceSample> slowest_pieces;
  std::vector<PieceSample> largest_pieces;
  /// Export of a table with clustering columns: those with the most rows that this run saw, at most five. Empty where
  /// the partition key is not exported first.
  std::vector<PartitionSample> largest_partitions;
  double paused_seconds = 0;  ///< Of this run: nothing was asked, by command or for the cluster's sake.
  /// When and why the run was paused, slowed down, or left a node alone, and what it was told to do; at most 50 lines.
  std::vector<std::string> pace;
  /// The error that stopped the operation; empty otherwise.
  std::string error;

  /// What was done so far is on record, and can be gone on with when the operation did not come to its end.
  bool resumable = false;

  /// Of this run.
  [[nodiscard]] double rows_per_second() const {
    return seconds > 0 ? static_cast<double>(rows - rows_before) / seconds : 0;
  }
  /// "cqlbulk resume ID …"; empty when the operation is complete or cannot be resumed.
  [[nodiscard]] std::string resume_command() const;
  /// The exit status of the contract: 0, 1, 3 or 4.
  [[nodiscard]] int exit_status() const;
  [[nodiscard]] std::string to_text() const;
  [[nodiscard]] std::string to_json() const;
};

}  // namespace cqlbulk
