// Readers of list, set, map, tuple, udt and vector: they find the cells of their children, whose own readers then read
// all of them at once. Depth is that of the type, not of the data.
#include <arrow/type.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "columnar/column_reader.hpp"
#include "cql/error.hpp"
#include "cql/types.hpp"

namespace cqlbulk::columnar {

namespace {

constexpr Cell null_cell{0, -1};

/// Goes through the bytes of one value and notes where its elements lie within the page.
class ElementScanner {
 public:
  ElementScanner(const CellColumn& cells, std::size_t index)
      : index_(index),
        at_(cells[index].offset),
        end_(at_ + static_cast<std::size_t>(cells[index].size)),
        bytes_(cells.bytes) {}

  [[nodiscard]] bool at_end() const { return at_ == end_; }
  [[nodiscard]] std::size_t remaining() const { return end_ - at_; }

  /// An i32 that counts elements of at least `least` bytes each.
  std::size_t count(std::size_t least) {
    const std::int32_t count = length();
    if (count < 0 || static_cast<std::size_t>(count) > remaining() / least) fail("a count of elements past the end");
    return static_cast<std::size_t>(count);
  }
  /// An i32 length and that many bytes; negative: null.
  Cell element() { return take(length()); }
  Cell fixed(std::uint64_t size) {
    if (size > remaining()) fail("an element points past the end");
    return take(static_cast<std::int32_t>(size));
  }
  /// An unsigned vint length and that many bytes.
  Cell vint_element() {
    cql::Reader reader(bytes_.subspan(at_, remaining()), "vector element");
    std::uint64_t size = 0;
    try {
      size = cql::read_unsigned_vint(reader);
    } catch (const cql::Error&) {
      fail("the value ends within a length");
    }
    at_ += reader.offset();
    return fixed(size);
  }
  void finish() const {
    if (!at_end()) fail(fmt::format("{} bytes follow the last element", remaining()));
  }
  [[noreturn]] void fail(std::string reason) const { throw BadValue{index_, std::move(reason)}; }

 private:
  std::int32_t length() {
    if (remaining() < sizeof(std::int32_t)) fail("the value ends within a length");
    const auto size = cql::load_big_endian<std::int32_t>(bytes_.data() + at_);
    at_ += sizeof size;
    return size;
  }
  Cell take(std::int32_t size) {
    const Cell cell{static_cast<std::uint32_t>(at_), size};
    if (size > 0) {
      if (static_cast<std::size_t>(size) > remaining()) fail("an element points past the end");
      at_ += static_cast<std::size_t>(size);
    }
    return cell;
  }

  std::size_t index_;
  std::size_t at_;
  std::size_t end_;
  cql::ByteView bytes_;
};

CellColumn side_by_side(const CellColumn& cells, const std::vector<Cell>& children) {
  return {cells.bytes, children.data(), children.size(), 1};
}

/// Where the elements of list-like values begin; children are read at once and their trouble is told of the parent.
class Offsets {
 public:
  explicit Offsets(std::size_t count) : count_(count), buffer_(allocate((count + 1) * sizeof(std::int32_t))) {}
  void set(std::size_t index, std::size_t child) {
    // Every child takes four bytes of a page of less than 4 GiB, except within vectors, which have no offsets.
    values_of<std::int32_t>(buffer_)[index] = static_cast<std::int32_t>(child);
  }
  [[nodiscard]] const std::shared_ptr<arrow::Buffer>& buffer() const { return buffer_; }

  std::shared_ptr<arrow::ArrayData> read(ColumnReader& reader, const CellColumn& children, const char* what) const {
    try {
      return reader.read(children);
    } catch (const BadValue& bad) {
      const auto* begin = values_of<std::int32_t>(buffer_);
      const auto* parent = std::upper_bound(begin, begin + count_ + 1, static_cast<std::int32_t>(bad.index)) - 1;
      const std::size_t place = bad.index - static_cast<std::size_t>(*parent);
      throw BadValue{static_cast<std::size_t>(parent - begin), fmt::format("{} {}: {}", what, place, bad.reason),
                     bad.empty, bad.of_other_form};
    }
  }

