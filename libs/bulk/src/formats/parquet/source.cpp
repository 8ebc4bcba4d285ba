// A Parquet file as input: its fields, its row groups as units, and what can become of them. Reading a unit is
// parquet_unit_reader.cpp's.
#include <arrow/io/interfaces.h>
#include <arrow/type.h>
#include <fmt/format.h>
#include <parquet/arrow/reader.h>
#include <parquet/metadata.h>

#include "formats/batch_rows.hpp"
#include "formats/parquet/parquet.hpp"
#include "formats/parquet/unit_reader.hpp"

namespace cqlbulk::formats {

namespace {

[[noreturn]] void refuse_file(const std::string& name, const std::string& problem) {
  throw Error(ErrorClass::usage, fmt::format("{}: {}", name, problem), "Give a Parquet file, or say --format csv.");
}

/// Before Arrow, whose messages for these are of bytes and footers.
void check_magic(arrow::io::RandomAccessFile& file, const std::string& name) {
  constexpr std::int64_t least_size = 12;
  const auto size = take(file.GetSize(), name);
  if (size == 0) refuse_file(name, "the file is empty");
  const auto head = take(file.ReadAt(0, std::min<std::int64_t>(size, 4)), name);
  if (std::string_view(*head) == "PARE") refuse_file(name, "the file is encrypted, which is not supported");
  if (std::string_view(*head) != "PAR1") refuse_file(name, "this is no Parquet file");
  if (size < least_size) refuse_file(name, "the file is truncated: it ends within its first bytes");
  const auto tail = take(file.ReadAt(size - 4, 4), name);
  if (std::string_view(*tail) == "PARE") refuse_file(name, "the file is encrypted, which is not supported");
  if (std::string_view(*tail) != "PAR1") refuse_file(name, "the file is truncated: it has no footer at its end");
}

std::uint64_t compressed_bytes(const parquet::RowGroupMetaData& row_group) {
  std::uint64_t bytes = 0;
  for (int i = 0; i < row_group.num_columns(); ++i) {
    const std::int64_t column = row_group.ColumnChunk(i)->total_compressed_size();
    if (column > 0) bytes += static_cast<std::uint64_t>(column);
  }
  return bytes;
}

class ParquetSource final : public Source {
 public:
  ParquetSource(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name) {
    input_.file = std::move(file);
    input_.name = std::move(name);
    check_magic(*input_.file, input_.name);
    read_footer();
    fields_ = fields_of(*schema_);
  }

  [[nodiscard]] const std::string& name() const override { return input_.name; }
  [[nodiscard]] const std::vector<Field>& fields() const override { return fields_; }
  [[nodiscard]] std::string reject_header() const override { return {}; }
  [[nodiscard]] std::string reject_suffix() const override { return ".jsonl"; }
  [[nodiscard]] bool takes_conditions() const override { return true; }

  /// Row groups are the least that can be read alone; small ones are taken together.
  [[nodiscard]] std::vector<Unit> plan_units(std::uint64_t unit_bytes, std::uint64_t most_records) const override {
    return plan_batches(row_groups_, unit_bytes, most_records, input_.name);
  }

  void check_mapping(const RowMapping& mapping) const override { check_types(*schema_, mapping, input_.name); }

  [[nodiscard]] std::unique_ptr<UnitReader> open_unit(const Unit& unit, const RowMapping& mapping) const override {
    return open_parquet_unit(input_, unit, is_cut(unit, row_groups_), mapping);
  }

 private:
  void read_footer() {
    parquet::arrow::FileReaderBuilder builder;
    std::unique_ptr<parquet::arrow::FileReader> reader;
    auto status = builder.Open(input_.file);
    if (status.ok()) status = builder.properties(parquet_reader_properties(1))->Build(&reader);
    if (status.ok()) status = reader->GetSchema(&schema_);
    if (!status.ok()) refuse_file(input_.name, "the file's footer is broken: " + one_line(status.message()));
    input_.metadata = reader->parquet_reader()->metadata();
    std::int64_t records = 0;
    for (int i = 0; i < input_.metadata->num_row_groups(); ++i) {
      const auto row_group = input_.metadata->RowGroup(i);
      if (row_group->num_rows() < 0 || __builtin_add_overflow(records, row_group->num_rows(), &records)) {
        refuse_file(input_.name, "the file's footer is broken: impossible row counts");
      }
      row_groups_.push_back({static_cast<std::uint64_t>(row_group->num_rows()), compressed_bytes(*row_group)});
    }
  }

  ParquetInput input_;
  std::shared_ptr<arrow::Schema> schema_;
  std::vector<Field> fields_;
  std::vector<WholeBatch> row_groups_;  ///< Looked at once: Parquet finds broken descriptions only then.
};

}  // namespace

std::unique_ptr<Source> open_parquet_source(std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name) {
  try {
    return std::make_unique<ParquetSource>(std::move(file), name);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {  // Parquet's own exceptions, from footers that lie about themselves.
    refuse_file(name, "the file's footer is broken: " + one_line(error.what()));
  }
}

}  // namespace cqlbulk::formats
