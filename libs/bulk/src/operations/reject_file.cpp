#include "operations/reject_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "cqlbulk/error.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

namespace {

bool has_suffix(const std::string& path) {
  const std::size_t dot = path.rfind('.');
  const std::size_t slash = path.rfind('/');
  return dot != std::string::npos && dot != 0 && (slash == std::string::npos || dot > slash + 1);
}

std::string numbered(const std::string& path, std::size_t number) {
  if (number == 1) return path;
  const std::size_t dot = path.rfind('.');
  return fmt::format("{}-{}{}", path.substr(0, dot), number, path.substr(dot));
}

std::string reason_line(const std::string& source, const BadRecord& record) {
  const nlohmann::ordered_json json = {
      {"source", source},
      {"record", record.record + 1},
      {"line", record.line == 0 ? nlohmann::ordered_json() : nlohmann::ordered_json(record.line)},
      {"column", record.column},
      {"reason", record.reason},
  };
  return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

std::string reasons_path(const std::string& path) { return path + ".reasons.jsonl"; }

std::string key_of(const RejectForm& form) { return form.suffix + "\n" + form.header; }

posix::Descriptor open_cut(const std::string& path, std::uint64_t size) {
  if (!storage::exists(path) || storage::size_of(path) < size) {
    throw Error(ErrorClass::usage, fmt::format("{}, where rejected records were kept, is missing or shorter", path),
                "Put it back, or run the load again from the start.");
  }
  posix::truncate_file(path, size);
  posix::Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.valid()) posix::fail(ErrorClass::failed, "open", path, errno);
  return file;
}

/// A run before this one may have begun the file and ended before anything in it was accounted for.
posix::Descriptor open_new(const std::string& path, bool begun_before) {
  if (begun_before) posix::remove_file(path);
  return posix::create_exclusively(path, ErrorClass::failed);
}

}  // namespace

void RejectFile::take_up(std::span<const journal::RejectFileSize> sizes,
                         const std::function<RejectForm(std::uint64_t source)>& form_of) {
  taken_up_ = true;
  for (const journal::RejectFileSize& size : sizes) {
    Stream& stream = streams_[key_of(form_of(size.source))];
    stream.size = size;
    stream.records = open_cut(size.file, size.bytes);
    stream.reasons = open_cut(reasons_path(size.file), size.reason_bytes);
    files_.push_back(size.file);
  }
}

RejectFile::Stream& RejectFile::stream_for(const Origin& origin) {
  Stream& stream = streams_[key_of(origin.form)];
  if (stream.records.valid()) return stream;
  const std::string first = has_suffix(path_) ? path_ : path_ + origin.form.suffix;
  stream.size.file = numbered(first, streams_.size());
  stream.size.source = origin.source;
  stream.records = open_new(stream.size.file, taken_up_);
  stream.reasons = open_new(reasons_path(stream.size.file), taken_up_);
  if (!origin.form.header.empty()) {
    const std::string head = origin.form.header + "\n";
    posix::write_all(stream.records, head, stream.size.file);
    stream.size.bytes = head.size();
  }
  posix::make_durable(posix::parent_of(stream.size.file));
  files_.push_back(stream.size.file);
  return stream;
}

void RejectFile::write(Stream& stream, const Origin& origin, std::span<const BadRecord> records) {
  std::string raw;
  std::string reasons;
  for (const BadRecord& record : records) {
    raw += record.raw;
    raw += '\n';
    reasons += reason_line(origin.name, record);
  }
  posix::write_all(stream.records, raw, stream.size.file);
  posix::write_all(stream.reasons, reasons, reasons_path(stream.size.file));
  stream.size.bytes += raw.size();
  stream.size.reason_bytes += reasons.size();
}

void RejectFile::add(const Origin& origin, std::span<const BadRecord> records,
                     const std::function<void(std::vector<journal::RejectFileSize>)>& record) {
  if (records.empty()) return record({});
  const std::lock_guard lock(mutex_);
  Stream& stream = stream_for(origin);
  write(stream, origin, records);
  posix::flush(stream.records, stream.size.file);
  posix::flush(stream.reasons, reasons_path(stream.size.file));
  record({stream.size});
}

void RejectFile::show(const Origin& origin, std::span<const BadRecord> records) {
  if (records.empty()) return;
  const std::lock_guard lock(mutex_);
  write(stream_for(origin), origin, records);
}

std::vector<std::string> RejectFile::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

}  // namespace cqlbulk::operations
