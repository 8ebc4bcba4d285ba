// Timestamps, dates and times by patterns of letters.
#include <limits>

#include "cqlbulk/error.hpp"
#include "text/civil.hpp"
#include "text/decimal_text.hpp"
#include "text/form_functions.hpp"
#include "text/json_values.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;
constexpr std::int64_t nanoseconds_per_day = seconds_per_day * nanoseconds_per_second;
constexpr std::int64_t nanoseconds_per_millisecond = 1'000'000;
constexpr std::int64_t days_to_middle = std::int64_t{1} << 31U;  ///< Of a date's 32 bits.
constexpr const char* not_of_pattern = "not of the format that was given";
/// Seconds of any year that a pattern reads, in milliseconds, are beyond 64 bits.
__extension__ using Wide = __int128;

bool has_size(const cql::DataType& type, cql::ByteView value, std::size_t size) {
  if (value.size() == size) return true;
  if (!value.empty()) refuse_bytes(type, value);
  return false;
}

void set_day(TimeParts& parts, std::int64_t days) {
  const CivilDate date = civil_from_days(days);
  parts.year = date.year;
  parts.month = date.month;
  parts.day = date.day;
  // 1970-01-01 was a Thursday.
  parts.weekday = static_cast<unsigned>(((days + 4) % 7 + 7) % 7);
}

void set_clock(TimeParts& parts, std::int64_t nanoseconds) {
  parts.nanosecond = static_cast<std::uint32_t>(nanoseconds % nanoseconds_per_second);
  const std::int64_t seconds = nanoseconds / nanoseconds_per_second;
  parts.hour = static_cast<unsigned>(seconds / 3600);
  parts.minute = static_cast<unsigned>(seconds / 60 % 60);
  parts.second = static_cast<unsigned>(seconds % 60);
}

std::int64_t clock_of(const TimeParts& parts) {
  return (parts.hour * std::int64_t{3600} + parts.minute * 60 + parts.second) * nanoseconds_per_second +
         parts.nanosecond;
}

/// To what the pattern shows; throws with the value's usual text when digits would be lost.
std::int64_t rounded(const FormTable& forms, const TimePattern& pattern, const cql::DataType& type, cql::ByteView value,
                     std::int64_t nanoseconds) {
  std::int64_t steps = 0;
  if (!round_quotient(nanoseconds, pattern.resolution(), false, forms.settings.rounding, steps)) {
    std::string usual;
    scalar_text(type.kind).write(forms, type, value, usual);
    throw Error(ErrorClass::failed,
                "the " + type.to_string() + " " + usual + " has more digits than " + pattern.text() + " shows",
                "Show them, or say what becomes of them: --rounding floor.");
  }
  return steps * pattern.resolution();
}

void write_timestamp_pattern(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::int64_t))) return;
  const auto milliseconds = cql::load_big_endian<std::int64_t>(value.data());
  std::int64_t seconds = 0;
  (void)round_quotient(milliseconds, 1000, false, Rounding::floor, seconds);
  const std::int64_t rest = (milliseconds % 1000 + 1000) % 1000;
  TimeParts parts;
  parts.offset = forms.zone.offset_at(seconds);
  std::int64_t days = 0;
  (void)round_quotient(seconds + parts.offset, seconds_per_day, false, Rounding::floor, days);
  const std::int64_t of_day =
      (seconds + parts.offset - days * seconds_per_day) * nanoseconds_per_second + rest * nanoseconds_per_millisecond;
  std::int64_t shown = rounded(forms, *forms.timestamp_pattern, type, value, of_day);
  if (shown == nanoseconds_per_day) {
    ++days;
    shown = 0;
  }
  set_day(parts, days);
  set_clock(parts, shown);
  forms.timestamp_pattern->write(parts, out);
}

void write_date_pattern(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::uint32_t))) return;
  TimeParts parts;
  set_day(parts, std::int64_t{cql::load_big_endian<std::uint32_t>(value.data())} - days_to_middle);
  forms.date_pattern->write(parts, out);
}

