// Parts, fragments and streams. A file is sealed, then recorded, then made visible, in that order.
#include "operations/export_output.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <utility>

#include "cqlbulk/error.hpp"
#include "formats/converting.hpp"
#include "operations/join_fragments.hpp"
#include "operations/recorded.hpp"
#include "storage/descriptor_stream.hpp"

namespace cqlbulk::operations {

namespace {

using Kind = journal::PartRecord::Kind;

const std::string merged_name = "merged";
/// The fragment that the others are written behind, if the format is one whose fragments are: it begins as the file
/// does.
const std::string first_name = "first-00000";

/// 12 of "part-00012.csv" and "fragment-00012".
std::uint64_t number_in(const std::string& name) {
  const std::size_t dash = name.find('-');
  std::uint64_t number = 0;
  if (dash != std::string::npos) std::from_chars(name.data() + dash + 1, name.data() + name.size(), number);
  return number;
}

std::unique_ptr<formats::Writer> writer_of(const ExportPlan& plan, const ExportOptions& options) {
  if (options.converters.empty()) {
    return formats::make_writer(plan.format, plan.format_options, plan.columns, plan.names, plan.facts);
  }
  return formats::make_converting_writer(plan.format, plan.format_options, plan.columns, plan.names, plan.facts,
                                         options.converters);
}

[[noreturn]] void refuse(const std::string& path, const std::string& what) {
  throw Error(ErrorClass::usage, fmt::format("{} {}", path, what),
              "The export cannot go on without it; run it again from the start.");
}

}  // namespace

ExportOutput::ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation,
                           const storage::FullDisk& full_disk)
    : plan_(plan),
      operation_(operation),
      output_(plan.target, operation.id(), options.overwrite, &full_disk),
      writer_(writer_of(plan, options)) {
  set_up_files(options);
}

void ExportOutput::set_up_files(const ExportOptions& options) {
  output_.set_part_names(plan_.part_names);
  output_.set_file_mode(options.file_mode);
}

ExportOutput::ExportOutput(const ExportPlan& plan, const ExportOptions& options, journal::OperationDirectory& operation,
                           const storage::FullDisk& full_disk, storage::Output::Earlier earlier,
                           std::vector<journal::PartRecord> records)
    : plan_(plan),
      operation_(operation),
      output_(plan.target, std::move(earlier), options.overwrite, &full_disk),
      writer_(writer_of(plan, options)),
      records_(std::move(records)) {
  set_up_files(options);
  const bool joined = std::any_of(records_.begin(), records_.end(), [&](const journal::PartRecord& record) {
    return record.kind == Kind::part && plan_.target.kind == Shape::file;
  });
  for (const journal::PartRecord& record : records_) {
    if (record.kind == Kind::none) continue;
    next_number_ = std::max(next_number_.load(), number_in(record.file) + 1);
    if (record.kind == Kind::fragment && !joined) take_up_fragment(record);
  }
  remove_unrecorded();
  for (const journal::PartRecord& record : records_) {
    if (record.kind == Kind::part) take_up_part(record);
  }
}

void ExportOutput::take_up_fragment(const journal::PartRecord& fragment) {
  const std::string path = output_.staging() + "/" + fragment.file;
  const auto bytes = output_.staged_bytes(fragment.file);
  if (!bytes) refuse(path, "is missing, a part of what was exported so far");
  // A run ended while it wrote the others behind it.
  if (fragment.file == first_name && *bytes > fragment.bytes) return output_.cut_back(first_name, fragment.bytes);
  if (*bytes != fragment.bytes) refuse(path, fmt::format("has {} bytes, it had {}", *bytes, fragment.bytes));
}

void ExportOutput::take_up_part(const journal::PartRecord& part) {
  const auto staged = output_.staged_bytes(part.file);
  const std::string path = output_.final_path(part.name);
  if (staged) {
    if (*staged != part.bytes) refuse(output_.staging() + "/" + part.file, "is not as it was recorded");
    output_.publish(part.file, part.name);
    return;
  }
  if (!storage::exists(path)) refuse(path, "is missing, a part of what was exported so far");
  if (const std::uint64_t bytes = storage::size_of(path); bytes != part.bytes) {
    refuse(path, fmt::format("has {} bytes, it had {}", bytes, part.bytes));
  }
  output_.already_published(part.name);
}

/// Files that a run had begun when it ended.
void ExportOutput::remove_unrecorded() {
  std::set<std::string> recorded;
  for (const journal::PartRecord& record : records_) recorded.insert(record.file);
  for (const std::string& name : output_.staged_names()) {
    if (!recorded.contains(name)) output_.remove(name);
  }
}

std::vector<std::string> ExportOutput::files() const {
  const std::lock_guard lock(mutex_);
  std::vector<std::string> files;
  for (const journal::PartRecord& record : records_) {
    if (record.kind == Kind::part) files.push_back(output_.final_path(record.name));
  }
  return files;
}

