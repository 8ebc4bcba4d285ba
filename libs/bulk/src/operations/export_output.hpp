// Where an export's rows go: one open part per shard, closed on rotation and at the end; fragments merged into one
// file; a stream. Decides when what is written becomes visible and what the journal says of it (docs/adr/0003, 0005).
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "formats/format.hpp"
#include "journal/operation_directory.hpp"
#include "observe/counters.hpp"
#include "operations/export_plan.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

/// Shared by all shards.
class ExportOutput {
 public:
  /// Throws Error{usage}: the target cannot be, or the format's options cannot.
  ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation);

  [[nodiscard]] const storage::Output& storage() const noexcept { return output_; }
  /// Makes the output whole and visible; called once, when all shards are done.
  void finish();
  /// Files that can be seen, and their bytes.
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  friend class ShardOutput;
  using Shape = storage::Location::Kind;

  /// A finished part of a directory: on disk, in the journal, visible.
  void complete_part(journal::PartRecord record);
  /// A finished piece of the one file, to be merged; and what it holds.
  void complete_fragment(unsigned shard, journal::PartRecord record);
  void write_empty_part();
  void merge_fragments();

  const ExportPlan& plan_;
  journal::OperationDirectory& operation_;
  storage::Output output_;
  std::unique_ptr<formats::Writer> writer_;
  std::atomic<std::uint64_t> next_part_{0};
  mutable std::mutex mutex_;
  std::map<unsigned, journal::PartRecord> fragments_;  ///< By shard.
  std::vector<std::string> files_;
  std::uint64_t bytes_ = 0;
};

/// One shard's end of it. One thread.
class ShardOutput {
 public:
  ShardOutput(ExportOutput& output, unsigned shard, observe::ShardCounters& counters)
      : output_(output), shard_(shard), counters_(counters) {}

  /// Writes rows of a split, which goes on at `next` or is done with them. Closes the part before when they would make
  /// it too long, and after when it has become too large.
  void write(std::uint64_t split, const RowsView& rows, const cql::PagingState& next, bool done);
  void split_done(std::uint64_t split);
  /// Closes what is open. Nothing may be written after it.
  void finish();

 private:
  void open();
  void close();
  [[nodiscard]] journal::SplitProgress& progress_of(std::uint64_t split);
  [[nodiscard]] bool to_directory() const;

  ExportOutput& output_;
  unsigned shard_;
  observe::ShardCounters& counters_;
  std::unique_ptr<formats::PartWriter> part_;
  std::shared_ptr<arrow::io::OutputStream> stream_;
  std::uint64_t bytes_told_ = 0;  ///< Of the open part, to the counters.
  journal::PartRecord record_;    ///< What the open part holds.
};

}  // namespace cqlbulk::operations
