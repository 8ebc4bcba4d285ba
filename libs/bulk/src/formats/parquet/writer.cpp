// Writes rows as Parquet through Arrow: pages become record batches, record batches fill a row group that Arrow keeps
// encoded and compressed until it is full. Joining fragments is parquet_concat.cpp's.
#include "columnar/columnar.hpp"
#include "formats/parquet/parquet.hpp"

#include <arrow/io/interfaces.h>
#include <arrow/record_batch.h>
#include <arrow/util/compression.h>
#include <arrow/util/key_value_metadata.h>
#include <fmt/format.h>
#include <parquet/arrow/schema.h>
#include <parquet/arrow/writer.h>
#include <parquet/exception.h>

#include <algorithm>
#include <array>
#include <set>

namespace cqlbulk::formats {

namespace {

/// Values whose dictionary outgrows this are not worth one: the column goes on without. So small that a try costs next
/// to nothing: with Arrow's 1 MiB the whole writer takes twice as long on values that do not repeat.
constexpr std::int64_t most_dictionary_bytes = 128 << 10;
/// Taken for the share that encoding leaves of a row's bytes until there is something to measure.
constexpr double assumed_encoded_share = 0.5;

struct Codec {
  std::string_view name;
  arrow::Compression::type type;
};
constexpr std::array codecs{
    Codec{"snappy", arrow::Compression::SNAPPY}, Codec{"zstd", arrow::Compression::ZSTD},
    Codec{"gzip", arrow::Compression::GZIP},     Codec{"brotli", arrow::Compression::BROTLI},
    Codec{"lz4", arrow::Compression::LZ4},       Codec{"none", arrow::Compression::UNCOMPRESSED},
};

arrow::Compression::type codec_of(const std::string& name) {
  const auto* const found = std::ranges::find(codecs, name, &Codec::name);
  if (found != codecs.end()) return found->type;
  throw Error(ErrorClass::usage, fmt::format("\"{}\" is no Parquet codec", name),
              "choose one of snappy, zstd, gzip, brotli, lz4, none");
}

/// All but uuids, which hardly ever repeat, and blobs, which are often large.
bool worth_a_dictionary(const parquet::ColumnDescriptor& leaf) {
  if (leaf.physical_type() == parquet::Type::FIXED_LEN_BYTE_ARRAY) return false;
  return leaf.physical_type() != parquet::Type::BYTE_ARRAY || leaf.logical_type()->is_string();
}

bool worth_statistics(ParquetStatistics kept, const parquet::ColumnDescriptor& leaf) {
  return kept == ParquetStatistics::all || (kept == ParquetStatistics::but_uuids && !leaf.logical_type()->is_UUID());
}

/// The field and what is within it, numbered from `next` on.
std::shared_ptr<arrow::Field> numbered(const arrow::Field& field, int& next) {
  auto metadata = field.metadata() ? field.metadata()->Copy() : std::make_shared<arrow::KeyValueMetadata>();
  metadata->Append("PARQUET:field_id", std::to_string(next++));
  const auto& type = field.type();
  auto with_id = field.WithMetadata(metadata);
  arrow::FieldVector children;
  for (const auto& child : type->fields()) children.push_back(numbered(*child, next));
  switch (type->id()) {
    case arrow::Type::STRUCT:
      return with_id->WithType(arrow::struct_(std::move(children)));
    case arrow::Type::LIST:
      return with_id->WithType(arrow::list(children.at(0)));
    case arrow::Type::FIXED_SIZE_LIST:
      return with_id->WithType(
          arrow::fixed_size_list(children.at(0), static_cast<const arrow::FixedSizeListType&>(*type).list_size()));
    case arrow::Type::MAP: {
      const auto& entries = *children.at(0)->type();
      return with_id->WithType(std::make_shared<arrow::MapType>(entries.field(0), entries.field(1)));
    }
    default:
      return with_id;
  }
}

std::shared_ptr<arrow::Schema> numbered(const arrow::Schema& schema) {
  arrow::FieldVector fields;
  int next = 1;
  for (const auto& field : schema.fields()) fields.push_back(numbered(*field, next));
  return arrow::schema(std::move(fields));
}

std::shared_ptr<parquet::WriterProperties> properties_of(const ParquetOptions& options, const arrow::Schema& schema) {
  std::shared_ptr<parquet::SchemaDescriptor> leaves;
  check_status(parquet::arrow::ToParquetSchema(&schema, *parquet::default_writer_properties(), &leaves),
               "a Parquet schema");
  parquet::WriterProperties::Builder builder;
  builder.compression(codec_of(options.codec))
      ->max_row_group_length(options.row_group_rows)
      ->dictionary_pagesize_limit(most_dictionary_bytes);
  for (int i = 0; i < leaves->num_columns(); ++i) {
    const parquet::ColumnDescriptor& leaf = *leaves->Column(i);
    if (!worth_a_dictionary(leaf)) builder.disable_dictionary(leaf.path());
    if (!worth_statistics(options.statistics, leaf)) builder.disable_statistics(leaf.path());
    if (std::ranges::count(options.bloom_filters, leaf.path()->ToDotVector().front()) != 0) {
      builder.enable_bloom_filter(leaf.path(), {});
    }
  }
  return builder.build();
}

class ParquetPartWriter final : public PartWriter {
 public:
  ParquetPartWriter(const std::vector<cql::ColumnSpec>& columns, std::shared_ptr<arrow::Schema> schema,
                    std::shared_ptr<parquet::WriterProperties> properties, std::uint64_t most_row_group_bytes,
                    std::shared_ptr<arrow::io::OutputStream> out)
      : builder_(columns, schema), out_(std::move(out)), most_row_group_bytes_(most_row_group_bytes) {
    auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
    writer_ = take(parquet::arrow::FileWriter::Open(*schema, arrow::default_memory_pool(), out_, std::move(properties),
                                                    std::move(arrow_properties)),
                   "writing Parquet");
    flushed_bytes_ = position();
  }

