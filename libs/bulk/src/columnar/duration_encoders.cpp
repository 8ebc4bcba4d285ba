// What can become a CQL duration: the struct it is exported as, Arrow's intervals and Arrow's duration.
#include <fmt/format.h>

#include "columnar/columnar.hpp"
#include "columnar/value_encoder.hpp"
#include "cql/types.hpp"

namespace cqlbulk::columnar {

namespace {

bool append_duration(const cql::Duration& duration, cql::Buffer& out, std::string& reason) {
  const bool negative = duration.months < 0 || duration.days < 0 || duration.nanoseconds < 0;
  const bool positive = duration.months > 0 || duration.days > 0 || duration.nanoseconds > 0;
  if (negative && positive) {
    reason = "months, days and nanoseconds of a duration must have one sign";
    return false;
  }
  const std::size_t at = open_length(out);
  cql::append_signed_vint(out, duration.months);
  cql::append_signed_vint(out, duration.days);
  cql::append_signed_vint(out, duration.nanoseconds);
  return close_length(out, at, reason);
}

/// Reads one value of an Arrow type as a duration; false when it does not fit.
template <typename Source, bool (*Read)(const Source&, std::int64_t, cql::Duration&)>
class IntervalValue final : public ValueEncoder {
 public:
  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    cql::Duration duration;
    if (!Read(static_cast<const Source&>(array), index, duration)) {
      reason = "out of range for duration";
      return false;
    }
    return append_duration(duration, out, reason);
  }
};

bool read_months(const arrow::MonthIntervalArray& array, std::int64_t index, cql::Duration& out) {
  out.months = array.Value(index);
  return true;
}

bool read_day_time(const arrow::DayTimeIntervalArray& array, std::int64_t index, cql::Duration& out) {
  const auto value = array.GetValue(index);
  out.days = value.days;
  out.nanoseconds = std::int64_t{value.milliseconds} * 1'000'000;
  return true;
}

bool read_month_day_nano(const arrow::MonthDayNanoIntervalArray& array, std::int64_t index, cql::Duration& out) {
  const auto value = array.GetValue(index);
  out = {value.months, value.days, value.nanoseconds};
  return true;
}

template <std::int64_t Multiplier>
bool read_elapsed(const arrow::DurationArray& array, std::int64_t index, cql::Duration& out) {
  return !__builtin_mul_overflow(array.Value(index), Multiplier, &out.nanoseconds);
}

/// The struct of an export, fields by name, integers of any width.
class DurationStruct final : public ValueEncoder {
 public:
  struct Part {
    int source;
    std::unique_ptr<ValueEncoder> value;
  };
  DurationStruct(Part months, Part days, Part nanoseconds)
      : months_(std::move(months)), days_(std::move(days)), nanoseconds_(std::move(nanoseconds)) {}

  bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) override {
    const auto& structs = static_cast<const arrow::StructArray&>(array);
    cql::Duration duration;
    if (!read(months_, structs, index, duration.months, reason) ||
        !read(days_, structs, index, duration.days, reason) ||
        !read(nanoseconds_, structs, index, duration.nanoseconds, reason)) {
      return false;
    }
    return append_duration(duration, out, reason);
  }

 private:
  template <typename Integer>
  bool read(Part& part, const arrow::StructArray& structs, std::int64_t index, Integer& value, std::string& reason) {
    const arrow::Array& child = *structs.field(part.source);
    if (is_null(child, index)) {
      reason = "a duration whose months, days or nanoseconds are null";
      return false;
    }
    scratch_.clear();
    if (!part.value->append(child, index, scratch_, reason)) return false;
    value = cql::load_big_endian<Integer>(scratch_.data() + sizeof(std::int32_t));
    return true;
  }

  Part months_;
  Part days_;
  Part nanoseconds_;
  cql::Buffer scratch_;
};

std::unique_ptr<ValueEncoder> make_struct(const arrow::StructType& from, const cql::DataType& duration,
                                          std::string& why) {
  const auto part = [&](const char* name, cql::TypeKind kind) {
    DurationStruct::Part result{from.GetFieldIndex(name), nullptr};
    if (result.source >= 0) {
      std::string ignored;
      result.value = make_value_encoder(*from.field(result.source)->type(), cql::DataType::scalar(kind), ignored);
    }
    return result;
  };
  auto months = part("months", cql::TypeKind::int_);
  auto days = part("days", cql::TypeKind::int_);
  auto nanoseconds = part("nanoseconds", cql::TypeKind::bigint);
  if (from.num_fields() != 3 || !months.value || !days.value || !nanoseconds.value) {
    refuse(from, duration, why);
    return nullptr;
  }
  return std::make_unique<DurationStruct>(std::move(months), std::move(days), std::move(nanoseconds));
}

std::unique_ptr<ValueEncoder> make_elapsed(arrow::TimeUnit::type unit) {
  switch (unit) {
    case arrow::TimeUnit::SECOND:
      return std::make_unique<IntervalValue<arrow::DurationArray, read_elapsed<1'000'000'000>>>();
    case arrow::TimeUnit::MILLI:
      return std::make_unique<IntervalValue<arrow::DurationArray, read_elapsed<1'000'000>>>();
    case arrow::TimeUnit::MICRO:
      return std::make_unique<IntervalValue<arrow::DurationArray, read_elapsed<1'000>>>();
    default:  // TimeUnit::NANO
      return std::make_unique<IntervalValue<arrow::DurationArray, read_elapsed<1>>>();
  }
}

}  // namespace

std::unique_ptr<ValueEncoder> make_duration_encoder(const arrow::DataType& from, std::string& why) {
  const auto duration = cql::DataType::scalar(cql::TypeKind::duration);
  switch (from.id()) {
    case arrow::Type::STRUCT:
      return make_struct(static_cast<const arrow::StructType&>(from), duration, why);
    case arrow::Type::INTERVAL_MONTHS:
      return std::make_unique<IntervalValue<arrow::MonthIntervalArray, read_months>>();
    case arrow::Type::INTERVAL_DAY_TIME:
      return std::make_unique<IntervalValue<arrow::DayTimeIntervalArray, read_day_time>>();
    case arrow::Type::INTERVAL_MONTH_DAY_NANO:
      return std::make_unique<IntervalValue<arrow::MonthDayNanoIntervalArray, read_month_day_nano>>();
    case arrow::Type::DURATION:
      return make_elapsed(static_cast<const arrow::DurationType&>(from).unit());
    default:
      refuse(from, duration, why);
      return nullptr;
  }
}

}  // namespace cqlbulk::columnar