void write_time_pattern(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (!has_size(type, value, sizeof(std::int64_t))) return;
  const auto nanoseconds = cql::load_big_endian<std::int64_t>(value.data());
  if (nanoseconds < 0 || nanoseconds >= nanoseconds_per_day) refuse_bytes(type, value, "no time of a day");
  TimeParts parts;
  const std::int64_t shown = rounded(forms, *forms.time_pattern, type, value, nanoseconds);
  set_clock(parts, shown == nanoseconds_per_day ? shown - forms.time_pattern->resolution() : shown);
  forms.time_pattern->write(parts, out);
}

/// False for a day that its month does not have.
bool days_of(const TimeParts& parts, std::int64_t& days) {
  if (parts.day > days_of_month(parts.year, parts.month)) return false;
  days = days_from_civil({parts.year, parts.month, parts.day});
  return true;
}

const char* parse_timestamp_pattern(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                                    cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  TimeParts parts;
  std::int64_t days = 0;
  if (!forms.timestamp_pattern->read(text, parts)) return not_of_pattern;
  if (!days_of(parts, days)) return "no such day";
  std::int64_t of_day = 0;
  if (!round_quotient(clock_of(parts), nanoseconds_per_millisecond, false, forms.settings.rounding, of_day)) {
    return "finer than milliseconds, which a timestamp cannot hold";
  }
  const std::int64_t local = days * seconds_per_day + of_day / 1000;
  const auto offset = parts.has_offset ? parts.offset : forms.zone.offset_of_local(local);
  if (!offset) return "a local time that the clocks of the time zone leave out";
  const Wide milliseconds = (Wide{local} - *offset) * 1000 + of_day % 1000;
  using Limits = std::numeric_limits<std::int64_t>;
  if (milliseconds < Limits::min() || milliseconds > Limits::max()) return "out of range for timestamp";
  return append_integer_value(out, static_cast<std::int64_t>(milliseconds));
}

const char* parse_date_pattern(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                               cql::Buffer& out) {
  TimeParts parts;
  std::int64_t days = 0;
  if (text.empty()) return "a date cannot be empty";
  if (!forms.date_pattern->read(text, parts)) return not_of_pattern;
  if (!days_of(parts, days)) return "no such day";
  days += days_to_middle;
  if (days < 0 || days > std::numeric_limits<std::uint32_t>::max()) return "out of range for date";
  return append_integer_value(out, static_cast<std::uint32_t>(days));
}

const char* parse_time_pattern(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                               cql::Buffer& out) {
  TimeParts parts;
  if (text.empty()) return "a time cannot be empty";
  if (!forms.time_pattern->read(text, parts)) return not_of_pattern;
  return append_integer_value(out, clock_of(parts));
}

template <WriteFunction write>
void write_escaped(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  std::string text;
  write(forms, type, value, text);
  write_json_string(text, out);
}

template <WriteFunction write>
void use_pattern(FormTable& table, cql::TypeKind kind, ParseFunction parse) {
  table.of(kind) = {write, write, write_escaped<write>, parse, parse, JsonForm::text};
}

}  // namespace

void use_patterns(FormTable& table) {
  const TextForms& settings = table.settings;
  const LocaleNames names = locale_names(settings.locale);
  if (!settings.timestamp_pattern.empty()) {
    table.timestamp_pattern.emplace(settings.timestamp_pattern, TimePattern::Use::timestamp, names);
    use_pattern<write_timestamp_pattern>(table, cql::TypeKind::timestamp, parse_timestamp_pattern);
  }
  if (!settings.date_pattern.empty()) {
    table.date_pattern.emplace(settings.date_pattern, TimePattern::Use::date, names);
    use_pattern<write_date_pattern>(table, cql::TypeKind::date, parse_date_pattern);
  }
  if (!settings.time_pattern.empty()) {
    table.time_pattern.emplace(settings.time_pattern, TimePattern::Use::time, names);
    use_pattern<write_time_pattern>(table, cql::TypeKind::time, parse_time_pattern);
  }
}

}  // namespace cqlbulk::text
