// Reading one unit: bytes, records, rows.
#include "formats/json/unit_reader.hpp"

#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "formats/json/layout.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t block_rows = 4096;
constexpr std::size_t block_bytes = 1U << 20U;
constexpr std::size_t buffer_bytes = 1U << 20U;
constexpr std::size_t shown_of_oversized = 4096;
constexpr std::size_t padding = simdjson::SIMDJSON_PADDING;

std::string_view without_trailing_space(std::string_view text) {
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

}  // namespace

JsonUnitReader::JsonUnitReader(const JsonOptions& options, const text::Forms& forms, JsonForm form,
                               std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name,
                               const std::vector<Field>& fields, const Unit& unit, RowMapping mapping)
    : options_(options),
      file_(std::move(file)),
      name_(std::move(name)),
      unit_(unit),
      mapping_(std::move(mapping)),
      reader_(options_, forms, fields, mapping_),
      scanner_(form, unit.begin, unit.first_line, unit.first_record == 0),
      buffer_offset_(unit.begin),
      record_(unit.first_record) {
  resize_buffer(static_cast<std::size_t>(std::clamp<std::uint64_t>(unit.end - unit.begin, 1, buffer_bytes)));
  scanner_.feed(buffer_.get(), 0, JsonScanner::Next::more);
  const auto file_size = static_cast<std::uint64_t>(take(file_->GetSize(), "reading " + name_));
  after_unit_ = unit.end < file_size ? JsonScanner::Next::border : JsonScanner::Next::nothing;
}

bool JsonUnitReader::next(BoundRows& out) {
  out.clear();
  bad_bytes_ = 0;
  while (out.rows.size() + out.bad.size() < block_rows && out.bytes.size() + bad_bytes_ < block_bytes) {
    if (!next_record()) break;
    convert(out);
    ++record_;
  }
  if (!out.rows.empty() || !out.bad.empty()) return true;
  if (record_ != unit_.first_record + unit_.record_count) changed();
  return false;
}

bool JsonUnitReader::next_record() {
  for (;;) {
    if (const auto record = scanner_.next()) {
      found_ = *record;
      return true;
    }
    if (last_) return false;
    refill();
  }
}

void JsonUnitReader::refill() {
  const std::uint64_t needed = scanner_.pending_begin();
  const std::uint64_t read_to = buffer_offset_ + size_;
  // A record that outgrew the limit keeps only its start; the scan for its end goes on without holding it.
  if (read_to - needed > options_.max_record_bytes) {
    if (needed >= buffer_offset_) {
      oversized_start_.assign(buffer_.get() + (needed - buffer_offset_),
                              std::min<std::size_t>(shown_of_oversized, read_to - needed));
    }
    size_ = 0;
    buffer_offset_ = read_to;
    resize_buffer(buffer_bytes);
  } else {
    const auto kept = static_cast<std::size_t>(read_to - needed);
    std::memmove(buffer_.get(), buffer_.get() + (size_ - kept), kept);
    size_ = kept;
    buffer_offset_ = needed;
    if (kept > capacity_ / 2) resize_buffer(2 * capacity_);
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ - size_, unit_.end - read_to));
  char* const at = buffer_.get() + size_;
  if (read_bytes(*file_, name_, read_to, wanted, at) < wanted) changed();
  size_ += wanted;
  std::memset(buffer_.get() + size_, ' ', padding);
  last_ = read_to + wanted == unit_.end;
  scanner_.feed(at, wanted, last_ ? after_unit_ : JsonScanner::Next::more);
}

void JsonUnitReader::resize_buffer(std::size_t capacity) {
  if (capacity == capacity_) return;
  auto grown = std::make_unique_for_overwrite<char[]>(capacity + padding);
  if (size_ != 0) std::memcpy(grown.get(), buffer_.get(), size_);
  std::memset(grown.get() + size_, ' ', padding);
  buffer_ = std::move(grown);
  capacity_ = capacity;
}

std::string_view JsonUnitReader::text() const {
  const auto begin = static_cast<std::size_t>(found_.begin - buffer_offset_);
  return without_trailing_space({buffer_.get() + begin, static_cast<std::size_t>(found_.end - found_.begin)});
}

void JsonUnitReader::convert(BoundRows& out) {
  const bool dropped = found_.begin < buffer_offset_;
  if (dropped || found_.end - found_.begin > options_.max_record_bytes) {
    const std::string start = dropped ? oversized_start_ : std::string(text().substr(0, shown_of_oversized));
    return reject(out, {},
                  fmt::format("a record of more than {} bytes; only its start is kept", options_.max_record_bytes),
                  start);
  }
  const std::string_view record = text();
  if (mapping_.refuses(record_)) return reject(out, {}, {}, record);
  if (record.empty()) return reject(out, {}, "no object where the array has a comma", {});
  const std::size_t start = out.bytes.size();
  if (!reader_.read(record, out.bytes)) return reject(out, reader_.column(), reader_.reason(), record);
  if (mapping_.timestamp_base) {
    out.bytes.append_integer(std::int32_t{sizeof(std::int64_t)});
    out.bytes.append_integer(mapping_.timestamp_of(record_));
  }
  out.rows.push_back(
      {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(out.bytes.size() - start), record_});
}

void JsonUnitReader::reject(BoundRows& out, std::string_view column, std::string reason, std::string_view raw) {
  bad_bytes_ += raw.size();
  out.bad.push_back({record_, found_.line, std::string(column), std::move(reason), on_one_line(raw)});
}

void JsonUnitReader::changed() const {
  throw Error(ErrorClass::failed,
              fmt::format("{}: near line {}, byte {}: not what it was when the work was planned", name_, found_.line,
                          buffer_offset_),
              "The file was changed while it was being loaded: load it again.");
}

}  // namespace cqlbulk::formats
