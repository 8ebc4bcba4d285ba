// Readers of the types that are computed rather than copied: decimal, varint and inet as text, duration as a struct,
// and the other forms that these can be given.
#include <arrow/util/decimal.h>
#include <fmt/format.h>

#include "columnar/column_reader.hpp"
#include "cql/error.hpp"
#include "cql/types.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::columnar {

namespace {

/// decimal, varint, inet and duration, of which Arrow has no faithful form of its own: their text.
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
      check_text_size(text_.size(), i);
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

cql::Duration decode_duration(const CellColumn& cells, std::size_t index) {
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
        duration = decode_duration(cells, i);
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
  std::shared_ptr<arrow::DataType> type_;
};

/// duration as Arrow's interval of months, days and nanoseconds.
class IntervalReader final : public ColumnReader {
 public:
  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    using Interval = arrow::MonthDayNanoIntervalType::MonthDayNanos;
    auto buffer = allocate(cells.count * sizeof(Interval));
    Validity validity(cells.count);
    for (std::size_t i = 0; i < cells.count; ++i) {
      Interval& out = values_of<Interval>(buffer)[i];
      out = {};
      if (cells[i].size > 0) {
        const cql::Duration duration = decode_duration(cells, i);
        out = {duration.months, duration.days, duration.nanoseconds};
      } else {
        null_or_throw(cells[i], i, 3, validity);
      }
    }
    return make_data(arrow::month_day_nano_interval(), cells.count, validity, {std::move(buffer)});
  }
};

/// decimal and varint as decimals of one precision and scale. Never rounds: what does not fit is refused.
class DecimalReader final : public ColumnReader {
 public:
  DecimalReader(const cql::DataType& type, std::shared_ptr<arrow::DataType> arrow_type)
      : has_scale_(type.kind == cql::TypeKind::decimal),
        type_(std::move(arrow_type)),
        precision_(static_cast<const arrow::DecimalType&>(*type_).precision()),
        scale_(static_cast<const arrow::DecimalType&>(*type_).scale()),
        width_(static_cast<std::size_t>(static_cast<const arrow::DecimalType&>(*type_).byte_width())) {}

  std::shared_ptr<arrow::ArrayData> read(const CellColumn& cells) override {
    auto buffer = allocate(cells.count * width_);
    Validity validity(cells.count);
    const std::size_t least_size = has_scale_ ? 5 : 1;
    for (std::size_t i = 0; i < cells.count; ++i) {
      std::uint8_t* const out = buffer->mutable_data() + i * width_;
      std::memset(out, 0, width_);
      if (cells[i].size >= static_cast<std::int32_t>(least_size)) {
        // Little-endian, as both widths are: the sign fills what a narrower one leaves out.
        std::memcpy(out, decode(cells, i).ToBytes().data(), width_);
      } else {
        null_or_throw(cells[i], i, least_size, validity);
      }
    }
    return make_data(type_, cells.count, validity, {std::move(buffer)});
  }

 private:
  [[nodiscard]] arrow::Decimal256 decode(const CellColumn& cells, std::size_t index) const {
    cql::ByteView bytes = cells.value(cells[index]);
    std::int32_t scale = 0;
    if (has_scale_) {
      scale = cql::load_big_endian<std::int32_t>(bytes.data());
      bytes = bytes.subspan(sizeof scale);
    }
    const auto unscaled = arrow::Decimal256::FromBigEndian(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                                                           static_cast<std::int32_t>(bytes.size()));
    if (!unscaled.ok()) refuse(cells, index);
    if (*unscaled == arrow::Decimal256(0)) return *unscaled;  // Of whatever scale.
    // Larger shifts of what is not zero fit no decimal.
    const std::int64_t shift = std::int64_t{scale_} - scale;
    if (shift > arrow::Decimal256::kMaxPrecision || -shift > arrow::Decimal256::kMaxPrecision) refuse(cells, index);
    const auto scaled = unscaled->Rescale(scale, scale_);
    if (!scaled.ok() || !scaled->FitsInPrecision(precision_)) refuse(cells, index);
    return *scaled;
  }

  [[noreturn]] void refuse(const CellColumn& cells, std::size_t index) const {
    const cql::DataType type = cql::DataType::scalar(has_scale_ ? cql::TypeKind::decimal : cql::TypeKind::varint);
    std::string text;
    text::CellWriter(type).append(cells.value(cells[index]), text);
    if (text.size() > 100) text = text.substr(0, 100) + "…";
    throw BadValue{index,
                   fmt::format("{} does not fit {} digits, {} of them behind the point", text, precision_, scale_),
                   false, true};
  }

  bool has_scale_;
  std::shared_ptr<arrow::DataType> type_;
  std::int32_t precision_;
  std::int32_t scale_;
  std::size_t width_;
};

/// decimal: a scale and at least one byte; duration: three numbers; inet: at least an IPv4 address.
std::int32_t least_size(cql::TypeKind kind) {
  switch (kind) {
    case cql::TypeKind::decimal:
      return 5;
    case cql::TypeKind::duration:
      return 3;
    case cql::TypeKind::varint:
      return 1;
    default:
      return 4;
  }
}

}  // namespace

std::unique_ptr<ColumnReader> make_computed_reader(const cql::DataType& type,
                                                   const std::shared_ptr<arrow::DataType>& arrow_type) {
  switch (arrow_type->id()) {
    case arrow::Type::STRUCT:
      return std::make_unique<DurationReader>(arrow_type);
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return std::make_unique<IntervalReader>();
    case arrow::Type::DECIMAL128:
    case arrow::Type::DECIMAL256:
      return std::make_unique<DecimalReader>(type, arrow_type);
    default:
      return std::make_unique<TextReader>(type, least_size(type.kind));
  }
}

}  // namespace cqlbulk::columnar
