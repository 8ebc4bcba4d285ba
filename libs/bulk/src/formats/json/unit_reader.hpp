// One unit of a JSON file to rows that can be bound, and records that cannot.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "formats/json/json.hpp"
#include "formats/json/record_reader.hpp"
#include "formats/json/scanner.hpp"

namespace cqlbulk::formats {

class JsonUnitReader final : public UnitReader {
 public:
  /// `fields` must outlive it.
  JsonUnitReader(const JsonOptions& options, const text::Forms& forms, JsonForm form,
                 std::shared_ptr<arrow::io::RandomAccessFile> file, std::string name, const std::vector<Field>& fields,
                 const Unit& unit, RowMapping mapping);
  bool next(BoundRows& out) override;

 private:
  /// Finds the next record; false at the unit's end.
  bool next_record();
  void refill();
  void resize_buffer(std::size_t capacity);
  void convert(BoundRows& out);
  void reject(BoundRows& out, std::string_view column, std::string reason, std::string_view raw);
  [[nodiscard]] std::string_view text() const;
  [[noreturn]] void changed() const;

  JsonOptions options_;
  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::string name_;
  Unit unit_;
  RowMapping mapping_;
  JsonRecordReader reader_;
  JsonScanner scanner_;

  std::unique_ptr<char[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t size_ = 0;
  std::uint64_t buffer_offset_;  ///< Of the buffer's first byte in the file.
  JsonScanner::Next after_unit_;
  bool last_ = false;  ///< The buffer reaches to the unit's end.
  JsonScanner::Record found_;
  std::string oversized_start_;  ///< Of a record too large to hold.
  std::uint64_t record_;         ///< Ordinal of the next record.
  std::size_t bad_bytes_ = 0;    ///< Raw text of bad records in the block.
};

}  // namespace cqlbulk::formats
