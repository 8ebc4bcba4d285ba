// Cutting a JSON file into units. The counts of records and lines that a unit carries make its rows' ordinals, and so
// their write timestamps, the same however the file is cut.
#include "formats/json/plan.hpp"

#include <arrow/io/interfaces.h>
#include <fmt/format.h>

#include <algorithm>

#include "formats/json/scanner.hpp"
#include "formats/unit_cutter.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t chunk_bytes = 1U << 20U;

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
                                  std::uint64_t unit_bytes, std::uint64_t most_records) {
  JsonScanner scanner(start.form, start.data_begin, start.data_line, true);
  UnitCutter cutter(start.data_begin, start.data_line, unit_bytes);
  const auto buffer = std::make_unique_for_overwrite<char[]>(chunk_bytes);
  std::uint64_t offset = start.data_begin;
  std::uint64_t last_end = offset;
  for (bool last = false; !last && most_records > 0;) {
    const std::size_t got = read_bytes(file, name, offset, chunk_bytes, buffer.get());
    offset += got;
    last = got < chunk_bytes;
    scanner.feed(buffer.get(), got, last ? JsonScanner::Next::nothing : JsonScanner::Next::more);
    while (most_records > 0) {
      const auto record = scanner.next();
      if (!record) break;
      cutter.add(record->next, record->next_line);
      last_end = record->next;
      --most_records;
    }
  }
  if (most_records == 0) return cutter.finish_after(last_end);
  check_end(scanner, name);
  return cutter.finish(offset);
}

}  // namespace cqlbulk::formats
