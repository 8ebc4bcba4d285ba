// How fast rows become Arrow, Parquet, and rows again, on one core: the row of reference/arrow.md's table (uuid,
// timestamp, int, double, text of 10 and of about 100 characters) in pages of 5,000.
//
//   build/release/bin/columnar_bench [--benchmark_filter=…]
//
// "arrow_writer_alone" is what Arrow's own Parquet writer costs with the same settings on batches made beforehand.
#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <benchmark/benchmark.h>
#include <parquet/arrow/writer.h>

#include <random>

#include "columnar/columnar.hpp"
#include "formats/parquet/parquet.hpp"

namespace {

constexpr std::size_t page_rows = 5'000;
constexpr std::size_t page_count = 40;

/// Takes bytes and keeps none.
class NullStream final : public arrow::io::OutputStream {
 public:
  arrow::Status Close() override { return closed_ = true, arrow::Status::OK(); }
  [[nodiscard]] bool closed() const override { return closed_; }
  [[nodiscard]] arrow::Result<std::int64_t> Tell() const override { return position_; }
  arrow::Status Write(const void*, std::int64_t size) override { return position_ += size, arrow::Status::OK(); }
  using arrow::io::OutputStream::Write;

 private:
  bool closed_ = false;
  std::int64_t position_ = 0;
};

struct Pages {
  std::vector<cql::ColumnSpec> columns;
  std::vector<std::string> names;
  std::vector<cql::Buffer> bytes;
};

std::string words(std::mt19937_64& random, std::size_t size) {
  static constexpr std::string_view vocabulary[] = {"carrier ", "month ",   "flight ", "origin ", "delay ",  "gate ",
                                                    "arrival ", "weather ", "pilot ",  "engine ", "runway ", "cloud ",
                                                    "tower ",   "ticket ",  "seat ",   "queue "};
  std::string text;
  while (text.size() < size) text += vocabulary[random() % std::size(vocabulary)];
  text.resize(size);
  return text;
}

const Pages& pages() {
  static const Pages made = [] {
    using enum cql::TypeKind;
    Pages result;
    const std::pair<const char*, cql::TypeKind> columns[] = {{"id", uuid},   {"at", timestamp}, {"n", int_},
                                                             {"x", double_}, {"short", text},   {"long", text}};
    for (const auto& [name, kind] : columns) {
      result.columns.push_back({"ks", "t", name, cql::DataType::scalar(kind)});
      result.names.emplace_back(name);
    }
    std::mt19937_64 random(1);
    std::uniform_real_distribution<double> number(0, 1000);
    for (std::size_t page = 0; page < page_count; ++page) {
      cql::Buffer bytes;
      for (std::size_t row = 0; row < page_rows; ++row) {
        bytes.append_integer(std::int32_t{16});
        bytes.append_integer(random());
        bytes.append_integer(random());
        bytes.append_integer(std::int32_t{8});
        bytes.append_integer(std::int64_t{1'700'000'000'000} + static_cast<std::int64_t>(random() % 1'000'000'000));
        bytes.append_integer(std::int32_t{4});
        bytes.append_integer(static_cast<std::int32_t>(random() % 1'000'000));
        bytes.append_integer(std::int32_t{8});
        bytes.append_integer(std::bit_cast<std::uint64_t>(number(random)));
        for (const std::size_t size : {std::size_t{10}, 80 + random() % 41}) {
          bytes.append_integer(static_cast<std::int32_t>(size));
          bytes.append(words(random, size));
        }
      }
      result.bytes.push_back(std::move(bytes));
    }
    return result;
  }();
  return made;
}

void count_rows(benchmark::State& state) {
  state.SetItemsProcessed(
      static_cast<std::int64_t>(static_cast<std::uint64_t>(state.iterations()) * page_rows * page_count));
}

void index_cells(benchmark::State& state) {
  cqlbulk::CellIndex index;
  for (auto _ : state) {
    for (const auto& page : pages().bytes) {
      benchmark::DoNotOptimize(index.index(pages().columns, page, page_rows).cells.data());
    }
  }
  count_rows(state);
}
BENCHMARK(index_cells)->Unit(benchmark::kMillisecond);

void pages_to_arrow(benchmark::State& state) {
  cqlbulk::CellIndex index;
  cqlbulk::columnar::BatchBuilder builder(pages().columns,
                                          cqlbulk::columnar::arrow_schema_of(pages().columns, pages().names));
  for (auto _ : state) {
    for (const auto& page : pages().bytes) {
      benchmark::DoNotOptimize(builder.build(index.index(pages().columns, page, page_rows)));
    }
  }
  count_rows(state);
}
BENCHMARK(pages_to_arrow)->Unit(benchmark::kMillisecond);

void pages_to_parquet(benchmark::State& state, const char* codec) {
  cqlbulk::ParquetOptions options;
  options.codec = codec;
  auto writer = cqlbulk::formats::make_parquet_writer(options, {}, pages().columns, pages().names);
  std::int64_t size = 0;
  for (auto _ : state) {
    auto stream = std::make_shared<NullStream>();
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
    auto stream = std::make_shared<NullStream>();
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

void parquet_to_rows(benchmark::State& state) {
  auto writer = cqlbulk::formats::make_parquet_writer({}, {}, pages().columns, pages().names);
  auto stream = *arrow::io::BufferOutputStream::Create();
  auto part = writer->open_part(stream, cqlbulk::formats::PartRole::standalone);
  cqlbulk::CellIndex index;
  for (const auto& page : pages().bytes) part->write(index.index(pages().columns, page, page_rows));
  part->finish();
  const auto file = std::make_shared<arrow::io::BufferReader>(*stream->Finish());
  const auto source = cqlbulk::formats::open_parquet_source(file, "memory");
  cqlbulk::formats::RowMapping mapping;
  for (std::size_t i = 0; i < pages().columns.size(); ++i) {
    cqlbulk::formats::RowMapping::Parameter parameter;
    parameter.field = i;
    parameter.column = pages().columns[i];
    parameter.key = i == 0;
    mapping.parameters.push_back(parameter);
  }
  mapping.timestamp_base = 1;
  for (auto _ : state) {
    for (const auto& unit : source->plan_units(64U << 20U)) {
      auto reader = source->open_unit(unit, mapping);
      cqlbulk::BoundRows rows;
      while (reader->next(rows)) benchmark::DoNotOptimize(rows.bytes.data());
    }
  }
  count_rows(state);
}
BENCHMARK(parquet_to_rows)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
