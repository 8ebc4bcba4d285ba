// Row groups to bound rows: Arrow decodes batches of the mapped columns only.
#include "formats/parquet/unit_reader.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <numeric>

#include "formats/batch_rows.hpp"
#include "formats/parquet/parquet.hpp"

namespace cqlbulk::formats {

namespace {

constexpr std::int64_t most_batch_rows = 8192;
/// What a batch should take at most; a single row may take more.
constexpr std::int64_t batch_bytes = 16 << 20;
constexpr std::int64_t stream_buffer_bytes = 256 << 10;

void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

class ParquetUnitReader final : public UnitReader {
 public:
  ParquetUnitReader(const ParquetInput& input, const Unit& unit, const RowMapping& mapping)
      : name_(input.name), unit_(unit) {
    open(input, mapped_fields(mapping));
    rows_ = std::make_unique<BatchRows>(name_, mapping, *batches_->schema(), unit.first_record);
  }

  bool next(BoundRows& out) override {
    out.clear();
    while (rows_->used_up()) {
      if (!read_batch()) return false;
    }
    rows_->encode(out);
    return true;
  }

 private:
  void open(const ParquetInput& input, const std::vector<std::size_t>& fields) {
    std::vector<int> row_groups(unit_.end - unit_.begin);
    std::iota(row_groups.begin(), row_groups.end(), static_cast<int>(unit_.begin));
    auto properties = parquet::default_reader_properties();
    // Column chunks are streamed: a row group of another tool may be larger than memory.
    properties.enable_buffered_stream();
    properties.set_buffer_size(stream_buffer_bytes);
    guarded([&] {
      parquet::arrow::FileReaderBuilder builder;
      check(builder.Open(input.file, properties, input.metadata));
      check(builder.properties(parquet_reader_properties(1))->Build(&reader_));
      std::vector<int> leaves;
      for (const std::size_t field : fields) add_leaves(reader_->manifest().schema_fields.at(field), leaves);
      reader_->set_batch_size(batch_rows(*input.metadata, row_groups, leaves));
      auto batches = reader_->GetRecordBatchReader(row_groups, leaves);
      check(batches.status());
      batches_ = std::move(*batches);
    });
  }

  /// As many rows as take batch_bytes, going by what the footer says of the mapped columns.
  static std::int64_t batch_rows(const parquet::FileMetaData& metadata, const std::vector<int>& row_groups,
                                 const std::vector<int>& leaves) {
    std::int64_t least = most_batch_rows;
    for (const int i : row_groups) {
      const auto row_group = metadata.RowGroup(i);
      double bytes = 0;  // Sizes are the file's word: no sum of them may overflow.
      for (const int leaf : leaves)
        bytes += static_cast<double>(row_group->ColumnChunk(leaf)->total_uncompressed_size());
      const double rows = batch_bytes * static_cast<double>(row_group->num_rows()) / std::max(1.0, bytes);
      least = static_cast<std::int64_t>(std::clamp(rows, 1.0, static_cast<double>(least)));
    }
    return least;
  }

  bool read_batch() {
    std::shared_ptr<arrow::RecordBatch> batch;
    guarded([&] {
      check(batches_->ReadNext(&batch));
      if (batch) check(batch->Validate());
    });
    if (!batch && rows_->record_count() != unit_.record_count) {
      fail(fmt::format("{} records where the footer says {}", rows_->record_count(), unit_.record_count));
    }
    if (batch) rows_->set(batch);
    return batch != nullptr;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorClass::failed,
                fmt::format("{}: row groups {} to {}, after record {}: {}", name_, unit_.begin, unit_.end - 1,
                            unit_.first_record + (rows_ ? rows_->record_count() : 0), problem));
  }
  void check(const arrow::Status& status) const {
    if (!status.ok()) fail(one_line(status.message()));
  }
  /// Parquet's reader throws besides returning Status.
  template <typename Do>
  void guarded(Do&& work) const {
    try {
      work();
    } catch (const Error&) {
      throw;
    } catch (const std::exception& error) {
      fail(one_line(error.what()));
    }
  }

  std::string name_;
  Unit unit_;
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::unique_ptr<BatchRows> rows_;  ///< Once it is known what the batches are.
};

}  // namespace

parquet::ArrowReaderProperties parquet_reader_properties(std::int64_t batch_rows) {
  parquet::ArrowReaderProperties properties(/*use_threads=*/false);
  properties.set_batch_size(batch_rows);
  properties.set_pre_buffer(false);
  properties.set_arrow_extensions_enabled(true);
  // Spark's old timestamps: nanoseconds of 64 bits would silently wrap around beyond 1677 and 2262.
  properties.set_coerce_int96_timestamp_unit(arrow::TimeUnit::MICRO);
  return properties;
}

std::unique_ptr<UnitReader> open_parquet_unit(const ParquetInput& input, const Unit& unit, const RowMapping& mapping) {
  return std::make_unique<ParquetUnitReader>(input, unit, mapping);
}

}  // namespace cqlbulk::formats
