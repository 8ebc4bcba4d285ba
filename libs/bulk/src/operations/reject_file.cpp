#include "operations/reject_file.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/status.h>
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cqlbulk/error.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::operations {

namespace {

void write(arrow::io::OutputStream& stream, const std::string& text) {
  const arrow::Status status = stream.Write(text.data(), static_cast<std::int64_t>(text.size()));
  if (!status.ok()) throw Error(ErrorClass::failed, status.message());
}

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

}  // namespace

RejectFile::Stream& RejectFile::stream_for(const RejectForm& form) {
  Stream& stream = streams_[form.suffix + "\n" + form.header];
  if (stream.records) return stream;
  const std::string first = has_suffix(path_) ? path_ : path_ + form.suffix;
  stream.path = numbered(first, streams_.size());
  stream.records = storage::create_file(stream.path);
  stream.reasons = storage::create_file(stream.path + ".reasons.jsonl");
  if (!form.header.empty()) write(*stream.records, form.header + "\n");
  files_.push_back(stream.path);
  return stream;
}

void RejectFile::add(const std::string& source, const RejectForm& form, const BadRecord& record) {
  std::string first_file;
  {
    const std::lock_guard lock(mutex_);
    Stream& stream = stream_for(form);
    write(*stream.records, record.raw + "\n");
    write(*stream.reasons, reason_line(source, record));
    first_file = files_.front();
  }
  if (++count_ <= most_) return;
  throw Error(
      ErrorClass::failed,
      most_ == 0
          ? fmt::format("a record of {} was rejected: {}", source, record.reason)
          : fmt::format("more than {} records were rejected, the last one of {}: {}", most_, source, record.reason),
      fmt::format("{}.reasons.jsonl says why; correct the input or the mapping, or allow more with --max-errors.",
                  first_file));
}

std::vector<std::string> RejectFile::files() const {
  const std::lock_guard lock(mutex_);
  return files_;
}

}  // namespace cqlbulk::operations
