// One unit of a CSV file to rows that can be bound, and records that cannot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/csv/csv.hpp"
#include "formats/csv/scanner.hpp"
#include "formats/csv/splitter.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::formats {

class CsvUnitReader final : public UnitReader {
 public:
  CsvUnitReader(const CsvOptions& options, const text::Forms& forms, std::shared_ptr<arrow::io::RandomAccessFile> file,
                std::string name, std::vector<std::string> field_names, const Unit& unit, RowMapping mapping);
  bool next(BoundRows& out) override;

 private:
  /// Finds the next record; false at the unit's end. A record too large to hold becomes a bad one on the way.
  bool next_record(BoundRows& out);
  void refill(BoundRows& out);
  void resize_buffer(std::size_t capacity);
  /// Leaves out the record at the buffer's start without holding it.
  void skip_oversized(BoundRows& out);
  void convert(BoundRows& out);
  bool well_formed(BoundRows& out);
  bool append_parameter(std::size_t index, BoundRows& out);
  /// Without the blanks at its ends, where they are trimmed.
  [[nodiscard]] std::string_view trimmed(std::string_view text, bool quoted) const;
  bool append_null(const RowMapping::Parameter& parameter, BoundRows& out);
  bool reject(BoundRows& out, std::string_view column, std::string reason);
  [[noreturn]] void changed() const;

  CsvOptions options_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::string name_;
  std::vector<std::string> field_names_;
  Unit unit_;
  RowMapping mapping_;
  std::vector<text::CellParser> parsers_;
  CsvSplitter splitter_;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::uint64_t file_offset_;  ///< Of the byte after those in the buffer.
  std::uint64_t record_;       ///< Ordinal of the next record.
  std::uint64_t line_;         ///< Its first line.
  std::size_t bad_bytes_ = 0;  ///< Raw text of bad records in the block.
  std::string scratch_;
};

}  // namespace cqlbulk::formats
