// Codecs of plain types that take more than a line.
#include "cql/codec_scalars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "cql/error.hpp"

namespace cql {

using std::chrono::sys_days;
using std::chrono::year_month_day;

namespace {

constexpr std::int64_t epoch_of_dates = std::int64_t{1} << 31U;
constexpr std::int64_t nanoseconds_per_day = 86'400'000'000'000;

[[noreturn]] void fail_value(const std::string& message) { throw Error(ErrorKind::usage, message); }

std::int32_t read_int32(Reader& reader, const char* what) {
  const std::int64_t value = read_signed_vint(reader);
  if (!std::in_range<std::int32_t>(value)) reader.fail(fmt::format("{} {} of a duration", value, what));
  return static_cast<std::int32_t>(value);
}

}  // namespace

namespace detail {

void append_varint(std::int64_t value, Buffer& out) {
  std::array<std::byte, sizeof value> bytes{};
  store_big_endian(bytes.data(), value);
  // The shortest form: leading bytes go as long as the next one has the same sign.
  std::size_t start = 0;
  const std::byte sign = value < 0 ? std::byte{0xFF} : std::byte{0};
  while (start + 1 < bytes.size() && bytes[start] == sign &&
         (bytes[start + 1] & std::byte{0x80}) == (sign & std::byte{0x80})) {
    ++start;
  }
  out.append(ByteView(bytes).subspan(start));
}

void append_varint(std::uint64_t value, Buffer& out) {
  if (std::in_range<std::int64_t>(value)) {
    append_varint(static_cast<std::int64_t>(value), out);
  } else {
    out.push_back(std::byte{0});
    out.append_integer(value);
  }
}

}  // namespace detail

void Codec<const char*>::encode(const char* value, const DataType& /*type*/, Buffer& out) {
  if (value == nullptr) fail_value("a null const char*; std::nullopt stands for null");
  out.append(std::string_view(value));
}

void Codec<Inet>::encode(const Inet& value, const DataType& /*type*/, Buffer& out) {
  if (value.size != 4 && value.size != 16) fail_value(fmt::format("an inet of {} bytes, 4 or 16 expected", value.size));
  out.append(value.view());
}

Inet Codec<Inet>::decode(ByteView bytes, const DataType& type) {
  if (bytes.empty()) detail::fail_empty(name(), type);
  if (bytes.size() != 4 && bytes.size() != 16) {
    throw Error(ErrorKind::protocol, fmt::format("an inet of {} bytes, 4 or 16 expected", bytes.size()));
  }
  Inet inet;
  inet.size = static_cast<std::uint8_t>(bytes.size());
  std::ranges::copy(bytes, inet.bytes.begin());
  return inet;
}

void Codec<Duration>::encode(const Duration& value, const DataType& /*type*/, Buffer& out) {
  const bool negative = value.months < 0 || value.days < 0 || value.nanoseconds < 0;
  const bool positive = value.months > 0 || value.days > 0 || value.nanoseconds > 0;
  if (negative && positive) {
    fail_value(fmt::format("a duration of {} months, {} days and {} nanoseconds: all must have one sign", value.months,
                           value.days, value.nanoseconds));
  }
  append_signed_vint(out, value.months);
  append_signed_vint(out, value.days);
  append_signed_vint(out, value.nanoseconds);
}

Duration Codec<Duration>::decode(ByteView bytes, const DataType& type) {
  if (bytes.empty()) detail::fail_empty(name(), type);
  Reader reader(bytes, "duration");
  Duration duration;
  duration.months = read_int32(reader, "months");
  duration.days = read_int32(reader, "days");
  duration.nanoseconds = read_signed_vint(reader);
  if (!reader.at_end()) reader.fail(fmt::format("{} bytes too many", reader.remaining()));
  return duration;
}

void Codec<Decimal>::encode(const Decimal& value, const DataType& /*type*/, Buffer& out) {
  if (value.unscaled.bytes.empty()) fail_value("a decimal without digits; cql::MaybeEmpty<cql::Decimal> can be empty");
  out.append_integer(value.scale);
  out.append(value.unscaled.bytes);
}

Decimal Codec<Decimal>::decode(ByteView bytes, const DataType& type) {
  if (bytes.empty()) detail::fail_empty(name(), type);
  Reader reader(bytes, "decimal");
  Decimal decimal;
  decimal.scale = reader.i32();
  if (reader.at_end()) reader.fail("a scale and no digits");
  const ByteView digits = reader.rest();
  decimal.unscaled.bytes.assign(digits.begin(), digits.end());
  return decimal;
}

void Codec<sys_days>::encode(sys_days value, const DataType& /*type*/, Buffer& out) {
  const std::int64_t days = value.time_since_epoch().count();
  if (!std::in_range<std::int32_t>(days)) fail_value(fmt::format("day {} since 1970 is beyond CQL's dates", days));
  out.append_integer(static_cast<std::uint32_t>(days + epoch_of_dates));
}

sys_days Codec<sys_days>::decode(ByteView bytes, const DataType& type) {
  detail::check_size(bytes, 4, type, name);
  return sys_days(std::chrono::days(load_big_endian<std::uint32_t>(bytes.data()) - epoch_of_dates));
}

void Codec<year_month_day>::encode(year_month_day value, const DataType& type, Buffer& out) {
  if (!value.ok()) {
    fail_value(fmt::format("{}-{:02}-{:02} is no date", static_cast<int>(value.year()),
                           static_cast<unsigned>(value.month()), static_cast<unsigned>(value.day())));
  }
  Codec<sys_days>::encode(sys_days(value), type, out);
}

year_month_day Codec<year_month_day>::decode(ByteView bytes, const DataType& type) {
  using namespace std::chrono;
  constexpr sys_days first = sys_days(year::min() / January / 1);
  constexpr sys_days last = sys_days(year::max() / December / 31);
  detail::check_size(bytes, 4, type, name);
  const sys_days date = Codec<sys_days>::decode(bytes, type);
  if (date < first || date > last) {
    fail_value(fmt::format("day {} since 1970 is beyond the years of {}; read it as std::chrono::sys_days",
                           date.time_since_epoch().count(), name()));
  }
  return date;
}

void Codec<TimeOfDay>::encode(TimeOfDay value, const DataType& /*type*/, Buffer& out) {
  const std::int64_t nanoseconds = value.count();
  if (nanoseconds < 0 || nanoseconds >= nanoseconds_per_day) {
    fail_value(fmt::format("{} nanoseconds since midnight are no time of a day", nanoseconds));
  }
  out.append_integer(nanoseconds);
}

TimeOfDay Codec<TimeOfDay>::decode(ByteView bytes, const DataType& type) {
  detail::check_size(bytes, 8, type, name);
  const auto nanoseconds = load_big_endian<std::int64_t>(bytes.data());
  if (nanoseconds < 0 || nanoseconds >= nanoseconds_per_day) {
    throw Error(ErrorKind::protocol, fmt::format("{} nanoseconds since midnight are no time of a day", nanoseconds));
  }
  return TimeOfDay(nanoseconds);
}

}  // namespace cql
