// Where an export's rows go: one open file per shard, closed when it is large or old and at the end; fragments merged
// into one file; a stream. Decides when what is written becomes visible and what the journal says of it
// (docs/adr/0003, 0005, 0007).
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "formats/format.hpp"
#include "journal/manifest.hpp"
#include "journal/operation_directory.hpp"
#include "journal/replay.hpp"
#include "observe/counters.hpp"
#include "operations/export_plan.hpp"
#include "storage/digest.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

/// Shared by all shards.
class ExportOutput {
 public:
  /// Throws Error{usage}: the target cannot be, or the format's options cannot. `full_disk` must outlive it.
  ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation,
               const storage::FullDisk& full_disk);
  /// Goes on with what the operation's earlier runs left: publishes what they recorded and did not publish, removes
  /// what they did not record. Throws Error{usage} naming a file that is missing or not as it was recorded.
  ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation,
               const storage::FullDisk& full_disk, storage::Output::Earlier earlier,
               std::vector<journal::PartRecord> records);

  [[nodiscard]] const storage::Output& storage() const noexcept { return output_; }
  /// Touches the disk for the first time; the operation must be described. Throws Error{usage}: the target cannot be
  /// written to.
  void begin() { output_.begin(); }
  /// Makes the output whole and visible; called once, when all shards are done.
  void finish();
  /// Files that can be seen, and their bytes.
  [[nodiscard]] std::vector<std::string> files() const;
  [[nodiscard]] std::uint64_t bytes() const;
  /// What all files together hold.
  [[nodiscard]] journal::ExportState state() const;
  /// Of a complete export.
  [[nodiscard]] journal::Manifest manifest() const;

 private:
  friend class ShardOutput;
  using Shape = storage::Location::Kind;

  void set_up_files(const ExportOptions& options);
  /// A file that is whole: put on disk, then recorded, then, when it is a part, made visible.
  void complete(journal::PartRecord record);
  /// Records splits that ended without a row.
  void note_empty_splits(journal::PartRecord record);
  void take_up_part(const journal::PartRecord& part);
  void take_up_fragment(const journal::PartRecord& fragment);
  void remove_unrecorded();
  [[nodiscard]] journal::PartRecord next_file(journal::PartRecord::Kind kind);
  void write_empty_part();
  void merge_fragments();
  [[nodiscard]] std::vector<formats::FragmentOpener> openers(
      const std::vector<const journal::PartRecord*>& fragments) const;
  /// The file that all become part of: its digest when all are in it.
  [[nodiscard]] std::string join(std::vector<const journal::PartRecord*> fragments, const formats::Joints& joints,
                                 const std::string& file);
  [[nodiscard]] std::string merge(const std::vector<const journal::PartRecord*>& fragments, const std::string& file);
  void check_parts_are_there() const;

  const ExportPlan& plan_;
  journal::OperationDirectory& operation_;
  storage::Output output_;
  std::unique_ptr<formats::Writer> writer_;
  std::atomic<std::uint64_t> next_number_{0};
  std::optional<storage::Digest> first_digest_;  ///< Of the first fragment, where this run wrote it.
  mutable std::mutex mutex_;
  std::vector<journal::PartRecord> records_;  ///< Of all runs, as they stand in the journal.
  std::uint64_t stream_bytes_ = 0;
};

/// One shard's end of it. One thread.
class ShardOutput {
 public:
  ShardOutput(ExportOutput& output, observe::ShardCounters& counters) : output_(output), counters_(counters) {}

  /// Writes rows of a split, which goes on at `next` or is done with them. Closes the file before when they would make
  /// it too long, and after when it has become too large or too old.
  void write(std::uint64_t split, const RowsView& rows, const journal::SplitPosition& next, bool done);
  void split_done(std::uint64_t split);
  /// Closes what is open, unless writing it went wrong. Nothing may be written after it.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void open();
  void close();
  /// Of the open file.
  [[nodiscard]] std::uint64_t bytes_so_far() const;
  [[nodiscard]] journal::SplitProgress& progress_of(std::uint64_t split);

  ExportOutput& output_;
  observe::ShardCounters& counters_;
  std::unique_ptr<formats::PartWriter> writer_;
  std::shared_ptr<storage::DescriptorStream> stream_;
  Clock::time_point opened_;
  bool broken_ = false;           ///< What the open file holds is not known any more: it must not be recorded.
  std::uint64_t bytes_told_ = 0;  ///< Of the open file, to the counters.
  journal::PartRecord record_{journal::PartRecord::Kind::none};  ///< What the open file holds.
  std::unordered_map<std::uint64_t, std::size_t> places_;        ///< Of its splits in the record, by number.
};

}  // namespace cqlbulk::operations