  void write(const RowsView& rows) override {
    if (rows.row_count == 0) return;
    const auto batch = builder_.build(rows);
    if (row_group_bytes_ != 0 && row_group_bytes_ + rows.bytes.size() > most_row_group_bytes_) {
      check_status(writer_->NewBufferedRowGroup(), "writing Parquet");
    }
    check_status(writer_->WriteRecordBatch(*batch), "writing Parquet");
    raw_bytes_ += rows.bytes.size();
    row_group_bytes_ += rows.bytes.size();
    note_flushed();
  }

  [[nodiscard]] std::uint64_t bytes_written() const override {
    const double share = flushed_raw_bytes_ == 0
                             ? assumed_encoded_share
                             : static_cast<double>(flushed_bytes_) / static_cast<double>(flushed_raw_bytes_);
    return flushed_bytes_ + static_cast<std::uint64_t>(share * static_cast<double>(raw_bytes_ - flushed_raw_bytes_));
  }

  void finish() override {
    check_status(writer_->Close(), "writing Parquet");
    note_flushed();
    check_status(out_->Close(), "writing Parquet");
  }

 private:
  [[nodiscard]] std::uint64_t position() const {
    return static_cast<std::uint64_t>(take(out_->Tell(), "writing Parquet"));
  }

  /// Arrow writes when a row group is full, and only then the position moves.
  void note_flushed() {
    const std::uint64_t now = position();
    if (now == flushed_bytes_) return;
    flushed_bytes_ = now;
    // Close to the truth: a page may straddle two row groups.
    flushed_raw_bytes_ = raw_bytes_;
    row_group_bytes_ = 0;
  }

  columnar::BatchBuilder builder_;
  std::shared_ptr<arrow::io::OutputStream> out_;
  std::unique_ptr<parquet::arrow::FileWriter> writer_;
  std::uint64_t most_row_group_bytes_;
  std::uint64_t raw_bytes_ = 0;
  std::uint64_t row_group_bytes_ = 0;
  std::uint64_t flushed_bytes_ = 0;
  std::uint64_t flushed_raw_bytes_ = 0;
};

class ParquetWriter final : public Writer {
 public:
  ParquetWriter(const ParquetOptions& options, const ColumnarOptions& forms, std::vector<cql::ColumnSpec> columns,
                const std::vector<std::string>& names)
      : columns_(std::move(columns)),
        schema_(columnar::arrow_schema_of(columns_, names, forms)),
        row_group_bytes_(options.row_group_bytes) {
    if (forms.duration == DurationForm::interval) {
      throw Error(ErrorClass::usage, "Parquet cannot hold Arrow's intervals", "Say --duration-form fields or text.");
    }
    if (options.row_group_rows < 1) throw Error(ErrorClass::usage, "--row-group-rows must be 1 or more");
    if (columns_.empty()) throw Error(ErrorClass::usage, "a Parquet file needs at least one column");
    std::set<std::string> seen;
    for (const auto& field : schema_->fields()) {
      if (!seen.insert(field->name()).second) {
        throw Error(ErrorClass::usage,
                    fmt::format("two columns would be named \"{}\" in the Parquet file", field->name()),
                    "rename one with --columns column=name");
      }
    }
    for (const std::string& name : options.bloom_filters) {
      if (!seen.contains(name)) {
        throw Error(ErrorClass::usage,
                    fmt::format("--bloom-filters names \"{}\", which is no column of the file", name));
      }
    }
    if (options.field_ids) schema_ = numbered(*schema_);
    properties_ = properties_of(options, *schema_);
  }

  std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out, PartRole) override {
    return std::make_unique<ParquetPartWriter>(columns_, schema_, properties_, row_group_bytes_, std::move(out));
  }

  void merge(std::span<const FragmentOpener> fragments, const std::shared_ptr<arrow::io::OutputStream>& out) override {
    if (fragments.empty()) return open_part(out, PartRole::standalone)->finish();
    concatenate_parquet(fragments, out);
  }

 private:
  std::vector<cql::ColumnSpec> columns_;
  std::shared_ptr<arrow::Schema> schema_;
  std::shared_ptr<parquet::WriterProperties> properties_;
  std::uint64_t row_group_bytes_;
};

}  // namespace

std::unique_ptr<Writer> make_parquet_writer(const ParquetOptions& options, const ColumnarOptions& forms,
                                            std::vector<cql::ColumnSpec> columns,
                                            const std::vector<std::string>& names) {
  return std::make_unique<ParquetWriter>(options, forms, std::move(columns), names);
}

}  // namespace cqlbulk::formats