 private:
  std::size_t count_;
  std::shared_ptr<arrow::Buffer> buffer_;
};

class ListReader final : public ColumnReader {
 public:
  ListReader(std::shared_ptr<arrow::DataType> type, std::unique_ptr<ColumnReader> element)
      : type_(std::move(type)), element_(std::move(element)) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    Offsets offsets(cells.count);
    Validity validity(cells.count);
    children_.clear();
    for (std::size_t i = 0; i < cells.count; ++i) {
      offsets.set(i, children_.size());
      if (cells[i].size <= 0) {
        null_or_throw(cells[i], i, 4, validity);
        continue;
      }
      ElementScanner scanner(cells, i);
      for (std::size_t left = scanner.count(4); left != 0; --left) children_.push_back(scanner.element());
      scanner.finish();
    }
    offsets.set(cells.count, children_.size());
    auto elements = offsets.read(*element_, side_by_side(cells, children_), "element");
    return arrow::ArrayData::Make(type_, static_cast<std::int64_t>(cells.count), {validity.bitmap(), offsets.buffer()},
                                  {std::move(elements)}, validity.null_count());
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
  std::unique_ptr<ColumnReader> element_;
  std::vector<Cell> children_;
};

class MapReader final : public ColumnReader {
 public:
  MapReader(std::shared_ptr<arrow::DataType> type, std::unique_ptr<ColumnReader> key,
            std::unique_ptr<ColumnReader> value)
      : type_(std::move(type)), key_(std::move(key)), value_(std::move(value)) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    Offsets offsets(cells.count);
    Validity validity(cells.count);
    keys_.clear();
    values_.clear();
    for (std::size_t i = 0; i < cells.count; ++i) {
      offsets.set(i, keys_.size());
      if (cells[i].size <= 0) {
        null_or_throw(cells[i], i, 4, validity);
        continue;
      }
      read_entries(cells, i);
    }
    offsets.set(cells.count, keys_.size());
    auto keys = offsets.read(*key_, side_by_side(cells, keys_), "key");
    auto values = offsets.read(*value_, side_by_side(cells, values_), "value of entry");
    const auto& entries_type = static_cast<const arrow::MapType&>(*type_).value_type();
    auto entries = arrow::ArrayData::Make(entries_type, static_cast<std::int64_t>(keys_.size()), {nullptr},
                                          {std::move(keys), std::move(values)}, 0);
    return arrow::ArrayData::Make(type_, static_cast<std::int64_t>(cells.count), {validity.bitmap(), offsets.buffer()},
                                  {std::move(entries)}, validity.null_count());
  }

 private:
  void read_entries(const CellColumn& cells, std::size_t index) {
    ElementScanner scanner(cells, index);
    for (std::size_t left = scanner.count(8); left != 0; --left) {
      keys_.push_back(scanner.element());
      if (!keys_.back().has_value()) scanner.fail("a null key, which Arrow and Parquet cannot hold");
      values_.push_back(scanner.element());
    }
    scanner.finish();
  }

  std::shared_ptr<arrow::DataType> type_;
  std::unique_ptr<ColumnReader> key_;
  std::unique_ptr<ColumnReader> value_;
  std::vector<Cell> keys_;
  std::vector<Cell> values_;
};

/// tuple and udt. Fields that a value ends before are null: it was written when the type had fewer.
class StructReader final : public ColumnReader {
 public:
  StructReader(std::shared_ptr<arrow::DataType> type, std::vector<std::unique_ptr<ColumnReader>> fields)
      : type_(std::move(type)), fields_(std::move(fields)), children_(fields_.size()) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    Validity validity(cells.count);
    for (auto& column : children_) column.assign(cells.count, null_cell);
    for (std::size_t i = 0; i < cells.count; ++i) {
      if (cells[i].size < 0) {
        validity.set_null(i);
        continue;
      }
      ElementScanner scanner(cells, i);
      for (std::size_t field = 0; field < children_.size() && !scanner.at_end(); ++field) {
        children_[field][i] = scanner.element();
      }
      scanner.finish();
    }
    auto data = arrow::ArrayData::Make(type_, static_cast<std::int64_t>(cells.count), {validity.bitmap()},
                                       validity.null_count());
    for (std::size_t field = 0; field < fields_.size(); ++field) {
      data->child_data.push_back(read_field(cells, field));
    }
    return data;
  }

