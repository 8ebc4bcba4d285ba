// What gathers the cells of one column into an Arrow array. Internal to columnar/.
#pragma once

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/type.h>

#include <cstring>
#include <memory>
#include <string>

#include "columnar/columnar.hpp"
#include "cql/data_type.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk::columnar {

/// The cells of one column from top to bottom. Those of a table lie a row apart, those within nested values side by
/// side. Borrowed for a call.
struct CellColumn {
  cql::ByteView bytes;
  const Cell* first = nullptr;
  std::size_t count = 0;
  std::size_t stride = 1;

  const Cell& operator[](std::size_t index) const { return first[index * stride]; }
  [[nodiscard]] const std::byte* data(const Cell& cell) const { return bytes.data() + cell.offset; }
  [[nodiscard]] cql::ByteView value(const Cell& cell) const {
    return bytes.subspan(cell.offset, static_cast<std::size_t>(cell.size));
  }
};

/// Thrown by readers for the cell at `index` of their column; whoever knows the column and row makes an error of it.
struct BadValue {
  std::size_t index = 0;
  std::string reason;
  /// No bytes at all where the type needs some: CQL allows that, Arrow has nothing for it.
  bool empty = false;
  /// A value that is one, but not of the form that was asked for.
  bool of_other_form = false;
};

class ColumnReader {
 public:
  virtual ~ColumnReader() = default;
  /// Reads exactly cells.count cells. Throws BadValue.
  [[nodiscard]] virtual std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) = 0;
};

/// The reader for one pair of types; `arrow_type` is what arrow_type_of(type) gives in some forms.
[[nodiscard]] std::unique_ptr<ColumnReader> make_column_reader(const cql::DataType& type,
                                                               const std::shared_ptr<arrow::DataType>& arrow_type);
[[nodiscard]] std::unique_ptr<ColumnReader> make_nested_reader(const cql::DataType& type,
                                                               const std::shared_ptr<arrow::DataType>& arrow_type);
[[nodiscard]] std::unique_ptr<ColumnReader> make_computed_reader(const cql::DataType& type,
                                                                 const std::shared_ptr<arrow::DataType>& arrow_type);

/// Arrow's Status as an exception: here only memory can run out.
void check_status(const arrow::Status& status);
/// Not zeroed, except for the last eight bytes (a bitmap's or booleans' spare bits).
[[nodiscard]] std::shared_ptr<arrow::Buffer> allocate(std::size_t size);
template <typename Value>
[[nodiscard]] Value* values_of(const std::shared_ptr<arrow::Buffer>& buffer) {
  return reinterpret_cast<Value*>(buffer->mutable_data());
}

/// Which values are null. The bitmap is made for the first null only: most columns never see one.
class Validity {
 public:
  explicit Validity(std::size_t count) : count_(count) {}
  void set_null(std::size_t index) {
    if (!bitmap_) make_bitmap();
    values_of<std::uint8_t>(bitmap_)[index / 8] &= static_cast<std::uint8_t>(~(1U << (index % 8)));
    ++null_count_;
  }
  [[nodiscard]] const std::shared_ptr<arrow::Buffer>& bitmap() const { return bitmap_; }
  [[nodiscard]] std::int64_t null_count() const { return null_count_; }

 private:
  void make_bitmap();
  std::size_t count_;
  std::int64_t null_count_ = 0;
  std::shared_ptr<arrow::Buffer> bitmap_;
};

[[nodiscard]] std::shared_ptr<arrow::ArrayData> make_data(std::shared_ptr<arrow::DataType> type, std::size_t count,
                                                          const Validity& validity, arrow::BufferVector buffers);

[[noreturn]] void too_much_text(std::size_t index);
/// Throws where 32-bit offsets end: `size` bytes up to the value at `index`.
inline void check_text_size(std::uint64_t size, std::size_t index) {
  if (size > INT32_MAX) too_much_text(index);
}

/// What to do with a cell that has not the size its type needs: null is marked, the rest thrown.
void null_or_throw(const Cell& cell, std::size_t index, std::size_t needed, Validity& validity);

}  // namespace cqlbulk::columnar
