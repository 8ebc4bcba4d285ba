// Rows in wire layout to a record batch: every column has its reader, chosen once.
#include <arrow/record_batch.h>
#include <fmt/format.h>

#include "columnar/column_reader.hpp"

#include "cql/error.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::columnar {

struct BatchBuilder::Impl {
  std::vector<cql::ColumnSpec> columns;
  std::shared_ptr<arrow::Schema> schema;
  std::vector<std::unique_ptr<ColumnReader>> readers;

  [[noreturn]] void fail(std::size_t column, const BadValue& bad) const {
    const std::string where = fmt::format("row {} of a page, column {} ({})", bad.index, columns[column].name,
                                          columns[column].type.to_string());
    if (bad.of_other_form) {
      throw Error(ErrorClass::failed, fmt::format("{}: {}", where, bad.reason),
                  "allow more digits, or keep them as text: --decimal-form text, --varint-form text");
    }
    if (!bad.empty) throw cql::Error(cql::ErrorKind::protocol, fmt::format("{}: {}", where, bad.reason));
    throw Error(ErrorClass::failed, fmt::format("{}: {}, which Arrow and Parquet cannot hold", where, bad.reason),
                "export to CSV or JSON, or leave the column out with --columns");
  }
};

BatchBuilder::BatchBuilder(std::vector<cql::ColumnSpec> columns, std::shared_ptr<arrow::Schema> schema)
    : impl_(std::make_unique<Impl>()) {
  impl_->columns = std::move(columns);
  impl_->schema = std::move(schema);
  if (static_cast<std::size_t>(impl_->schema->num_fields()) != impl_->columns.size()) {
    throw Error(ErrorClass::defect, "a batch's schema and columns differ in number");
  }
  for (std::size_t i = 0; i < impl_->columns.size(); ++i) {
    const auto& type = impl_->columns[i].type;
    const auto& arrow_type = impl_->schema->field(static_cast<int>(i))->type();
    impl_->readers.push_back(make_column_reader(type, arrow_type));
  }
}

BatchBuilder::~BatchBuilder() = default;

std::shared_ptr<arrow::RecordBatch> BatchBuilder::build(const RowsView& rows) {
  const auto& readers = impl_->readers;
  if (rows.columns.size() != readers.size()) {
    throw Error(ErrorClass::defect,
                fmt::format("rows of {} columns for a batch of {}", rows.columns.size(), readers.size()));
  }
  std::vector<std::shared_ptr<arrow::ArrayData>> arrays(readers.size());
  for (std::size_t column = 0; column < readers.size(); ++column) {
    const Cell* first = rows.row_count == 0 ? nullptr : rows.cells.data() + column;
    const CellColumn cells{rows.bytes, first, rows.row_count, readers.size()};
    try {
      arrays[column] = readers[column]->read(cells);
    } catch (const BadValue& bad) {
      impl_->fail(column, bad);
    }
  }
  return arrow::RecordBatch::Make(impl_->schema, static_cast<std::int64_t>(rows.row_count), std::move(arrays));
}

}  // namespace cqlbulk::columnar
