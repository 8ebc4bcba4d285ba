// Cutting a CSV file into units. Only quotes and line ends are looked at; the counts of records and lines that a unit
// carries make its rows' ordinals, and so their write timestamps, the same however the file is cut.
#include "formats/csv/plan.hpp"

#include <algorithm>
#include <cstring>

#include "formats/csv/scanner.hpp"
#include "formats/unit_cutter.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t least_chunk_bytes = 4U << 10U;
constexpr std::size_t most_chunk_bytes = 1U << 20U;

/// Takes the wanted ones of the records.
class Taker {
 public:
  Taker(const CsvStart& start, const CsvOptions& options, std::uint64_t unit_bytes, std::uint64_t most_records)
      : left_to_skip_(options.skip_records),
        left_to_take_(most_records),
        units_(start.data_begin, start.data_line, unit_bytes) {}

  void add(const CsvScanner::Record& record, std::uint64_t next_line) {
    if (left_to_skip_ > 0) {
      --left_to_skip_;
      return units_.skip(record.end, next_line);
    }
    units_.add(record.end, next_line);
    --left_to_take_;
    last_end_ = record.end;
  }

  /// No further record is wanted.
  [[nodiscard]] bool full() const { return left_to_take_ == 0; }

  std::vector<Unit> finish(std::uint64_t file_end) {
    return full() ? units_.finish_after(last_end_) : units_.finish(file_end);
  }

 private:
  std::uint64_t left_to_skip_;
  std::uint64_t left_to_take_;
  std::uint64_t last_end_ = 0;
  UnitCutter units_;
};

}  // namespace

std::vector<Unit> plan_csv_units(const CsvOptions& options, arrow::io::RandomAccessFile& file, const std::string& name,
                                 const CsvStart& start, std::uint64_t unit_bytes, std::uint64_t most_records) {
  CsvScanner scanner(options, start.names.size() == 1, start.data_begin, start.data_line);
  Taker taker(start, options, unit_bytes, most_records);
  // The file is read until it ends: nobody knows its size before when it is compressed.
  std::size_t chunk_bytes = least_chunk_bytes;
  std::string buffer;
  std::uint64_t offset = start.data_begin;
  std::size_t kept = 0;
  for (bool last = false; !last && !taker.full();) {
    buffer.resize(chunk_bytes + csv_padding);
    const std::size_t wanted = chunk_bytes - kept;
    const std::size_t got = read_bytes(file, name, offset, wanted, buffer.data() + kept);
    chunk_bytes = std::min(2 * chunk_bytes, most_chunk_bytes);
    offset += got;
    last = got < wanted;
    const std::size_t size = kept + got;
    std::memset(buffer.data() + size, 0, csv_padding);
    scanner.feed(buffer.data(), size, last);
    while (!taker.full()) {
      const auto record = scanner.next();
      if (!record) break;
      taker.add(*record, scanner.line());
    }
    if (taker.full()) break;
    kept = size - scanner.consumed();
    std::memmove(buffer.data(), buffer.data() + scanner.consumed(), kept);
  }
  if (const auto line = scanner.unterminated_quote(); line && !taker.full()) {
    throw Error(ErrorClass::usage, fmt::format("{}:{}: a quote opens here and never closes", name, *line),
                "Close it, or say what quotes this file has (--quote).");
  }
  return taker.finish(offset);
}

}  // namespace cqlbulk::formats
