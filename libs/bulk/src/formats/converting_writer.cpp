// Converted rows: a copy of the page's bytes with the converted values behind them, and cells that point there.
#include <fmt/format.h>

#include <limits>

#include "cqlbulk/error.hpp"
#include "formats/converter_places.hpp"
#include "formats/converting.hpp"

namespace cqlbulk::formats {
namespace {

/// What a converting writer and its parts share.
struct Conversion {
  std::vector<cql::ColumnSpec> from;
  std::vector<cql::ColumnSpec> to;
  std::vector<ColumnConverter> converters;
  std::vector<ConverterPlace> places;
};

class ConvertingPartWriter final : public PartWriter {
 public:
  ConvertingPartWriter(std::unique_ptr<PartWriter> inner, std::shared_ptr<const Conversion> conversion)
      : inner_(std::move(inner)), conversion_(std::move(conversion)) {}

  void write(const RowsView& rows) override {
    bytes_.clear();
    bytes_.append(rows.bytes);
    cells_.assign(rows.cells.begin(), rows.cells.end());
    for (const auto& [converter, column] : conversion_->places) {
      for (std::size_t row = 0; row < rows.row_count; ++row) {
        Cell& cell = cells_[row * rows.columns.size() + column];
        if (cell.has_value()) convert(*converter, conversion_->from[column], rows.value(cell), cell);
      }
    }
    inner_->write({conversion_->to, bytes_.view(), rows.row_count, cells_});
  }

  [[nodiscard]] std::uint64_t bytes_written() const override { return inner_->bytes_written(); }
  void finish() override { inner_->finish(); }

 private:
  void convert(const ColumnConverter& converter, const cql::ColumnSpec& column, cql::ByteView value, Cell& cell) {
    const std::size_t start = bytes_.size();
    bool there = false;
    try {
      there = converter.convert(value, column.type, bytes_);
    } catch (const std::exception& error) {
      throw Error(ErrorClass::failed, fmt::format("column {}: its converter: {}", column.name, error.what()));
    }
    // A part's cells know where they lie by 32 bits.
    if (bytes_.size() > std::numeric_limits<std::int32_t>::max()) {
      throw Error(ErrorClass::failed, fmt::format("column {}: a page takes more than 2 GiB converted", column.name),
                  "Ask for smaller pages (--page-size).");
    }
    cell.offset = static_cast<std::uint32_t>(start);
    cell.size = there ? static_cast<std::int32_t>(bytes_.size() - start) : -1;
  }

  std::unique_ptr<PartWriter> inner_;
  std::shared_ptr<const Conversion> conversion_;
  // Kept from page to page for their memory.
  cql::Buffer bytes_;
  std::vector<Cell> cells_;
};

class ConvertingWriter final : public Writer {
 public:
  ConvertingWriter(std::unique_ptr<Writer> inner, std::shared_ptr<const Conversion> conversion)
      : inner_(std::move(inner)), conversion_(std::move(conversion)) {}

  std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out, PartRole role) override {
    return std::make_unique<ConvertingPartWriter>(inner_->open_part(std::move(out), role), conversion_);
  }
  [[nodiscard]] const Joints* joints() const override { return inner_->joints(); }
  [[nodiscard]] bool fragments_stand_alone() const override { return inner_->fragments_stand_alone(); }
  void merge(std::span<const FragmentOpener> fragments, const std::shared_ptr<arrow::io::OutputStream>& out) override {
    inner_->merge(fragments, out);
  }

 private:
  std::unique_ptr<Writer> inner_;
  std::shared_ptr<const Conversion> conversion_;
};

}  // namespace

std::unique_ptr<Writer> make_converting_writer(FormatKind kind, const FormatOptions& options,
                                               const std::vector<cql::ColumnSpec>& columns,
                                               std::vector<std::string> names, std::vector<CellFact> facts,
                                               std::vector<ColumnConverter> converters) {
  auto conversion = std::make_shared<Conversion>();
  conversion->from = columns;
  conversion->to = columns;
  conversion->converters = std::move(converters);
  conversion->places = find_places(conversion->converters, conversion->from);
  for (const auto& [converter, column] : conversion->places) conversion->to[column].type = converter->file_type;
  auto inner = make_writer(kind, options, conversion->to, std::move(names), std::move(facts));
  return std::make_unique<ConvertingWriter>(std::move(inner), std::move(conversion));
}

}  // namespace cqlbulk::formats
