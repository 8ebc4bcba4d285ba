// Row groups to bound rows: Arrow decodes batches of the mapped columns only, each column has its encoder, and the
// values are laid out row by row in memory taken once per block.
#include "formats/parquet/unit_reader.hpp"

#include <arrow/array.h>
#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/arrow/schema.h>
#include <parquet/metadata.h>

#include <algorithm>
#include <numeric>

#include "columnar/columnar.hpp"
#include "formats/parquet/parquet.hpp"

namespace cqlbulk::formats {

namespace {

constexpr std::int64_t most_batch_rows = 8192;
/// What a batch or a block of rows should take at most; a single row may take more.
constexpr std::int64_t batch_bytes = 16 << 20;
constexpr std::int64_t stream_buffer_bytes = 256 << 10;
/// i32 length and bigint.
constexpr std::uint32_t timestamp_size = 12;

void add_leaves(const parquet::arrow::SchemaField& field, std::vector<int>& leaves) {
  if (field.is_leaf()) leaves.push_back(field.column_index);
  for (const auto& child : field.children) add_leaves(child, leaves);
}

class ParquetUnitReader final : public UnitReader {
 public:
  ParquetUnitReader(const ParquetInput& input, const Unit& unit, const RowMapping& mapping)
      : name_(input.name), unit_(unit), mapping_(mapping) {
    for (const auto& parameter : mapping.parameters) fields_.push_back(parameter.field);
    std::ranges::sort(fields_);
    fields_.erase(std::ranges::unique(fields_).begin(), fields_.end());
    open(input);
    make_encoders();
  }

  bool next(BoundRows& out) override {
    out.clear();
    while (!batch_ || position_ == batch_->num_rows()) {
      if (!read_batch()) return false;
    }
    encode(out);
    return true;
  }

 private:
  /// What is wrong with a record: the first thing found, by the order of the parameters.
  struct Trouble {
    std::size_t row;
    std::size_t parameter;
    std::string reason;
  };

  /// The record as a whole.
  static constexpr std::size_t no_parameter = static_cast<std::size_t>(-1);

