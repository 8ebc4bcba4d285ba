// Readers of the types that are computed rather than copied: decimal, varint and inet as text, duration as a struct.
#include <fmt/format.h>

#include "columnar/column_reader.hpp"
#include "cql/error.hpp"
#include "cql/types.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::columnar {

namespace {

/// decimal, varint and inet, of which Arrow has no faithful form of its own: their text.
class TextReader final : public ColumnReader {
 public:
  TextReader(const cql::DataType& type, std::int32_t least_size)
      : type_(type), writer_(type_), least_size_(least_size) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    auto offsets_buffer = allocate((cells.count + 1) * sizeof(std::int32_t));
    auto* offsets = values_of<std::int32_t>(offsets_buffer);
    Validity validity(cells.count);
    text_.clear();
    for (std::size_t i = 0; i < cells.count; ++i) {
      offsets[i] = static_cast<std::int32_t>(text_.size());
      append(cells, i, validity);
      if (text_.size() > INT32_MAX) too_much_text(i);
    }
    offsets[cells.count] = static_cast<std::int32_t>(text_.size());
    auto values_buffer = allocate(text_.size());
    if (!text_.empty()) std::memcpy(values_buffer->mutable_data(), text_.data(), text_.size());
    return make_data(arrow::utf8(), cells.count, validity, {std::move(offsets_buffer), std::move(values_buffer)});
  }

 private:
  void append(const CellColumn& cells, std::size_t index, Validity& validity) {
    const Cell& cell = cells[index];
    if (cell.size < 0) return validity.set_null(index);
    if (cell.size == 0) return;  // An empty value is an empty text, and comes back as it went.
    if (cell.size < least_size_) throw BadValue{index, fmt::format("{} bytes are no {}", cell.size, type_.to_string())};
    try {
      writer_.append(cells.value(cell), text_);
    } catch (const cql::Error& error) {
      throw BadValue{index, error.message()};
    }
  }

  cql::DataType type_;  // The writer borrows it.
  text::CellWriter writer_;
  std::int32_t least_size_;
  std::string text_;
};

/// duration: three vints on the wire, a struct of three integers in Arrow (Parquet cannot hold Arrow's intervals).
class DurationReader final : public ColumnReader {
 public:
  explicit DurationReader(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    auto months = allocate(cells.count * sizeof(std::int32_t));
    auto days = allocate(cells.count * sizeof(std::int32_t));
    auto nanoseconds = allocate(cells.count * sizeof(std::int64_t));
    Validity validity(cells.count);
    for (std::size_t i = 0; i < cells.count; ++i) {
      cql::Duration duration;
      if (cells[i].size > 0) {
        duration = decode(cells, i);
      } else {
        null_or_throw(cells[i], i, 3, validity);
      }
      values_of<std::int32_t>(months)[i] = duration.months;
      values_of<std::int32_t>(days)[i] = duration.days;
      values_of<std::int64_t>(nanoseconds)[i] = duration.nanoseconds;
    }
    auto data = make_data(type_, cells.count, validity, {});
    const Validity whole(cells.count);
    data->child_data = {make_data(arrow::int32(), cells.count, whole, {std::move(months)}),
                        make_data(arrow::int32(), cells.count, whole, {std::move(days)}),
                        make_data(arrow::int64(), cells.count, whole, {std::move(nanoseconds)})};
    return data;
  }

 private:
  static cql::Duration decode(const CellColumn& cells, std::size_t index) {
    cql::Reader reader(cells.value(cells[index]), "duration");
    try {
      const std::int64_t months = cql::read_signed_vint(reader);
      const std::int64_t days = cql::read_signed_vint(reader);
      const std::int64_t nanoseconds = cql::read_signed_vint(reader);
      if (!reader.at_end()) reader.fail("bytes follow the value");
      if (months != static_cast<std::int32_t>(months) || days != static_cast<std::int32_t>(days)) {
        reader.fail("months or days beyond 32 bits");
      }
      return {static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), nanoseconds};
    } catch (const cql::Error& error) {
      throw BadValue{index, error.message()};
    }
  }

  std::shared_ptr<arrow::DataType> type_;
};

}  // namespace

std::unique_ptr<ColumnReader> make_computed_reader(const cql::DataType& type,
                                                   const std::shared_ptr<arrow::DataType>& arrow_type) {
  if (type.kind == cql::TypeKind::duration) return std::make_unique<DurationReader>(arrow_type);
  // decimal: a scale and at least one byte; inet: at least an IPv4 address.
  return std::make_unique<TextReader>(type, type.kind == cql::TypeKind::decimal  ? 5
                                            : type.kind == cql::TypeKind::varint ? 1
                                                                                 : 4);
}

}  // namespace cqlbulk::columnar
