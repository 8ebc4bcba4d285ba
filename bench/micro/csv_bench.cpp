// CSV writing, planning and reading of the baseline row (uuid, timestamp, int, double, text of 10, text of 100), on one
// core, from and to memory, beside Arrow's own CSV. Rows per second is the figure to look at; bytes per second are of
// the CSV text.
#include <arrow/api.h>
#include <arrow/csv/api.h>
#include <arrow/io/memory.h>
#include <benchmark/benchmark.h>

#include <random>

#include "formats/csv/csv.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::size_t block_rows = 5000;
constexpr std::size_t file_rows = 400'000;

std::vector<cql::ColumnSpec> columns() {
  std::vector<cql::ColumnSpec> specs;
  for (const char* type : {"uuid", "timestamp", "int", "double", "text", "text"}) {
    specs.push_back({"ks", "t", "c" + std::to_string(specs.size()), cql::parse_cql_type(type)});
  }
  return specs;
}

/// `quoted`: texts hold a comma, so that the last column needs quotes.
cql::Buffer page(bool quoted) {
  std::mt19937_64 random(1);
  cql::Buffer bytes;
  const auto text = [&](std::size_t size) {
    std::string words;
    while (words.size() < size) words += quoted && size > 50 ? "lorem, ipsum " : "lorem ipsum dolor ";
    words.resize(size - 1);
    words += 'x';
    bytes.append_integer(static_cast<std::int32_t>(size));
    bytes.append(words);
  };
  for (std::size_t i = 0; i < block_rows; ++i) {
    bytes.append_integer(std::int32_t{16});
    bytes.append_integer(static_cast<std::int64_t>(random()));
    bytes.append_integer(static_cast<std::int64_t>(random()));
    bytes.append_integer(std::int32_t{8});
    bytes.append_integer(static_cast<std::int64_t>(1'700'000'000'000 + random() % 100'000'000'000));
    bytes.append_integer(std::int32_t{4});
    bytes.append_integer(static_cast<std::int32_t>(random() % 1'000'000));
    bytes.append_integer(std::int32_t{8});
    bytes.append_integer(std::bit_cast<std::int64_t>(static_cast<double>(random() % 100'000'000) / 1000.0));
    text(10);
    text(100);
  }
  return bytes;
}

/// Takes what is written and forgets it.
class Sink final : public arrow::io::OutputStream {
 public:
  arrow::Status Write(const void* /*data*/, std::int64_t size) override {
    written_ += size;
    return arrow::Status::OK();
  }
  arrow::Status Close() override { return arrow::Status::OK(); }
  [[nodiscard]] bool closed() const override { return false; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return written_; }

 private:
  std::int64_t written_ = 0;
};

void write_csv(benchmark::State& state) {
  const auto specs = columns();
  const auto writer = make_csv_writer({}, specs, {"a", "b", "c", "d", "e", "f"});
  const cql::Buffer bytes = page(state.range(0) != 0);
  const auto part = writer->open_part(std::make_shared<Sink>(), PartRole::standalone);
  CellIndex index;
  for (auto _ : state) part->write(index.index(specs, bytes.view(), block_rows));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(block_rows));
  state.SetBytesProcessed(static_cast<std::int64_t>(part->bytes_written()));
}
BENCHMARK(write_csv)->ArgName("quoted")->Arg(0)->Arg(1);

std::shared_ptr<arrow::Buffer> csv_file(bool quoted) {
  const auto specs = columns();
  const auto writer = make_csv_writer({}, specs, {"a", "b", "c", "d", "e", "f"});
  const cql::Buffer bytes = page(quoted);
  const auto stream = *arrow::io::BufferOutputStream::Create();
  const auto part = writer->open_part(stream, PartRole::standalone);
  CellIndex index;
  for (std::size_t i = 0; i < file_rows; i += block_rows) part->write(index.index(specs, bytes.view(), block_rows));
  part->finish();
  return *stream->Finish();
}

void plan_csv(benchmark::State& state) {
  const auto content = csv_file(state.range(0) != 0);
  const auto source = open_csv_source({}, std::make_shared<arrow::io::BufferReader>(content), "bench.csv");
  for (auto _ : state) benchmark::DoNotOptimize(source->plan_units(16U << 20U));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(file_rows));
  state.SetBytesProcessed(state.iterations() * content->size());
}
BENCHMARK(plan_csv)->ArgName("quoted")->Arg(0)->Arg(1);

