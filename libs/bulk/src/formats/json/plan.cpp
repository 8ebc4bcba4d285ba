// Cutting a JSON file into units. The counts of records and lines that a unit carries make its rows' ordinals, and so
// their write timestamps, the same however the file is cut.
#include "formats/json/plan.hpp"

#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>

#include "formats/json/scanner.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t chunk_bytes = 1U << 20U;

/// Gathers records into units.
class Cutter {
 public:
  Cutter(const JsonStart& start, std::uint64_t unit_bytes) : unit_bytes_(unit_bytes) {
    open(start.data_begin, start.data_line);
  }

  void add(const JsonScanner::Record& record) {
    ++record_;
    ++unit_.record_count;
    if (record.next - unit_.begin < unit_bytes_) return;
    close(record.next);
    open(record.next, record.next_line);
  }

  std::vector<Unit> finish(std::uint64_t file_end) {
    if (unit_.record_count > 0) {
      close(file_end);
    } else if (!units_.empty()) {
      // White space and the array's bracket at the end.
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

  std::uint64_t unit_bytes_;
  std::uint64_t record_ = 0;
  Unit unit_;
  std::vector<Unit> units_;
};

void check_end(const JsonScanner& scanner, const std::string& name) {
  if (const auto open = scanner.unclosed()) {
    throw Error(ErrorClass::usage,
                fmt::format("{}:{}: the {} that opens here never closes", name, open->line, open->what),
                "The file may be cut off; otherwise close it there.");
  }
  if (const auto line = scanner.text_after_array()) {
    throw Error(ErrorClass::usage, fmt::format("{}:{}: text follows the array", name, *line),
                "A JSON file holds one array, or objects one after the other.");
  }
}

}  // namespace

std::vector<Unit> plan_json_units(arrow::io::RandomAccessFile& file, const std::string& name, const JsonStart& start,
                                  std::uint64_t unit_bytes) {
  JsonScanner scanner(start.form, start.data_begin, start.data_line, true);
  Cutter cutter(start, unit_bytes);
  const auto buffer = std::make_unique_for_overwrite<char[]>(chunk_bytes);
  std::uint64_t offset = start.data_begin;
  for (bool last = false; !last;) {
    const std::size_t got = read_bytes(file, name, offset, chunk_bytes, buffer.get());
    offset += got;
    last = got < chunk_bytes;
    scanner.feed(buffer.get(), got, last ? JsonScanner::Next::nothing : JsonScanner::Next::more);
    while (const auto record = scanner.next()) cutter.add(*record);
  }
  check_end(scanner, name);
  return cutter.finish(offset);
}

}  // namespace cqlbulk::formats