 private:
  std::shared_ptr<arrow::ArrayData> read_field(const CellColumn& cells, std::size_t field) {
    try {
      return fields_[field]->read(side_by_side(cells, children_[field]));
    } catch (const BadValue& bad) {
      throw BadValue{bad.index, fmt::format("field {}: {}", type_->field(static_cast<int>(field))->name(), bad.reason),
                     bad.empty, bad.of_other_form};
    }
  }

  std::shared_ptr<arrow::DataType> type_;
  std::vector<std::unique_ptr<ColumnReader>> fields_;
  std::vector<std::vector<Cell>> children_;
};

class VectorReader final : public ColumnReader {
 public:
  VectorReader(const cql::DataType& type, std::shared_ptr<arrow::DataType> arrow_type,
               std::unique_ptr<ColumnReader> element)
      : type_(std::move(arrow_type)),
        element_(std::move(element)),
        dimension_(type.dimension),
        element_size_(type.children.at(0).vector_element_size()) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    Validity validity(cells.count);
    children_.clear();
    for (std::size_t i = 0; i < cells.count; ++i) {
      if (children_.size() + dimension_ > most_children) {
        throw BadValue{i, "the page holds too many vector elements; a smaller page size helps"};
      }
      if (cells[i].size > 0) {
        read_elements(cells, i);
      } else {
        null_or_throw(cells[i], i, dimension_, validity);
        children_.insert(children_.end(), dimension_, null_cell);
      }
    }
    return arrow::ArrayData::Make(type_, static_cast<std::int64_t>(cells.count), {validity.bitmap()},
                                  {read_children(cells)}, validity.null_count());
  }

 private:
  /// Null vectors take room too: a hostile dimension must not decide how much memory is taken.
  static constexpr std::size_t most_children = 256U << 20U;

  void read_elements(const CellColumn& cells, std::size_t index) {
    ElementScanner scanner(cells, index);
    if (element_size_) {
      for (std::uint32_t i = 0; i < dimension_; ++i) children_.push_back(scanner.fixed(*element_size_));
    } else {
      for (std::uint32_t i = 0; i < dimension_; ++i) children_.push_back(scanner.vint_element());
    }
    scanner.finish();
  }

  std::shared_ptr<arrow::ArrayData> read_children(const CellColumn& cells) {
    try {
      return element_->read(side_by_side(cells, children_));
    } catch (const BadValue& bad) {
      throw BadValue{bad.index / dimension_, fmt::format("element {}: {}", bad.index % dimension_, bad.reason),
                     bad.empty, bad.of_other_form};
    }
  }

  std::shared_ptr<arrow::DataType> type_;
  std::unique_ptr<ColumnReader> element_;
  std::uint32_t dimension_;
  std::optional<std::uint32_t> element_size_;
  std::vector<Cell> children_;
};

}  // namespace

std::unique_ptr<ColumnReader> make_nested_reader(const cql::DataType& type,
                                                 const std::shared_ptr<arrow::DataType>& arrow_type) {
  // A map's one child in Arrow is the struct of its entries.
  const arrow::DataType& parent = type.kind == cql::TypeKind::map ? *arrow_type->field(0)->type() : *arrow_type;
  const auto child = [&](std::size_t index) {
    return make_column_reader(type.children.at(index), parent.field(static_cast<int>(index))->type());
  };
  if (type.kind == cql::TypeKind::map) return std::make_unique<MapReader>(arrow_type, child(0), child(1));
  if (type.kind == cql::TypeKind::vector) return std::make_unique<VectorReader>(type, arrow_type, child(0));
  if (type.kind == cql::TypeKind::list || type.kind == cql::TypeKind::set) {
    return std::make_unique<ListReader>(arrow_type, child(0));
  }
  std::vector<std::unique_ptr<ColumnReader>> fields;
  for (std::size_t i = 0; i < type.children.size(); ++i) fields.push_back(child(i));
  return std::make_unique<StructReader>(arrow_type, std::move(fields));
}

}  // namespace cqlbulk::columnar
