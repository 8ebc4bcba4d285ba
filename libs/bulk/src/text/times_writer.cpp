// Timestamps, dates, times and durations to text. Years outside 0000-9999 have a sign, as ISO 8601 has them.
#include <charconv>
#include <limits>

#include "cql/error.hpp"
#include "cql/types.hpp"
#include "text/civil.hpp"
#include "text/digits.hpp"
#include "text/form_functions.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t milliseconds_per_day = 86'400'000;
constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t nanoseconds_per_day = 86'400'000'000'000;

char* put_date(char* at, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  if (date.year >= 0 && date.year <= 9999) {
    at = put_four(at, static_cast<std::uint64_t>(date.year));
  } else {
    *at++ = date.year < 0 ? '-' : '+';
    const auto year = static_cast<std::uint64_t>(date.year < 0 ? -date.year : date.year);
    at = year <= 9999 ? put_four(at, year) : std::to_chars(at, at + 20, year).ptr;
  }
  *at++ = '-';
  at = put_two(at, date.month);
  *at++ = '-';
  return put_two(at, date.day);
}

char* put_clock(char* at, std::uint64_t seconds) {
  at = put_two(at, seconds / 3600);
  *at++ = ':';
  at = put_two(at, seconds / 60 % 60);
  *at++ = ':';
  return put_two(at, seconds % 60);
}

/// "Z", "+02:00"; with seconds where a zone had them, before there were standard times.
char* put_offset(char* at, std::int32_t offset) {
  if (offset == 0) {
    *at++ = 'Z';
    return at;
  }
  *at++ = offset < 0 ? '-' : '+';
  const auto size = static_cast<std::uint64_t>(offset < 0 ? -offset : offset);
  at = put_two(at, size / 3600);
  *at++ = ':';
  at = put_two(at, size / 60 % 60);
  if (size % 60 == 0) return at;
  *at++ = ':';
  return put_two(at, size % 60);
}

bool has_size(const cql::DataType& type, cql::ByteView value, std::size_t size) {
  if (value.size() == size) return true;
  if (!value.empty()) refuse_bytes(type, value);
  return false;
}

}  // namespace

void write_timestamp(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::int64_t))) return;
  const auto milliseconds = cql::load_big_endian<std::int64_t>(value.data());
  std::int64_t days = milliseconds / milliseconds_per_day;
  std::int64_t rest = milliseconds % milliseconds_per_day;
  if (rest < 0) {
    rest += milliseconds_per_day;
    --days;
  }
  const auto of_day = static_cast<std::uint64_t>(rest);
  char text[48];
  char* at = put_date(text, days);
  *at++ = 'T';
  at = put_clock(at, of_day / 1000);
  *at++ = '.';
  at = put_three(at, of_day % 1000);
  *at++ = 'Z';
  append_text(out, text, at);
}

void write_zoned_timestamp(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::int64_t))) return;
  const auto milliseconds = cql::load_big_endian<std::int64_t>(value.data());
  std::int64_t seconds = milliseconds / 1000;
  std::int64_t rest = milliseconds % 1000;
  if (rest < 0) {
    rest += 1000;
    --seconds;
  }
  const std::int32_t offset = forms.zone.offset_at(seconds);
  seconds += offset;
  std::int64_t days = seconds / seconds_per_day;
  std::int64_t of_day = seconds % seconds_per_day;
  if (of_day < 0) {
    of_day += seconds_per_day;
    --days;
  }
  char text[48];
  char* at = put_date(text, days);
  *at++ = 'T';
  at = put_clock(at, static_cast<std::uint64_t>(of_day));
  *at++ = '.';
  at = put_three(at, static_cast<std::uint64_t>(rest));
  append_text(out, text, put_offset(at, offset));
}

void write_date(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::uint32_t))) return;
  // Unsigned, 1970-01-01 in the middle (native_protocol_v5.spec §6.6).
  const std::int64_t days = std::int64_t{cql::load_big_endian<std::uint32_t>(value.data())} - (std::int64_t{1} << 31U);
  char text[32];
  append_text(out, text, put_date(text, days));
}

void write_time(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::int64_t))) return;
  const auto nanoseconds = cql::load_big_endian<std::int64_t>(value.data());
  if (nanoseconds < 0 || nanoseconds >= nanoseconds_per_day) refuse_bytes(type, value, "no time of a day");
  const auto of_day = static_cast<std::uint64_t>(nanoseconds);
  const std::uint64_t fraction = of_day % 1'000'000'000;
  char text[24];
  char* at = put_clock(text, of_day / 1'000'000'000);
  *at++ = '.';
  at = put_three(at, fraction / 1'000'000);
  at = put_three(at, fraction / 1'000 % 1'000);
  at = put_three(at, fraction % 1'000);
  append_text(out, text, at);
}

void write_duration(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  cql::Reader reader(value, "a duration");
  const std::int64_t months = cql::read_signed_vint(reader);
  const std::int64_t days = cql::read_signed_vint(reader);
  const std::int64_t nanoseconds = cql::read_signed_vint(reader);
  const bool any_negative = months < 0 || days < 0 || nanoseconds < 0;
  const bool any_positive = months > 0 || days > 0 || nanoseconds > 0;
  using Limits = std::numeric_limits<std::int32_t>;
  if (!reader.at_end() || months < Limits::min() || months > Limits::max() || days < Limits::min() ||
      days > Limits::max() || (any_negative && any_positive)) {
    refuse_bytes(type, value, "no months, days and nanoseconds of one sign");
  }
  out += cql::Duration{static_cast<std::int32_t>(months), static_cast<std::int32_t>(days), nanoseconds}.to_string();
}

}  // namespace cqlbulk::text