  void open(const ParquetInput& input) {
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
      for (const std::size_t field : fields_) add_leaves(reader_->manifest().schema_fields.at(field), leaves);
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

  void make_encoders() {
    for (const auto& parameter : mapping_.parameters) {
      const auto place = std::ranges::lower_bound(fields_, parameter.field) - fields_.begin();
      places_.push_back(static_cast<int>(place));
      std::string why;
      auto encoder =
          columnar::make_cell_encoder(*batches_->schema()->field(places_.back())->type(), parameter.column.type, why);
      if (!encoder) throw Error(ErrorClass::defect, fmt::format("{}: an unchecked mapping: {}", name_, why));
      encoders_.push_back(std::move(encoder));
    }
  }

  bool read_batch() {
    position_ = 0;
    guarded([&] {
      check(batches_->ReadNext(&batch_));
      if (batch_) check(batch_->Validate());
    });
    if (batch_) return true;
    if (records_read_ != unit_.record_count) {
      fail(fmt::format("{} records where the footer says {}", records_read_, unit_.record_count));
    }
    return false;
  }

  /// The next rows of the batch: all that are left, or fewer when they would take too much memory.
  void encode(BoundRows& out) {
    std::int64_t count = batch_->num_rows() - position_;
    std::uint64_t total = 0;
    std::vector<Trouble> troubles;
    for (;;) {
      columns_.clear();
      for (const int place : places_) columns_.push_back(batch_->column(place)->Slice(position_, count));
      troubles.clear();
      total = measure(static_cast<std::size_t>(count), troubles);
      if (total <= static_cast<std::uint64_t>(batch_bytes) * 4 || count == 1) break;
      count /= 2;
    }
    lay_out(out, static_cast<std::size_t>(total), troubles);
    position_ += count;
    records_read_ += static_cast<std::uint64_t>(count);
  }

  std::uint64_t measure(std::size_t count, std::vector<Trouble>& troubles) {
    sizes_.assign(count, mapping_.timestamp_base ? timestamp_size : 0);
    for (std::size_t i = 0; i < encoders_.size(); ++i) {
      problems_.clear();
      encoders_[i]->add_sizes(*columns_[i], sizes_, problems_);
      for (auto& problem : problems_) troubles.push_back({problem.row, i, std::move(problem.reason)});
      find_forbidden_nulls(i, count, troubles);
    }
    find_refused(count, troubles);
    // One per record: the first.
    std::ranges::sort(troubles, {}, [](const Trouble& trouble) { return std::pair(trouble.row, trouble.parameter); });
    const auto repeated = std::ranges::unique(troubles, {}, &Trouble::row);
    troubles.erase(repeated.begin(), repeated.end());
    return std::accumulate(sizes_.begin(), sizes_.end(), std::uint64_t{0});
  }

  void find_forbidden_nulls(std::size_t index, std::size_t count, std::vector<Trouble>& troubles) const {
    const auto& parameter = mapping_.parameters[index];
    if (!parameter.key && !parameter.reject_null) return;
    const arrow::Array& column = *columns_[index];
    for (std::size_t row = 0; row < count; ++row) {
      if (!columnar::is_null(column, static_cast<std::int64_t>(row))) continue;
      troubles.push_back({row, index, parameter.key ? "null in a column of the primary key" : "null"});
    }
  }

  void find_refused(std::size_t count, std::vector<Trouble>& troubles) const {
    const std::uint64_t first = unit_.first_record + records_read_;
    const auto& refused = mapping_.refused_records;
    for (auto record = std::ranges::lower_bound(refused, first); record != refused.end() && *record < first + count;
         ++record) {
      const auto row = static_cast<std::size_t>(*record - first);
      std::erase_if(troubles, [row](const Trouble& trouble) { return trouble.row == row; });
      troubles.push_back({row, no_parameter, {}});
    }
  }

  void lay_out(BoundRows& out, std::size_t total, const std::vector<Trouble>& troubles) {
    out.bytes.resize(total);
    cursors_.resize(sizes_.size());
    std::byte* at = out.bytes.data();
    for (std::size_t row = 0; row < sizes_.size(); ++row) {
      cursors_[row] = at;
      at += sizes_[row];
    }
    for (std::size_t i = 0; i < encoders_.size(); ++i) {
      const std::int32_t null_length = mapping_.parameters[i].write_null ? -1 : -2;
      encoders_[i]->write(*columns_[i], null_length, cursors_);
    }
    auto trouble = troubles.begin();
    std::uint32_t offset = 0;
    for (std::size_t row = 0; row < sizes_.size(); ++row) {
      const std::uint64_t record = unit_.first_record + records_read_ + row;
      if (mapping_.timestamp_base) write_timestamp(cursors_[row], record);
      if (trouble != troubles.end() && trouble->row == row) {
        out.bad.push_back(bad_record(*trouble++, record));
      } else {
        out.rows.push_back({offset, sizes_[row], record});
      }
      offset += sizes_[row];
    }
  }

  void write_timestamp(std::byte* at, std::uint64_t record) const {
    cql::store_big_endian(at, std::int32_t{8});
    cql::store_big_endian(at + 4, mapping_.timestamp_of(record));
  }

  [[nodiscard]] BadRecord bad_record(const Trouble& trouble, std::uint64_t record) const {
    BadRecord bad;
    bad.record = record;
    if (trouble.parameter != no_parameter) bad.column = mapping_.parameters[trouble.parameter].column.name;
    bad.reason = trouble.reason;
    bad.raw = "{";
    for (int i = 0; i < batch_->num_columns(); ++i) {
      if (i != 0) bad.raw += ", ";
      columnar::append_json_text(batch_->column_name(i), bad.raw);
      bad.raw += ": ";
      columnar::append_json(*batch_->column(i), position_ + static_cast<std::int64_t>(trouble.row), bad.raw);
    }
    bad.raw += "}";
    return bad;
  }

  [[noreturn]] void fail(const std::string& problem) const {
    throw Error(ErrorClass::failed, fmt::format("{}: row groups {} to {}, after record {}: {}", name_, unit_.begin,
                                                unit_.end - 1, unit_.first_record + records_read_, problem));
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
  RowMapping mapping_;
  std::vector<std::size_t> fields_;  ///< Of the file, ascending, each once: the columns of every batch.
  std::vector<int> places_;          ///< Per parameter: the batch's column.
  std::unique_ptr<parquet::arrow::FileReader> reader_;
  std::unique_ptr<arrow::RecordBatchReader> batches_;
  std::vector<std::unique_ptr<columnar::CellEncoder>> encoders_;
  std::shared_ptr<arrow::RecordBatch> batch_;
  std::int64_t position_ = 0;  ///< In the batch.
  std::uint64_t records_read_ = 0;
  // Kept from block to block for their memory.
  std::vector<std::shared_ptr<arrow::Array>> columns_;
  std::vector<std::uint32_t> sizes_;
  std::vector<std::byte*> cursors_;
  std::vector<columnar::CellEncoder::Problem> problems_;
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
