// Row groups to bound rows: Arrow decodes batches of the mapped columns only, and of no row group in which by its
// statistics no record can meet the conditions.
#include "formats/parquet/unit_reader.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>
#include <parquet/statistics.h>

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
  ParquetUnitReader(const ParquetInput& input, const Unit& unit, bool cut, const RowMapping& mapping)
      : input_(input), unit_(unit), cut_(cut), mapping_(mapping), row_group_(unit.begin) {
    open();
    rows_ = std::make_unique<BatchRows>(input_.name, mapping_, *batches_->schema(), unit.first_record);
  }

  [[nodiscard]] std::uint64_t left_out() const override { return rows_->left_out(); }
  [[nodiscard]] std::uint64_t skipped_row_groups() const override { return skipped_row_groups_; }

  bool next(BoundRows& out) override {
    out.clear();
    while (rows_->used_up()) {
      if (!read_batch()) return false;
    }
    rows_->encode(out);
    return true;
  }

 private:
  void open() {
    auto properties = parquet::default_reader_properties();
    // Column chunks are streamed: a row group of another tool may be larger than memory.
    properties.enable_buffered_stream();
    properties.set_buffer_size(stream_buffer_bytes);
    guarded([&] {
      parquet::arrow::FileReaderBuilder builder;
      check(builder.Open(input_.file, properties, input_.metadata));
      check(builder.properties(parquet_reader_properties(1))->Build(&reader_));
      for (const std::size_t field : mapped_fields(mapping_)) {
        add_leaves(reader_->manifest().schema_fields.at(field), leaves_);
      }
      make_conditions();
    });
    read_row_groups(row_group_);  // None yet: what the batches will be is all that is asked.
  }

  void make_conditions() {
    for (const auto& [field, condition] : mapping_.conditions) {
      const auto& schema_field = reader_->manifest().schema_fields.at(field);
      std::string why;
      auto made = make_value_condition(condition, *schema_field.field->type(), why);
      if (made && schema_field.is_leaf()) conditions_.push_back({schema_field.column_index, std::move(made)});
    }
  }

  /// From the next row group to the one before `end`.
  void read_row_groups(std::uint64_t end) {
    std::vector<int> row_groups(end - row_group_);
    std::iota(row_groups.begin(), row_groups.end(), static_cast<int>(row_group_));
    row_group_ = end;
    guarded([&] {
      reader_->set_batch_size(batch_rows(*input_.metadata, row_groups, leaves_));
      auto batches = reader_->GetRecordBatchReader(row_groups, leaves_);
      check(batches.status());
      batches_ = std::move(*batches);
    });
  }

  /// All that are left; with conditions one by one, and those that cannot have a record that meets them not at all.
  bool next_row_groups() {
    skip_row_groups();
    if (row_group_ == unit_.end) return false;
    read_row_groups(mapping_.conditions.empty() ? unit_.end : row_group_ + 1);
    return true;
  }

  void skip_row_groups() {
    while (!conditions_.empty() && row_group_ < unit_.end) {
      const auto row_group = input_.metadata->RowGroup(static_cast<int>(row_group_));
      bool may_hold = true;
      guarded([&] {
        may_hold = std::ranges::all_of(conditions_, [&](const LeafCondition& leaf) {
          return leaf.condition->may_hold(extent_of(*row_group->ColumnChunk(leaf.column)));
        });
      });
      if (may_hold) return;
      const auto left_out = static_cast<std::uint64_t>(row_group->num_rows());
      rows_->leave_out(cut_ ? std::min(left_out, records_left()) : left_out);
      ++row_group_;
      ++skipped_row_groups_;
    }
  }

  /// What the file says of a column chunk; nothing where it was written by a tool that is known to get it wrong.
  static ValueCondition::Extent extent_of(const parquet::ColumnChunkMetaData& chunk) {
    ValueCondition::Extent extent;
    extent.value_count = chunk.num_values();
    const auto statistics = chunk.is_stats_set() ? chunk.statistics() : nullptr;
    if (!statistics) return extent;
    if (statistics->HasNullCount()) extent.null_count = statistics->null_count();
    if (!statistics->HasMinMax()) return extent;
    // The types without statistics of their own in Arrow have none here.
    if (!parquet::arrow::StatisticsAsScalars(*statistics, &extent.smallest, &extent.largest).ok()) {
      extent.smallest = extent.largest = nullptr;
    }
    return extent;
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

  [[nodiscard]] std::uint64_t records_left() const { return unit_.record_count - rows_->record_count(); }

  bool read_batch() {
    if (cut_ && records_left() == 0) return false;
    std::shared_ptr<arrow::RecordBatch> batch;
    guarded([&] {
      do {
        check(batches_->ReadNext(&batch));
      } while (!batch && next_row_groups());
      if (batch) check(batch->Validate());
      if (batch && cut_) batch = batch->Slice(0, static_cast<std::int64_t>(records_left()));
    });
    if (!batch && rows_->record_count() != unit_.record_count) {
      fail(fmt::format("{} records where the footer says {}", rows_->record_count(), unit_.record_count));
    }
    if (batch) rows_->set(batch);
    return batch != nullptr;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorClass::failed,
                fmt::format("{}: row groups {} to {}, after record {}: {}", input_.name, unit_.begin, unit_.end - 1,
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

  struct LeafCondition {
    int column;  ///< Of the file.
    std::unique_ptr<ValueCondition> condition;
  };

  ParquetInput input_;
  Unit unit_;
  bool cut_;
  RowMapping mapping_;
  std::uint64_t row_group_;  ///< The next one to read.
  std::uint64_t skipped_row_groups_ = 0;
  std::vector<int> leaves_;  ///< The columns that are read.
  std::vector<LeafCondition> conditions_;
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

std::unique_ptr<UnitReader> open_parquet_unit(const ParquetInput& input, const Unit& unit, bool cut,
                                              const RowMapping& mapping) {
  return std::make_unique<ParquetUnitReader>(input, unit, cut, mapping);
}

}  // namespace cqlbulk::formats