void read_csv(benchmark::State& state) {
  const auto content = csv_file(state.range(0) != 0);
  const auto source = open_csv_source({}, std::make_shared<arrow::io::BufferReader>(content), "bench.csv");
  RowMapping mapping;
  for (const cql::ColumnSpec& spec : columns())
    mapping.parameters.push_back({.field = mapping.parameters.size(), .column = spec});
  mapping.timestamp_base = 1;
  const auto units = source->plan_units(16U << 20U);
  BoundRows block;
  for (auto _ : state) {
    for (const Unit& unit : units) {
      const auto reader = source->open_unit(unit, mapping);
      while (reader->next(block)) benchmark::DoNotOptimize(block.bytes.data());
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(file_rows));
  state.SetBytesProcessed(state.iterations() * content->size());
}
BENCHMARK(read_csv)->ArgName("quoted")->Arg(0)->Arg(1);

/// Arrow's reader of the same file on one thread, its columns of the nearest types: the ruler for read_csv.
void arrow_read_csv(benchmark::State& state) {
  const auto content = csv_file(state.range(0) != 0);
  auto reading = arrow::csv::ReadOptions::Defaults();
  reading.use_threads = false;
  auto converting = arrow::csv::ConvertOptions::Defaults();
  converting.column_types = {{"a", arrow::utf8()},  {"b", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC")},
                             {"c", arrow::int32()}, {"d", arrow::float64()},
                             {"e", arrow::utf8()},  {"f", arrow::utf8()}};
  for (auto _ : state) {
    const auto reader = *arrow::csv::TableReader::Make(arrow::io::default_io_context(),
                                                       std::make_shared<arrow::io::BufferReader>(content), reading,
                                                       arrow::csv::ParseOptions::Defaults(), converting);
    benchmark::DoNotOptimize((*reader->Read())->num_rows());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(file_rows));
  state.SetBytesProcessed(state.iterations() * content->size());
}
BENCHMARK(arrow_read_csv)->ArgName("quoted")->Arg(0)->Arg(1);

/// Arrow's writer of the same rows, once it has read them: the ruler for write_csv.
void arrow_write_csv(benchmark::State& state) {
  const auto content = csv_file(state.range(0) != 0);
  auto converting = arrow::csv::ConvertOptions::Defaults();
  converting.column_types = {{"a", arrow::utf8()},  {"b", arrow::timestamp(arrow::TimeUnit::MILLI, "UTC")},
                             {"c", arrow::int32()}, {"d", arrow::float64()},
                             {"e", arrow::utf8()},  {"f", arrow::utf8()}};
  const auto reader = *arrow::csv::TableReader::Make(
      arrow::io::default_io_context(), std::make_shared<arrow::io::BufferReader>(content),
      arrow::csv::ReadOptions::Defaults(), arrow::csv::ParseOptions::Defaults(), converting);
  const auto table = *reader->Read();
  auto writing = arrow::csv::WriteOptions::Defaults();
  writing.quoting_style = arrow::csv::QuotingStyle::Needed;
  for (auto _ : state) {
    Sink sink;
    if (!arrow::csv::WriteCSV(*table, writing, &sink).ok()) state.SkipWithError("Arrow refused");
    state.SetBytesProcessed(state.iterations() * *sink.Tell());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(file_rows));
}
BENCHMARK(arrow_write_csv)->ArgName("quoted")->Arg(0)->Arg(1);

}  // namespace
}  // namespace cqlbulk::formats

BENCHMARK_MAIN();
