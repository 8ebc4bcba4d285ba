// Reading one unit: bytes, records, rows.
#include "formats/csv/unit_reader.hpp"

#include <algorithm>
#include <cstring>

namespace cqlbulk::formats {
namespace {

constexpr std::size_t block_rows = 4096;
constexpr std::size_t block_bytes = 1U << 20U;
constexpr std::size_t buffer_bytes = 1U << 20U;
constexpr std::size_t shown_of_oversized = 4096;

/// A record is held as a whole; what is larger than this is skipped without being held.
std::size_t largest_record(const CsvOptions& options) {
  return std::min(4 * options.max_field_bytes, options.max_field_bytes + (16U << 20U));
}

/// An empty field without quotes is a value of these types even where the null token is another one.
bool takes_empty_text(cql::TypeKind kind) {
  return kind == cql::TypeKind::text || kind == cql::TypeKind::ascii || kind == cql::TypeKind::blob;
}

}  // namespace

CsvUnitReader::CsvUnitReader(const CsvOptions& options, const text::Forms& forms,
                             std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name,
                             std::vector<std::string> field_names, const Unit& unit, RowMapping mapping)
    : options_(options),
      file_(std::move(file)),
      name_(std::move(name)),
      field_names_(std::move(field_names)),
      unit_(unit),
      mapping_(std::move(mapping)),
      splitter_(options_, field_names_.size() == 1, field_names_.size()),
      file_offset_(unit.begin),
      record_(unit.first_record),
      line_(unit.first_line) {
  for (const RowMapping::Parameter& parameter : mapping_.parameters) {
    parsers_.emplace_back(parameter.column.type, forms);
  }
  resize_buffer(static_cast<std::size_t>(std::clamp<std::uint64_t>(unit.end - unit.begin, 1, buffer_bytes)));
  splitter_.reset(buffer_.get(), 0, unit.begin == unit.end);
}

bool CsvUnitReader::next(BoundRows& out) {
  out.clear();
  bad_bytes_ = 0;
  while (out.rows.size() + out.bad.size() < block_rows && out.bytes.size() + bad_bytes_ < block_bytes) {
    if (!next_record(out)) break;
    convert(out);
    ++record_;
    line_ += splitter_.lines();
  }
  if (!out.rows.empty() || !out.bad.empty()) return true;
  if (record_ != unit_.first_record + unit_.record_count) changed();
  return false;
}

bool CsvUnitReader::next_record(BoundRows& out) {
  for (;;) {
    switch (splitter_.next()) {
      case CsvSplitter::Found::record:
        return true;
      case CsvSplitter::Found::nothing:
        line_ += splitter_.lines();
        break;
      case CsvSplitter::Found::incomplete:
        refill(out);
        break;
      case CsvSplitter::Found::unterminated:
        changed();
      case CsvSplitter::Found::end:
        return false;
    }
  }
}

void CsvUnitReader::refill(BoundRows& out) {
  const std::size_t begin = splitter_.position();
  const std::size_t kept = size_ - begin;
  std::memmove(buffer_.get(), buffer_.get() + begin, kept);
  size_ = kept;
  if (kept > largest_record(options_)) {
    skip_oversized(out);
  } else if (kept > capacity_ / 2) {
    resize_buffer(2 * capacity_);
  }
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_ - size_, unit_.end - file_offset_));
  if (read_bytes(*file_, name_, file_offset_, wanted, buffer_.get() + size_) < wanted) changed();
  size_ += wanted;
  file_offset_ += wanted;
  std::memset(buffer_.get() + size_, 0, csv_padding);
  splitter_.reset(buffer_.get(), size_, file_offset_ == unit_.end);
}

void CsvUnitReader::resize_buffer(std::size_t capacity) {
  auto grown = std::make_unique_for_overwrite<char[]>(capacity + csv_padding);
  if (size_ != 0) std::memcpy(grown.get(), buffer_.get(), size_);
  std::memset(grown.get() + size_, 0, csv_padding);
  buffer_ = std::move(grown);
  capacity_ = capacity;
}