std::uint64_t ExportOutput::bytes() const { return stream_bytes_ != 0 ? stream_bytes_ : state().bytes; }

journal::ExportState ExportOutput::state() const {
  const std::lock_guard lock(mutex_);
  return journal::replay_export(records_, plan_.splits.size(), operation_.file("journal"));
}

journal::Manifest ExportOutput::manifest() const {
  const journal::ExportState all = state();
  journal::Manifest manifest{
      operation_.id(), plan_.keyspace, plan_.table, plan_.statement.cql(), plan_.is_split(), {}, {}, {}};
  for (const cql::ColumnSpec& column : plan_.columns)
    manifest.columns.push_back({column.name, column.type.to_string()});
  for (const journal::PartRecord& part : all.parts) {
    manifest.files.push_back({lasting_path(output_.final_path(part.name)), part.rows, part.bytes, part.digest});
  }
  for (std::size_t i = 0; i < all.splits.size(); ++i) {
    manifest.ranges.push_back({plan_.splits[i].range, all.splits[i].rows, all.splits[i].checksum});
  }
  return manifest;
}

journal::PartRecord ExportOutput::next_file(Kind kind) {
  journal::PartRecord record{kind};
  const std::uint64_t number = next_number_++;
  if (kind == Kind::part) {
    // The number is found in the hidden name again, whatever the visible one looks like.
    record.file = fmt::format("part-{:05}", number);
    record.name = plan_.part_names.name(number);
  } else {
    record.file = number == 0 && writer_->joints() != nullptr ? first_name : fmt::format("fragment-{:05}", number);
  }
  return record;
}

void ExportOutput::complete(journal::PartRecord record) {
  record.bytes = output_.seal(record.file);
  {
    const std::lock_guard lock(mutex_);
    output_.keep();
    operation_.append(record);
    records_.push_back(record);
  }
  if (record.kind == Kind::part) output_.publish(record.file, record.name);
}

void ExportOutput::note_empty_splits(journal::PartRecord record) {
  const std::lock_guard lock(mutex_);
  operation_.append(record);
  records_.push_back(std::move(record));
}

/// An export without rows is a file with its columns and nothing else.
void ExportOutput::write_empty_part() {
  journal::PartRecord record{Kind::part};
  if (plan_.target.kind == Shape::directory) {
    record = next_file(Kind::part);
  } else {
    record.file = merged_name;
    record.name = output_.target().path;
  }
  const auto stream = output_.create(record.file);
  const auto text = streams::encoded(stream, plan_.form, streams::Place::start);
  writer_->open_part(text, formats::PartRole::standalone)->finish();
  record.digest = stream->digest();
  if (plan_.target.kind != Shape::standard_stream) complete(std::move(record));
}

void ExportOutput::merge_fragments() {
  std::vector<const journal::PartRecord*> fragments;
  std::uint64_t rows = 0;
  for (const journal::PartRecord& record : records_) {
    // One without rows adds nothing, not even what stands between two.
    if (record.kind == Kind::fragment && record.rows > 0) fragments.push_back(&record);
    rows += record.rows;
  }
  if (fragments.empty()) return write_empty_part();
  std::sort(fragments.begin(), fragments.end(), [](const auto* a, const auto* b) { return a->file < b->file; });
  journal::PartRecord record{Kind::part, merged_name, output_.target().path, rows};
  const formats::Joints* joints = writer_->joints();
  const bool stands_alone = joints == nullptr ? writer_->fragments_stand_alone()
                                              : fragments.front()->file == first_name && joints->after.empty();
  if (fragments.size() == 1 && stands_alone) {
    record.file = fragments.front()->file;
    record.digest = fragments.front()->digest;
  } else if (joints != nullptr) {
    if (fragments.front()->file == first_name) record.file = first_name;
    record.digest = join(std::move(fragments), *joints, record.file);
  } else {
    record.digest = merge(fragments, record.file);
  }
  complete(std::move(record));
}

std::vector<formats::FragmentOpener> ExportOutput::openers(
    const std::vector<const journal::PartRecord*>& fragments) const {
  std::vector<formats::FragmentOpener> openers;
  openers.reserve(fragments.size());
  for (const journal::PartRecord* fragment : fragments) {
    openers.emplace_back([this, name = fragment->file] { return output_.open(name); });
  }
  return openers;
}

std::string ExportOutput::join(std::vector<const journal::PartRecord*> fragments, const formats::Joints& joints,
                               const std::string& file) {
  const bool behind_the_first = file == first_name;
  if (behind_the_first) fragments.erase(fragments.begin());
  const auto stream =
      behind_the_first ? output_.append_to(file, std::exchange(first_digest_, {})) : output_.create(file);
  join_fragments(joints, openers(fragments), plan_.form, stream, behind_the_first ? Begun::rows : Begun::nothing);
  return stream->digest();
}

