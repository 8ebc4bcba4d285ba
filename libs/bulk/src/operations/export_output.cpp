// Parts, fragments and streams. A part is sealed, then recorded, then made visible, in that order.
#include "operations/export_output.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace cqlbulk::operations {

namespace {
const std::string whole_name = "whole";
}

ExportOutput::ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation)
    : plan_(plan),
      operation_(operation),
      output_(plan.target, operation.id(), options.overwrite),
      writer_(formats::make_writer(plan.format, options.format_options, plan.columns, plan.names)) {}

std::vector<std::string> ExportOutput::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

void ExportOutput::complete_part(journal::PartRecord record) {
  record.bytes = output_.seal(record.file);
  operation_.append(record);
  output_.publish(record.file);
  const std::lock_guard lock(mutex_);
  files_.push_back(output_.final_path(record.file));
  bytes_ += record.bytes;
}

void ExportOutput::complete_fragment(unsigned shard, journal::PartRecord record) {
  const std::lock_guard lock(mutex_);
  fragments_.emplace(shard, std::move(record));
}

/// An export without rows is a file with its columns and nothing else.
void ExportOutput::write_empty_part() {
  const std::string name = plan_.target.kind == Shape::directory
                               ? storage::part_name(0, "." + std::string(to_string(plan_.format)))
                               : whole_name;
  writer_->open_part(output_.create(name), formats::PartRole::standalone)->finish();
}

void ExportOutput::merge_fragments() {
  std::vector<std::shared_ptr<arrow::io::RandomAccessFile>> files;
  for (const auto& [shard, record] : fragments_) {
    if (!record.file.empty()) files.push_back(output_.open(record.file));
  }
  if (files.empty()) {
    write_empty_part();
    return;
  }
  // One shard wrote the file as it is to be.
  if (plan_.threads == 1) return;
  writer_->merge(files, output_.create(whole_name));
  files.clear();
  for (const auto& [shard, record] : fragments_) {
    if (!record.file.empty()) output_.remove(record.file);
  }
}

void ExportOutput::finish() {
  switch (plan_.target.kind) {
    case Shape::directory:
      if (files_.empty()) {
        write_empty_part();
        complete_part({storage::part_name(0, "." + std::string(to_string(plan_.format))), 0, 0, {}});
      }
      break;
    case Shape::file: {
      merge_fragments();
      journal::PartRecord record;
      record.file = output_.target().path;
      for (auto& [shard, fragment] : fragments_) {
        record.rows += fragment.rows;
        std::move(fragment.splits.begin(), fragment.splits.end(), std::back_inserter(record.splits));
      }
      record.bytes = output_.seal(whole_name);
      operation_.append(record);
      output_.publish(whole_name);
      files_.push_back(output_.target().path);
      bytes_ = record.bytes;
      break;
    }
    case Shape::standard_stream:
      if (fragments_.empty() || fragments_.begin()->second.file.empty()) write_empty_part();
      bytes_ = fragments_.empty() ? 0 : fragments_.begin()->second.bytes;
      break;
  }
  output_.finish();
}

bool ShardOutput::to_directory() const { return output_.plan_.target.kind == storage::Location::Kind::directory; }

journal::SplitProgress& ShardOutput::progress_of(std::uint64_t split) {
  const auto found = std::find_if(record_.splits.begin(), record_.splits.end(),
                                  [split](const journal::SplitProgress& known) { return known.split == split; });
  if (found != record_.splits.end()) return *found;
  record_.splits.push_back({split, false, {}, 0});
  return record_.splits.back();
}

void ShardOutput::open() {
  const ExportPlan& plan = output_.plan_;
  const bool directory = to_directory();
  // A lone shard writes the one file as it will be; several write pieces of it.
  const bool fragment = !directory && plan.threads > 1;
  record_.file = directory  ? storage::part_name(output_.next_part_++, "." + std::string(to_string(plan.format)))
                 : fragment ? fmt::format("fragment-{:03}", shard_)
                            : whole_name;
  stream_ = output_.output_.create(record_.file);
  part_ = output_.writer_->open_part(stream_, fragment ? formats::PartRole::fragment : formats::PartRole::standalone);
  bytes_told_ = 0;
}

void ShardOutput::write(std::uint64_t split, const RowsView& rows, const cql::PagingState& next, bool done) {
  const ExportPlan& plan = output_.plan_;
  if (part_ && plan.max_part_rows && record_.rows + rows.row_count > *plan.max_part_rows) close();
  if (!part_) open();
  part_->write(rows);
  const std::uint64_t bytes = part_->bytes_written();
  observe::ShardCounters::add(counters_.rows, static_cast<std::uint64_t>(rows.row_count));
  observe::ShardCounters::add(counters_.bytes, bytes - std::min(bytes, bytes_told_));
  bytes_told_ = bytes;
  record_.rows += rows.row_count;
  journal::SplitProgress& progress = progress_of(split);
  progress.rows += rows.row_count;
  progress.done = done;
  progress.paging_state = done ? cql::PagingState() : next;
  if (plan.max_part_bytes != 0 && bytes >= plan.max_part_bytes) close();
}

void ShardOutput::split_done(std::uint64_t split) {
  journal::SplitProgress& progress = progress_of(split);
  progress.done = true;
  progress.paging_state.clear();
}

void ShardOutput::close() {
  part_->finish();
  part_.reset();
  record_.bytes = static_cast<std::uint64_t>(stream_->Tell().ValueOr(0));
  stream_.reset();
  journal::PartRecord record = std::exchange(record_, {});
  if (to_directory()) {
    output_.complete_part(std::move(record));
  } else {
    output_.complete_fragment(shard_, std::move(record));
  }
}

void ShardOutput::finish() {
  if (part_) {
    close();
  } else if (!record_.splits.empty()) {
    // Splits that ended without a row since the last part.
    if (to_directory()) {
      output_.operation_.append(std::exchange(record_, {}));
    } else {
      output_.complete_fragment(shard_, std::exchange(record_, {}));
    }
  }
}

}  // namespace cqlbulk::operations
