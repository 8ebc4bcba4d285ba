// Writing CSV: rows into parts.
#include "formats/csv/csv.hpp"
#include "formats/csv/quoting.hpp"
#include "formats/text_chunk.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::formats {
namespace {

constexpr std::string_view line_ends[] = {"\n", "\r\n", "\r"};  // As in CsvOptions::LineEnd.

std::string_view line_end_of(const CsvOptions& options) {
  return line_ends[static_cast<std::size_t>(options.line_end)];
}

class CsvPartWriter final : public PartWriter {
 public:
  CsvPartWriter(std::shared_ptr<arrow::io::OutputStream> out, const CsvOptions& options, const text::Forms& forms,
                std::span<const cql::ColumnSpec> columns, const std::string& header)
      : chunk_(std::move(out), "writing a CSV file"),
        delimiter_(options.delimiter),
        null_token_(options.null_token),
        line_end_(line_end_of(options)),
        quoting_(options),
        policy_(options.quoting) {
    chunk_.text = header;
    for (const cql::ColumnSpec& column : columns) columns_.push_back(column_of(column, forms));
  }

  void write(const RowsView& rows) override {
    for (std::size_t row = 0; row < rows.row_count; ++row) {
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        if (i != 0) chunk_.text += delimiter_;
        const Cell& cell = rows.cell(row, i);
        if (cell.has_value()) {
          append_named(i, rows.value(cell));
        } else {
          chunk_.text += null_token_;
        }
      }
      chunk_.text += line_end_;
      chunk_.flush_if_full();
    }
  }

  [[nodiscard]] std::uint64_t bytes_written() const override { return chunk_.bytes(); }

  void finish() override { chunk_.close(); }

 private:
  enum class Quotes { never, text, checked, always };
  struct Column {
    text::CellWriter writer;
    Quotes quotes;
    const std::string* name;
  };

  Column column_of(const cql::ColumnSpec& column, const text::Forms& forms) const {
    const cql::TypeKind kind = column.type.kind;
    const bool is_text = kind == cql::TypeKind::text || kind == cql::TypeKind::ascii;
    const bool never = quoting_.never_needs_quotes(forms.alphabet(kind), columns_.empty());
    return {text::CellWriter(column.type, forms),
            policy_ == CsvOptions::Quoting::all               ? Quotes::always
            : is_text && policy_ == CsvOptions::Quoting::text ? Quotes::always
            : is_text                                         ? Quotes::text
            : never                                           ? Quotes::never
                                                              : Quotes::checked,
            &column.name};
  }

  void append_named(std::size_t index, cql::ByteView value) {
    try {
      append(index, value);
    } catch (const Error& error) {
      throw Error(error.error_class(), fmt::format("column {}: {}", *columns_[index].name, error.message()),
                  error.advice());
    }
  }

  void append(std::size_t index, cql::ByteView value) {
    const Column& column = columns_[index];
    switch (column.quotes) {
      case Quotes::text:
        quoting_.append(cql::as_text(value), index == 0, chunk_.text);
        return;
      case Quotes::never: {
        const std::size_t start = chunk_.text.size();
        column.writer.append(value, chunk_.text);
        if (chunk_.text.size() == start) quoting_.append_quoted({}, index == 0, chunk_.text);
        return;
      }
      case Quotes::always:
        chunk_.scratch.clear();
        column.writer.append(value, chunk_.scratch);
        quoting_.append_quoted(chunk_.scratch, index == 0, chunk_.text);
        return;
      case Quotes::checked:
        chunk_.scratch.clear();
        column.writer.append(value, chunk_.scratch);
        quoting_.append(chunk_.scratch, index == 0, chunk_.text);
        return;
    }
  }

  TextChunk chunk_;
  std::string delimiter_;
  std::string null_token_;
  std::string_view line_end_;
  CsvQuoting quoting_;
  CsvOptions::Quoting policy_;
  std::vector<Column> columns_;
};

class CsvWriter final : public Writer {
 public:
  CsvWriter(const CsvOptions& options, const TextForms& forms, std::vector<cql::ColumnSpec> columns,
            const std::vector<std::string>& names)
      : options_(options), forms_(forms), columns_(std::move(columns)) {
    check_csv_options(options_);
    if (columns_.size() != names.size()) throw Error(ErrorClass::defect, "as many names as columns are needed");
    if (!options_.header) return;
    const CsvQuoting quoting(options_);
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (i != 0) joints_.before += options_.delimiter;
      if (options_.quoting == CsvOptions::Quoting::minimal) {
        quoting.append(names[i], i == 0, joints_.before);
      } else {
        quoting.append_quoted(names[i], i == 0, joints_.before);
      }
    }
    joints_.before += line_end_of(options_);
  }

  std::unique_ptr<PartWriter> open_part(std::shared_ptr<arrow::io::OutputStream> out, PartRole role) override {
    return std::make_unique<CsvPartWriter>(std::move(out), options_, forms_, columns_,
                                           role == PartRole::standalone ? joints_.before : std::string());
  }

  [[nodiscard]] const Joints* joints() const override { return &joints_; }

 private:
  CsvOptions options_;
  text::Forms forms_;
  std::vector<cql::ColumnSpec> columns_;
  Joints joints_;
};

}  // namespace

std::unique_ptr<Writer> make_csv_writer(const CsvOptions& options, std::vector<cql::ColumnSpec> columns,
                                        std::vector<std::string> names, const TextForms& forms) {
  return std::make_unique<CsvWriter>(options, forms, std::move(columns), names);
}

}  // namespace cqlbulk::formats
