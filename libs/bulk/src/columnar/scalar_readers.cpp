// Readers of the types without children. A fixed-width type costs one comparison and one load per value; text and
// blobs are laid out in two passes, so that their buffer is allocated once and exactly.
#include <fmt/format.h>

#include <array>

#include "columnar/column_reader.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::columnar {

void check_status(const arrow::Status& status) {
  if (!status.ok()) throw Error(ErrorClass::failed, status.message());
}

std::shared_ptr<arrow::Buffer> allocate(std::size_t size) {
  auto buffer = arrow::AllocateBuffer(static_cast<std::int64_t>(size));
  check_status(buffer.status());
  const std::size_t tail = std::min<std::size_t>(size, 8);
  if (tail != 0) std::memset((*buffer)->mutable_data() + size - tail, 0, tail);
  return std::move(*buffer);
}

void Validity::make_bitmap() {
  const std::size_t size = (count_ + 7) / 8;
  bitmap_ = allocate(size);
  std::memset(bitmap_->mutable_data(), 0xFF, size);
}

void null_or_throw(const Cell& cell, std::size_t index, std::size_t needed, Validity& validity) {
  if (cell.size < 0) {
    validity.set_null(index);
  } else if (cell.size == 0) {
    throw BadValue{index, "an empty value", true};
  } else {
    throw BadValue{index, fmt::format("{} bytes where the type needs {}", cell.size, needed)};
  }
}

std::shared_ptr<arrow::ArrayData> make_data(std::shared_ptr<arrow::DataType> type, std::size_t count,
                                            const Validity& validity, arrow::BufferVector buffers) {
  buffers.insert(buffers.begin(), validity.bitmap());
  return arrow::ArrayData::Make(std::move(type), static_cast<std::int64_t>(count), std::move(buffers),
                                validity.null_count());
}

[[noreturn]] void too_much_text(std::size_t index) {
  throw BadValue{index, "the page holds more than 2 GiB of this column; a smaller page size helps"};
}

namespace {

template <typename Integer>
struct BigEndian {
  using Value = Integer;
  static constexpr std::int32_t wire_size = sizeof(Integer);
  static Value from_wire(const std::byte* at) { return cql::load_big_endian<Integer>(at); }
};

/// Days as CQL counts them: unsigned, 1970-01-01 in the middle of the range.
struct CentredDays {
  using Value = std::int32_t;
  static constexpr std::int32_t wire_size = 4;
  static Value from_wire(const std::byte* at) {
    return static_cast<std::int32_t>(cql::load_big_endian<std::uint32_t>(at) ^ 0x8000'0000U);
  }
};

struct Bytes16 {
  using Value = std::array<std::byte, 16>;
  static constexpr std::int32_t wire_size = 16;
  static Value from_wire(const std::byte* at) {
    Value value;
    std::memcpy(value.data(), at, value.size());
    return value;
  }
};

/// Floats are moved as integers: a signalling NaN keeps its bits.
template <typename Conversion>
class FixedReader final : public ColumnReader {
 public:
  explicit FixedReader(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    using Value = typename Conversion::Value;
    auto buffer = allocate(cells.count * sizeof(Value));
    auto* out = values_of<Value>(buffer);
    Validity validity(cells.count);
    for (std::size_t i = 0; i < cells.count; ++i) {
      const Cell& cell = cells[i];
      if (cell.size == Conversion::wire_size) [[likely]] {
        out[i] = Conversion::from_wire(cells.data(cell));
      } else {
        null_or_throw(cell, i, Conversion::wire_size, validity);
        out[i] = Value{};
      }
    }
    return make_data(type_, cells.count, validity, {std::move(buffer)});
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

class BooleanReader final : public ColumnReader {
 public:
  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    const std::size_t size = (cells.count + 7) / 8;
    auto buffer = allocate(size);
    std::memset(buffer->mutable_data(), 0, size);
    auto* out = values_of<std::uint8_t>(buffer);
    Validity validity(cells.count);
    for (std::size_t i = 0; i < cells.count; ++i) {
      const Cell& cell = cells[i];
      if (cell.size != 1) {
        null_or_throw(cell, i, 1, validity);
      } else if (*cells.data(cell) != std::byte{0}) {  // Any byte but 0 is true, as the server has it.
        out[i / 8] |= static_cast<std::uint8_t>(1U << (i % 8));
      }
    }
    return make_data(arrow::boolean(), cells.count, validity, {std::move(buffer)});
  }
};

/// ascii, text, blob and custom types: the bytes as they are, an empty value being an ordinary one.
class BytesReader final : public ColumnReader {
 public:
  explicit BytesReader(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    auto offsets_buffer = allocate((cells.count + 1) * sizeof(std::int32_t));
    auto* offsets = values_of<std::int32_t>(offsets_buffer);
    Validity validity(cells.count);
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < cells.count; ++i) {
      offsets[i] = static_cast<std::int32_t>(total);
      const std::int32_t size = cells[i].size;
      if (size >= 0) {
        total += static_cast<std::uint32_t>(size);
        check_text_size(total, i);
      } else {
        validity.set_null(i);
      }
    }
    offsets[cells.count] = static_cast<std::int32_t>(total);

    auto values_buffer = allocate(total);
    auto* out = values_of<std::byte>(values_buffer);
    for (std::size_t i = 0; i < cells.count; ++i) {
      const Cell& cell = cells[i];
      if (cell.size <= 0) continue;
      std::memcpy(out, cells.data(cell), static_cast<std::size_t>(cell.size));
      out += cell.size;
    }
    return make_data(type_, cells.count, validity, {std::move(offsets_buffer), std::move(values_buffer)});
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

}  // namespace

std::unique_ptr<ColumnReader> make_column_reader(const cql::DataType& type,
                                                 const std::shared_ptr<arrow::DataType>& arrow_type) {
  using enum cql::TypeKind;
  switch (type.kind) {
    case tinyint:
      return std::make_unique<FixedReader<BigEndian<std::int8_t>>>(arrow_type);
    case smallint:
      return std::make_unique<FixedReader<BigEndian<std::int16_t>>>(arrow_type);
    case int_:
    case float_:
      return std::make_unique<FixedReader<BigEndian<std::int32_t>>>(arrow_type);
    case bigint:
    case counter:
    case double_:
    case timestamp:
    case time:
      return std::make_unique<FixedReader<BigEndian<std::int64_t>>>(arrow_type);
    case date:
      return std::make_unique<FixedReader<CentredDays>>(arrow_type);
    case uuid:
    case timeuuid:
      return std::make_unique<FixedReader<Bytes16>>(arrow_type);
    case boolean:
      return std::make_unique<BooleanReader>();
    case decimal:
    case varint:
    case inet:
    case duration:
      return make_computed_reader(type, arrow_type);
    case list:
    case set:
    case map:
    case tuple:
    case udt:
    case vector:
      return make_nested_reader(type, arrow_type);
    case ascii:
    case text:
    case blob:
    case custom:
      break;
  }
  return std::make_unique<BytesReader>(arrow_type);
}

}  // namespace cqlbulk::columnar
