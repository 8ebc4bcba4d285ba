// CSV: parts without Arrow's own writer, input cut at record borders. Internal to formats/; make_writer and open_source
// lead here.
//
// The dialect, the same for the planner, the reader and the writer:
// - A record ends with LF, CRLF or CR. A line that starts with the comment character is none. A blank line is a record
//   with one empty field where the file has one column, and nothing where it has more.
// - A quote opens a quoted field only at the field's start; elsewhere it is a character like any other. Inside quotes
//   everything is literal but the doubled quote and the escape character. Text between a closing quote and the next
//   delimiter makes the record a bad one.
// - Null is the null token without quotes. "" is the empty value; without a quote character an empty field is.
// - Where fields are trimmed, blanks (spaces and tabs that do not begin the delimiter) may stand before an opening and
//   after a closing quote.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>
#include <fmt/format.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cqlbulk/error.hpp"
#include "formats/arrow_io.hpp"
#include "formats/format.hpp"

namespace cqlbulk::formats {

[[nodiscard]] std::unique_ptr<Writer> make_csv_writer(const CsvOptions& options, std::vector<cql::ColumnSpec> columns,
                                                      std::vector<std::string> names, const TextForms& forms = {});

[[nodiscard]] std::unique_ptr<Source> open_csv_source(const CsvOptions& options,
                                                      std::shared_ptr<arrow::io::RandomAccessFile> file,
                                                      std::string name, const TextForms& forms = {});

/// Throws cqlbulk::Error{usage} naming every setting that cannot be.
void check_csv_options(const CsvOptions& options);

/// Whether a character stands for nothing at the ends of fields.
[[nodiscard]] inline bool is_csv_blank(const CsvOptions& options, char character) {
  return options.trim != CsvOptions::Trim::none && (character == ' ' || character == '\t') &&
         character != options.delimiter.front();
}

}  // namespace cqlbulk::formats
