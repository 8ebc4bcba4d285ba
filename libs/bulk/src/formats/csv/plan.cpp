// Cutting a CSV file into units. Only quotes and line ends are looked at; the counts of records and lines that a unit
// carries make its rows' ordinals, and so their write timestamps, the same however the file is cut.
#include "formats/csv/plan.hpp"

#include <algorithm>
#include <cstring>

#include "formats/csv/scanner.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t least_chunk_bytes = 4U << 10U;
constexpr std::size_t most_chunk_bytes = 1U << 20U;

/// Gathers records into units.
class Cutter {
 public:
  Cutter(const CsvStart& start, const CsvOptions& options, std::uint64_t unit_bytes)
      : left_to_skip_(options.skip_records),
        left_to_take_(options.max_records.value_or(UINT64_MAX)),
        unit_bytes_(unit_bytes) {
    open(start.data_begin, start.data_line);
  }

  void add(const CsvScanner::Record& record, std::uint64_t next_line) {
    ++record_;
    if (left_to_skip_ > 0) {
      --left_to_skip_;
      open(record.end, next_line);
      return;
    }
    ++unit_.record_count;
    --left_to_take_;
    if (record.end - unit_.begin < unit_bytes_ && !full()) return;
    close(record.end);
    open(record.end, next_line);
  }

  /// No further record is wanted.
  [[nodiscard]] bool full() const { return left_to_take_ == 0; }

  std::vector<Unit> finish(std::uint64_t file_end) {
    if (full()) return std::move(units_);
    if (unit_.record_count > 0) {
      close(file_end);
    } else if (!units_.empty()) {
      // Comments and blank lines at the end.
      units_.back().end = file_end;
      units_.back().bytes = file_end - units_.back().begin;
    }
    return std::move(units_);
  }

 private:
  void open(std::uint64_t begin, std::uint64_t line) {
    unit_ = {};
    unit_.begin = begin;
    unit_.first_record = record_;
    unit_.first_line = line;
  }
  void close(std::uint64_t end) {
    unit_.end = end;
    unit_.bytes = end - unit_.begin;
    units_.push_back(unit_);
  }

  std::uint64_t left_to_skip_;
  std::uint64_t left_to_take_;
  std::uint64_t unit_bytes_;
  std::uint64_t record_ = 0;
  Unit unit_;
  std::vector<Unit> units_;
};

}  // namespace

std::vector<Unit> plan_csv_units(const CsvOptions& options, arrow::io::RandomAccessFile& file, const std::string& name,
                                 const CsvStart& start, std::uint64_t unit_bytes) {
  CsvScanner scanner(options, start.names.size() == 1, start.data_begin, start.data_line);
  Cutter cutter(start, options, unit_bytes);
  // The file is read until it ends: nobody knows its size before when it is compressed.
  std::size_t chunk_bytes = least_chunk_bytes;
  std::string buffer;
  std::uint64_t offset = start.data_begin;
  std::size_t kept = 0;
  for (bool last = false; !last && !cutter.full();) {
    buffer.resize(chunk_bytes + csv_padding);
    const std::size_t wanted = chunk_bytes - kept;
    const std::size_t got = read_csv_bytes(file, name, offset, wanted, buffer.data() + kept);
    chunk_bytes = std::min(2 * chunk_bytes, most_chunk_bytes);
    offset += got;
    last = got < wanted;
    const std::size_t size = kept + got;
    std::memset(buffer.data() + size, 0, csv_padding);
    scanner.feed(buffer.data(), size, last);
    while (!cutter.full()) {
      const auto record = scanner.next();
      if (!record) break;
      cutter.add(*record, scanner.line());
    }
    if (cutter.full()) break;
    kept = size - scanner.consumed();
    std::memmove(buffer.data(), buffer.data() + scanner.consumed(), kept);
  }
  if (const auto line = scanner.unterminated_quote(); line && !cutter.full()) {
    throw Error(ErrorClass::usage, fmt::format("{}:{}: a quote opens here and never closes", name, *line),
                "Close it, or say what quotes this file has (--quote).");
  }
  return cutter.finish(offset);
}

}  // namespace cqlbulk::formats
