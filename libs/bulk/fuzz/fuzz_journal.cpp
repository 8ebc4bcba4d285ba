// Journals: arbitrary text, and lines whose checksums are made right where the fuzzer could not get past them. They are
// read or refused; what is read adds up or is refused; and what is read and written again is the same.
#include <fmt/format.h>

#include <cstdlib>
#include <string>
#include <string_view>

#include "cqlbulk/error.hpp"
#include "journal/crc32.hpp"
#include "journal/replay.hpp"

namespace {

using namespace cqlbulk::journal;

void check(bool holds) {
  if (!holds) std::abort();
}

template <typename Call>
bool accepted(Call call) {
  try {
    call();
    return true;
  } catch (const cqlbulk::Error& error) {
    check(error.error_class() == cqlbulk::ErrorClass::failed);
    return false;
  }
}

std::string with_checksums(std::string_view text) {
  std::string lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines += fmt::format("{:08x} {}\n", crc32(text.substr(0, end)), text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::string text = data[0] % 4 == 0 ? std::string(input) : with_checksums(input);
  Records read;
  if (!accepted([&] { read = read_records(text, "journal"); })) return 0;
  std::vector<PartRecord> parts;
  std::vector<UnitRecord> units;
  std::vector<StartRecord> starts;
  std::string again;
  for (const Record& record : read.records) {
    if (const auto* part = std::get_if<PartRecord>(&record)) parts.push_back(*part);
    if (const auto* unit = std::get_if<UnitRecord>(&record)) units.push_back(*unit);
    if (const auto* start = std::get_if<StartRecord>(&record)) starts.push_back(*start);
    again += line_of(record);
  }
  check(read_records(again, "journal").records.size() == read.records.size());
  accepted([&] {
    const ExportState state = replay_export(parts, 4, "journal");
    check(state.splits_done <= 4);
  });
  const std::vector<PlannedUnit> planned{{0, 0, 10, 0, 3}, {0, 10, 20, 3, 4}, {1, 0, 5, 0, 1}};
  accepted([&] { check(replay_load(units, starts, planned, "journal").records <= 8); });
  return 0;
}