void CsvUnitReader::skip_oversized(BoundRows& out) {
  const std::uint64_t begin = file_offset_ - size_;
  out.bad.push_back({record_,
                     line_,
                     {},
                     fmt::format("a record of more than {} bytes; only its start is kept", largest_record(options_)),
                     std::string(buffer_.get(), std::min(size_, shown_of_oversized))});
  bad_bytes_ += shown_of_oversized;
  size_ = 0;
  resize_buffer(buffer_bytes);
  CsvScanner scanner(options_, field_names_.size() == 1, begin, line_);
  file_offset_ = begin;
  std::optional<CsvScanner::Record> record;
  while (!record) {
    const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(capacity_, unit_.end - file_offset_));
    if (wanted == 0 || read_bytes(*file_, name_, file_offset_, wanted, buffer_.get()) < wanted) changed();
    scanner.feed(buffer_.get(), wanted, file_offset_ + wanted == unit_.end);
    record = scanner.next();
    file_offset_ += scanner.consumed();
  }
  file_offset_ = record->end;
  line_ = scanner.line();
  ++record_;
}

void CsvUnitReader::convert(BoundRows& out) {
  const std::size_t start = out.bytes.size();
  bool good = mapping_.refuses(record_) ? reject(out, {}, {}) : well_formed(out);
  for (std::size_t i = 0; good && i < mapping_.parameters.size(); ++i) good = append_parameter(i, out);
  if (!good) {
    out.bytes.resize(start);
    return;
  }
  if (mapping_.timestamp_base) {
    out.bytes.append_integer(std::int32_t{sizeof(std::int64_t)});
    out.bytes.append_integer(mapping_.timestamp_of(record_));
  }
  out.rows.push_back(
      {static_cast<std::uint32_t>(start), static_cast<std::uint32_t>(out.bytes.size() - start), record_});
}

bool CsvUnitReader::well_formed(BoundRows& out) {
  const std::size_t count = splitter_.field_count();
  const bool borne = count < field_names_.size() ? options_.missing_fields == CsvOptions::MissingFields::null
                                                 : options_.extra_fields == CsvOptions::ExtraFields::ignore;
  if (count != field_names_.size() && !borne) {
    return reject(out, {},
                  fmt::format("{} fields where {} {}", count,
                              !options_.field_names.empty() ? "--field-names has"
                              : options_.header             ? "the header has"
                                                            : "the first record has",
                              field_names_.size()));
  }
  const auto fields = splitter_.fields();
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].malformed) return reject(out, field_names_[i], "text follows the closing quote");
    if (fields[i].size > options_.max_field_bytes) {
      return reject(
          out, field_names_[i],
          fmt::format("{} bytes, and no field may have more than {}", fields[i].size, options_.max_field_bytes));
    }
  }
  return true;
}

bool CsvUnitReader::append_parameter(std::size_t index, BoundRows& out) {
  const RowMapping::Parameter& parameter = mapping_.parameters[index];
  if (parameter.field >= splitter_.fields().size()) return append_null(parameter, out);
  const CsvSplitter::Field& field = splitter_.fields()[parameter.field];
  const std::string_view text = trimmed(splitter_.text(field, scratch_), field.quoted);
  if (!field.quoted) {
    if (text == options_.null_token) return append_null(parameter, out);
    if (text.empty() && options_.quote != 0 && !takes_empty_text(parameter.column.type.kind)) {
      return reject(out, parameter.column.name, "empty, and neither \"\" nor the null token");
    }
  }
  const char* const problem = parsers_[index].append(text, out.bytes);
  return problem == nullptr || reject(out, parameter.column.name, problem);
}

std::string_view CsvUnitReader::trimmed(std::string_view text, bool quoted) const {
  if (options_.trim == CsvOptions::Trim::none || (quoted && options_.trim != CsvOptions::Trim::all)) return text;
  while (!text.empty() && (is_csv_blank(options_, text.front()))) text.remove_prefix(1);
  while (!text.empty() && (is_csv_blank(options_, text.back()))) text.remove_suffix(1);
  return text;
}

bool CsvUnitReader::append_null(const RowMapping::Parameter& parameter, BoundRows& out) {
  if (parameter.key) return reject(out, parameter.column.name, "null in a column of the primary key");
  if (parameter.reject_null) return reject(out, parameter.column.name, "null");
  out.bytes.append_integer(std::int32_t{parameter.write_null ? -1 : -2});
  return true;
}

bool CsvUnitReader::reject(BoundRows& out, std::string_view column, std::string reason) {
  out.bad.push_back({record_, line_, std::string(column), std::move(reason), std::string(splitter_.record())});
  bad_bytes_ += splitter_.record().size();
  return false;
}

void CsvUnitReader::changed() const {
  throw Error(
      ErrorClass::failed,
      fmt::format("{}: near line {}, byte {}: not what it was when the work was planned", name_, line_, file_offset_),
      "The file was changed while it was being loaded: load it again.");
}

}  // namespace cqlbulk::formats
