// What a load will do, worked out before it writes anything: its inputs and their units, the statement, which field is
// which value, and the timestamps. Wrong settings and broken files end here, with Error{usage}.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "journal/operation_directory.hpp"
#include "journal/replay.hpp"
#include "operations/cluster_thread.hpp"
#include "operations/load_statement.hpp"
#include "operations/reject_file.hpp"
#include "plan/memory_shares.hpp"
#include "plan/replica_sets.hpp"
#include "streams/file_form.hpp"

namespace cqlbulk::operations {

/// A file to load.
struct LoadInput {
  std::string name;  ///< As the user knows it; "stdin" for the standard stream.
  std::string path;  ///< What is read: a copy in the operation's directory when the input cannot be read twice.
  FormatKind format = FormatKind::csv;
  streams::FileForm form;
  std::unique_ptr<formats::Source> source;
  formats::RowMapping mapping;
  RejectForm reject_form;
  std::uint64_t records = 0;
  std::uint64_t first_record = 0;  ///< Records of the inputs before it.
  std::uint64_t bytes = 0;         ///< Of the file.
  std::string modified;            ///< When it was last written to; as text, exact.
};

struct LoadUnit {
  std::size_t input = 0;
  formats::Unit unit;
};

struct LoadPlan {
  std::shared_ptr<const cql::Metadata> metadata;
  const cql::Table* table = nullptr;  ///< In the metadata.
  std::vector<LoadInput> inputs;
  std::vector<LoadUnit> units;  ///< In the order of the inputs.
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
  LoadStatement statement;
  cql::PreparedStatement prepared;
  BindingSeed seed;
  RowBinder binder;
  cql::PreparedStatement static_prepared;  ///< Of statement.static_row.
  RowBinder static_binder;
  /// Where cells have times of their own: what writes rows, and its statements prepared; the first is `prepared`.
  std::unique_ptr<RowRestorer> restorer;
  std::vector<cql::PreparedStatement> restoring;
  std::int64_t first_timestamp = 0;  ///< Of the first record, where the load's own are used.
  std::int64_t timestamp_step = 1;   ///< From one record to the next.
  cql::Consistency consistency = cql::Consistency::local_quorum;
  unsigned threads = 1;
  plan::MemoryShares memory;
  plan::ReplicaSets replica_sets;
  std::uint64_t most_rejected = 0;
};

/// Problems of the options that need neither cluster nor files to be seen. Throws Error{usage} naming all of them.
void validate(const LoadOptions& options);

/// Opens the inputs; pipes are copied into the operation's directory first.
[[nodiscard]] std::vector<LoadInput> open_inputs(const LoadOptions& options,
                                                 const journal::OperationDirectory& operation,
                                                 const std::stop_token& stop);

/// `start_us`: when the operation began, in microseconds since 1970.
[[nodiscard]] LoadPlan plan_load(const LoadOptions& options, ClusterThread& cluster, std::vector<LoadInput> inputs,
                                 std::int64_t start_us);

/// The plan of an operation that goes on, from what plan_json wrote. Throws Error{usage} when an input is not what it
/// was.
[[nodiscard]] LoadPlan plan_load_again(const LoadOptions& options, ClusterThread& cluster,
                                       const journal::Json& description);
/// What plan_load_again needs: keys "sources", "units", "first_timestamp", "timestamp_step", "seed", "started_us",
/// "statement".
[[nodiscard]] journal::Json plan_json(const LoadPlan& plan);
[[nodiscard]] std::vector<journal::PlannedUnit> planned_units(const LoadPlan& plan);

/// The timestamp of a load's first record: the last one's is a step before the start (docs/adr/0004). Pure.
[[nodiscard]] constexpr std::int64_t first_timestamp(std::int64_t start_us, std::uint64_t records,
                                                     std::int64_t step = 1) noexcept {
  return start_us - step * static_cast<std::int64_t>(records);
}

}  // namespace cqlbulk::operations
