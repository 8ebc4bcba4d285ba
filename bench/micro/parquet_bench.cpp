// How fast pages of 5,000 rows become Parquet on one core, beside Arrow's own writer.
//
//   build/release/bin/parquet_bench [--benchmark_filter=…]
//
// "arrow_writer_alone" is what Arrow's own Parquet writer costs with the same settings on batches made beforehand.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <benchmark/benchmark.h>
#include <parquet/arrow/writer.h>

#include "columnar/columnar.hpp"
#include "formats/parquet/parquet.hpp"
#include "pages.hpp"

namespace {

constexpr std::size_t page_rows = 5'000;
constexpr std::size_t page_count = 40;

const bench::Pages& pages() {
  static const bench::Pages made = bench::make_pages(page_count, page_rows, 1);
  return made;
}

void count_rows(benchmark::State& state) {
  state.SetItemsProcessed(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(state.iterations()) * page_rows * page_count));
}

void pages_to_parquet(benchmark::State& state, const char* codec) {
  cqlbulk::ParquetOptions options;
  options.codec = codec;
  auto writer = cqlbulk::formats::make_parquet_writer(options, {}, pages().columns, pages().names);
  std::int64_t size = 0;
  for (auto _ : state) {
    auto stream = std::make_shared<bench::NullStream>();
    auto part = writer->open_part(stream, cqlbulk::formats::PartRole::standalone);
    cqlbulk::CellIndex index;
    for (const auto& page : pages().bytes) part->write(index.index(pages().columns, page, page_rows));
    part->finish();
    size = *stream->Tell();
  }
  count_rows(state);
  state.counters["bytes_per_row"] = static_cast<double>(size) / (page_rows * page_count);
}
BENCHMARK_CAPTURE(pages_to_parquet, zstd, "zstd")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pages_to_parquet, snappy, "snappy")->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(pages_to_parquet, none, "none")->Unit(benchmark::kMillisecond);

std::vector<std::shared_ptr<arrow::RecordBatch>> batches() {
  cqlbulk::CellIndex index;
  cqlbulk::columnar::BatchBuilder builder(pages().columns,
                                          cqlbulk::columnar::arrow_schema_of(pages().columns, pages().names));
  std::vector<std::shared_ptr<arrow::RecordBatch>> made;
  for (const auto& page : pages().bytes) made.push_back(builder.build(index.index(pages().columns, page, page_rows)));
  return made;
}

/// Columns to go without a dictionary, by their place.
void arrow_writer_alone(benchmark::State& state, arrow::Compression::type codec, const std::vector<const char*>& plain,
                        std::int64_t dictionary_bytes) {
  const auto made = batches();
  parquet::WriterProperties::Builder properties;
  properties.compression(codec)->max_row_group_length(131'072)->dictionary_pagesize_limit(dictionary_bytes);
  for (const char* column : plain) properties.disable_dictionary(column);
  const auto built = properties.build();
  std::int64_t size = 0;
  for (auto _ : state) {
    auto stream = std::make_shared<bench::NullStream>();
    auto writer = *parquet::arrow::FileWriter::Open(*made[0]->schema(), arrow::default_memory_pool(), stream, built);
    for (const auto& batch : made) {
      if (!writer->WriteRecordBatch(*batch).ok()) state.SkipWithError("write failed");
    }
    if (!writer->Close().ok()) state.SkipWithError("close failed");
    size = *stream->Tell();
  }
  count_rows(state);
  state.counters["bytes_per_row"] = static_cast<double>(size) / (page_rows * page_count);
}
BENCHMARK_CAPTURE(arrow_writer_alone, zstd_as_we_do, arrow::Compression::ZSTD, std::vector<const char*>{"id"},
                  128 << 10)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(arrow_writer_alone, zstd_defaults, arrow::Compression::ZSTD, std::vector<const char*>{}, 1 << 20)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(arrow_writer_alone, zstd_no_dictionary, arrow::Compression::ZSTD,
                  (std::vector<const char*>{"id", "at", "n", "x", "short", "long"}), 1 << 20)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(arrow_writer_alone, none_as_we_do, arrow::Compression::UNCOMPRESSED, std::vector<const char*>{"id"},
                  128 << 10)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(arrow_writer_alone, none_defaults, arrow::Compression::UNCOMPRESSED, std::vector<const char*>{},
                  1 << 20)
    ->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