std::string ExportOutput::merge(const std::vector<const journal::PartRecord*>& fragments, const std::string& file) {
  const auto stream = output_.create(file);
  writer_->merge(openers(fragments), stream);
  return stream->digest();
}

void ExportOutput::finish() {
  const bool nothing_visible = files().empty();
  switch (plan_.target.kind) {
    case Shape::directory:
      if (nothing_visible) write_empty_part();
      break;
    case Shape::file:
      if (nothing_visible) merge_fragments();
      break;
    case Shape::standard_stream:
      if (stream_bytes_ == 0) write_empty_part();
      break;
  }
  output_.finish();
  check_parts_are_there();
}

/// Somebody may have removed a part that was published while others were still being written.
void ExportOutput::check_parts_are_there() const {
  for (const journal::PartRecord& record : records_) {
    if (record.kind != Kind::part) continue;
    const std::string path = output_.final_path(record.name);
    if (storage::exists(path) && storage::size_of(path) == record.bytes) continue;
    throw Error(ErrorClass::failed,
                fmt::format("{} {} since it was written, with {} rows of this export", path,
                            storage::exists(path) ? "was changed" : "is missing: it was removed", record.rows),
                "Run the export again from the start.");
  }
}

journal::SplitProgress& ShardOutput::progress_of(std::uint64_t split) {
  const auto [found, is_new] = places_.try_emplace(split, record_.splits.size());
  if (is_new) record_.splits.push_back({split});
  return record_.splits[found->second];
}

void ShardOutput::open() {
  const bool part = output_.plan_.target.kind == storage::Location::Kind::directory;
  // A stream has one writer, which writes it as it will be.
  const bool fragment = output_.plan_.target.kind == storage::Location::Kind::file;
  std::vector<journal::SplitProgress> ended = std::move(record_.splits);
  record_ = output_.next_file(part ? Kind::part : Kind::fragment);
  record_.splits = std::move(ended);
  stream_ = output_.output_.create(record_.file);
  if (fragment && record_.file == first_name) begin_joined(*output_.writer_->joints(), output_.plan_.form, *stream_);
  const auto text =
      streams::encoded(stream_, output_.plan_.form, fragment ? streams::Place::further_on : streams::Place::start);
  writer_ = output_.writer_->open_part(text, fragment ? formats::PartRole::fragment : formats::PartRole::standalone);
  opened_ = Clock::now();
  bytes_told_ = 0;
}

void ShardOutput::write(std::uint64_t split, const RowsView& rows, const journal::SplitPosition& next, bool done) {
  const ExportPlan& plan = output_.plan_;
  broken_ = true;
  if (writer_ && plan.max_part_rows && record_.rows + rows.row_count > *plan.max_part_rows) close();
  if (!writer_) open();
  writer_->write(rows);
  const std::uint64_t bytes = bytes_so_far();
  observe::ShardCounters::add(counters_.rows, static_cast<std::uint64_t>(rows.row_count));
  observe::ShardCounters::add(counters_.bytes, bytes - std::min(bytes, bytes_told_));
  bytes_told_ = bytes;
  record_.rows += rows.row_count;
  journal::SplitProgress& progress = progress_of(split);
  progress.rows += rows.row_count;
  progress.checksum.add(rows);
  progress.done = done;
  progress.position = done ? journal::SplitPosition() : next;
  const bool large = plan.max_part_bytes != 0 && bytes >= plan.max_part_bytes;
  const bool old = plan.checkpoint_every.count() > 0 && Clock::now() - opened_ >= plan.checkpoint_every;
  if (large || old) close();
  broken_ = false;
}

/// What is still being compressed does not count: nobody knows what becomes of it.
std::uint64_t ShardOutput::bytes_so_far() const {
  if (output_.plan_.form.compression == FileCompression::none) return writer_->bytes_written();
  return static_cast<std::uint64_t>(stream_->Tell().ValueOr(0));
}

void ShardOutput::split_done(std::uint64_t split) {
  journal::SplitProgress& progress = progress_of(split);
  progress.done = true;
  progress.position = {};
}

void ShardOutput::close() {
  writer_->finish();
  writer_.reset();
  record_.digest = stream_->digest();
  const auto bytes = static_cast<std::uint64_t>(stream_->Tell().ValueOr(0));
  if (record_.file == first_name) output_.first_digest_ = stream_->take_digest();
  stream_.reset();
  journal::PartRecord record = std::exchange(record_, journal::PartRecord{Kind::none});
  places_.clear();
  if (output_.plan_.target.kind == storage::Location::Kind::standard_stream) {
    output_.stream_bytes_ = bytes;
  } else {
    output_.complete(std::move(record));
  }
}

void ShardOutput::finish() {
  if (broken_) return;
  if (writer_) {
    close();
  } else if (!record_.splits.empty() && output_.plan_.target.kind != storage::Location::Kind::standard_stream) {
    output_.note_empty_splits(std::exchange(record_, journal::PartRecord{Kind::none}));
  }
}

}  // namespace cqlbulk::operations
