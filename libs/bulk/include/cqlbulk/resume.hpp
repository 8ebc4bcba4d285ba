// Going on with an operation that was interrupted, failed or crashed, from what its directory says.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/column_converter.hpp"
#include "cqlbulk/observer.hpp"
#include "cqlbulk/options.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {

/// What may differ from how the operation was begun: how the cluster is reached and how hard to work. What is read,
/// where it goes and in which form stays as it was.
struct ResumeOptions {
  /// An operation's id, or the path of its directory.
  std::string operation;
  /// Where an id is looked for.
  std::string operation_dir = "cqlbulk-operations";
  cql::ClusterOptions cluster;
  std::optional<Preset> preset;
  std::optional<std::uint64_t> max_rows_per_second;
  std::optional<std::uint64_t> max_bytes_per_second;
  std::optional<std::uint32_t> parallelism;
  std::optional<std::uint32_t> threads;
  std::optional<std::int32_t> page_size;
  std::optional<std::uint64_t> max_memory;
  std::optional<std::chrono::milliseconds> patience;
  std::optional<std::chrono::seconds> full_disk_wait;
  /// Load: rejected records that are borne, over all runs.
  std::optional<std::uint64_t> max_errors;
  /// Those that the operation began with: functions cannot be recorded, only that there were some.
  std::vector<ColumnConverter> converters;
};

/// How the operation's cluster was reached: OperationOptions::connection as it was when it began. Throws
/// cqlbulk::Error{usage} when there is no such operation.
[[nodiscard]] std::map<std::string, std::vector<std::string>> recorded_connection(const std::string& operation_dir,
                                                                                  const std::string& operation);

/// Goes on from the last durable point. The report's rows, bytes and rejected records are those of all runs together.
/// A count is resumed when it counts the total alone; its rows are the report's.
/// Throws cqlbulk::Error{usage} before any work, naming the reason: there is no such operation, it is running, it is
/// complete, it wrote to a stream; the cluster, the table's schema, an input or a part of the output is not what it
/// was.
[[nodiscard]] Report resume(const ResumeOptions& options, Observer& observer, std::stop_token stop = {});

/// What discard() did.
struct Discarded {
  std::string operation;
  std::string removed;                 ///< The directory with what nobody saw; empty when there was none.
  std::vector<std::string> published;  ///< Files of an export that are in place and stay.
};

/// Gives an unfinished operation up: removes an export's hidden files, and records that it cannot be resumed. Files
/// that were published and rows that were written stay. `operation` and `operation_dir` as in ResumeOptions. Throws
/// cqlbulk::Error{usage}: there is no such operation, it is running, or it has come to its end; failed: something could
/// not be removed.
Discarded discard(const std::string& operation_dir, const std::string& operation);

}  // namespace cqlbulk
