// The formats as a contestant: pages of the bench's table into a file, a file into rows that are ready to be bound.
// No cluster.
//
//   formats_bench write csv|json READINGS.csv TARGET    reads the rows into pages of wire layout, then writes them
//   formats_bench read  csv|json FILE [THREADS]         cuts the file into units and reads them, values converted
//
// Prints one line of JSON: rows, bytes of the text, and the seconds and CPU seconds of writing or of cutting and
// reading. The work is done twice and measured the second time, when memory has been taken.
#include <arrow/io/file.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "cqlbulk/rows.hpp"
#include "formats/format.hpp"
#include "storage/storage.hpp"

namespace {

using namespace cqlbulk;

/// As a load cuts a large file.
constexpr std::uint64_t unit_bytes = std::uint64_t{8} << 20U;

std::vector<cql::ColumnSpec> columns() {
  std::vector<cql::ColumnSpec> specs;
  for (const auto& [name, type] : {std::pair("device_id", "uuid"),
                                   {"ts", "timestamp"},
                                   {"seq", "int"},
                                   {"temperature", "double"},
                                   {"status", "text"},
                                   {"payload", "text"}}) {
    specs.push_back({"bench", "readings", name, cql::parse_cql_type(type)});
  }
  return specs;
}

std::unique_ptr<formats::Source> source_of(FormatKind kind, const std::string& path) {
  return formats::open_source(kind, {}, storage::open_input(path), path);
}

/// Fields to the columns of their names.
formats::RowMapping mapping_of(const formats::Source& source) {
  formats::RowMapping mapping;
  for (const cql::ColumnSpec& column : columns()) {
    std::size_t field = 0;
    while (source.fields().at(field).name != column.name) ++field;
    mapping.parameters.push_back({.field = field, .column = column});
  }
  source.check_mapping(mapping);
  return mapping;
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

struct Done {
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
};

template <typename Work>
void measure(const Work& work) {
  static_cast<void>(work());
  const auto began = std::chrono::steady_clock::now();
  const double cpu = cpu_seconds();
  const Done done = work();
  const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - began;
  std::printf("{\"rows\": %llu, \"bytes\": %llu, \"seconds\": %.6f, \"cpu_seconds\": %.6f}\n",
              static_cast<unsigned long long>(done.rows), static_cast<unsigned long long>(done.bytes), wall.count(),
              cpu_seconds() - cpu);
}

struct Page {
  cql::Buffer bytes;
  std::size_t rows = 0;
};

std::vector<Page> pages_of(const std::string& readings) {
  const auto source = source_of(FormatKind::csv, readings);
  const formats::RowMapping mapping = mapping_of(*source);
  std::vector<Page> pages;
  for (const formats::Unit& unit : source->plan_units(unit_bytes)) {
    const auto reader = source->open_unit(unit, mapping);
    for (BoundRows block; reader->next(block);) {
      if (!block.bad.empty()) throw std::runtime_error(block.bad.front().reason);
      pages.push_back({std::move(block.bytes), block.rows.size()});
    }
  }
  return pages;
}

Done write(FormatKind kind, const std::vector<Page>& pages, const std::string& target) {
  std::vector<std::string> names;
  for (const cql::ColumnSpec& column : columns()) names.push_back(column.name);
  const auto writer = formats::make_writer(kind, formats::settled(kind, {}, "readings.jsonl"), columns(), names);
  const auto part = writer->open_part(*arrow::io::FileOutputStream::Open(target), formats::PartRole::standalone);
  const std::vector<cql::ColumnSpec> specs = columns();
  CellIndex index;
  std::uint64_t rows = 0;
  for (const Page& page : pages) {
    part->write(index.index(specs, page.bytes, page.rows));
    rows += page.rows;
  }
  part->finish();
  return {rows, part->bytes_written()};
}

Done read(FormatKind kind, const std::string& file, unsigned threads) {
  const auto source = source_of(kind, file);
  const formats::RowMapping mapping = mapping_of(*source);
  const std::vector<formats::Unit> units = source->plan_units(unit_bytes);
  std::atomic<std::size_t> next{0};
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> bad{0};
  const auto work = [&] {
    BoundRows block;
    for (std::size_t i = next++; i < units.size(); i = next++) {
      const auto reader = source->open_unit(units[i], mapping);
      while (reader->next(block)) {
        rows += block.rows.size();
        bad += block.bad.size();
      }
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned i = 1; i < threads; ++i) others.emplace_back(work);
    work();
  }
  if (bad != 0) throw std::runtime_error("records that could not be read");
  return {rows, storage::size_of(file)};
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  const auto kind = arguments.size() < 3 ? std::nullopt : parse_format(arguments[1]);
  try {
    if (kind && arguments[0] == "write" && arguments.size() == 4) {
      const std::vector<Page> pages = pages_of(arguments[2]);
      measure([&] { return write(*kind, pages, arguments[3]); });
    } else if (kind && arguments[0] == "read" && arguments.size() <= 4) {
      const unsigned threads = arguments.size() == 4 ? static_cast<unsigned>(std::stoul(arguments[3])) : 1;
      measure([&] { return read(*kind, arguments[2], threads); });
    } else {
      std::fputs("usage: formats_bench write|read csv|json FILE [TARGET|THREADS]\n", stderr);
      return 2;
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "formats_bench: %s\n", error.what());
    return 1;
  }
  return 0;
}
