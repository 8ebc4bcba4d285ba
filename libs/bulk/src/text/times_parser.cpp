// Timestamps, dates, times and durations from text: ISO 8601 with "T" or a space, fractions, offsets; epoch
// time for timestamps. A timestamp without a zone is UTC. What the type cannot hold is refused unless a rounding is
// asked for.
#include <charconv>
#include <limits>
#include <optional>

#include "cql/types.hpp"
#include "text/civil.hpp"
#include "text/decimal_text.hpp"
#include "text/form_table.hpp"
#include "text/walker.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t seconds_per_day = 86'400;
constexpr std::int64_t milliseconds_per_day = 86'400'000;
constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// "2024-01-02", or with a sign and four to nine digits of the year. Null when it is one.
const char* take_date(Walker& text, const char* not_this, std::int64_t& days) {
  const char sign = text.peek();
  const bool is_signed = sign == '-' || sign == '+';
  if (is_signed) ++text.at;
  CivilDate date;
  date.year = 0;
  const std::size_t year_digits = text.take_digits(is_signed ? 9 : 4, date.year);
  if (year_digits < 4 || !text.take('-') || !text.take_two(date.month) || !text.take('-') || !text.take_two(date.day)) {
    return not_this;
  }
  if (sign == '-') date.year = -date.year;
  if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > days_of_month(date.year, date.month)) {
    return "no such day";
  }
  days = days_from_civil(date);
  return nullptr;
}

/// "08:30", "08:30:01" or with a fraction, in tenths of nanoseconds; `finer`: it goes on beyond them.
const char* take_clock(Walker& text, const char* not_this, std::int64_t& tenths, bool& finer) {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::int64_t fraction = 0;
  if (!text.take_two(hour) || !text.take(':') || !text.take_two(minute)) return not_this;
  if (text.take(':')) {
    if (!text.take_two(second)) return not_this;
    if (text.take('.')) {
      std::size_t count = text.take_digits(10, fraction);
      if (count == 0) return not_this;
      for (; count < 10; ++count) fraction *= 10;
      for (; is_digit(text.peek()); ++text.at) finer |= *text.at != '0';
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return "no such time of a day";
  tenths = (hour * std::int64_t{3600} + minute * 60 + second) * 10 * nanoseconds_per_second + fraction;
  return nullptr;
}

/// "Z", "+hh", "+hhmm", "+hh:mm" or "+hh:mm:ss", perhaps after a space; nothing when there is none.
bool take_offset(Walker& text, std::optional<std::int64_t>& seconds) {
  text.take(' ');
  if (text.take('Z') || text.take('z')) {
    seconds = 0;
    return true;
  }
  const char sign = text.peek();
  if (sign != '+' && sign != '-') return true;
  ++text.at;
  unsigned hour = 0;
  unsigned minute = 0;
  if (!text.take_two(hour)) return false;
  const bool colon = text.take(':');
  if ((colon || !text.done()) && !text.take_two(minute)) return false;
  unsigned second = 0;
  if (colon && text.take(':') && !text.take_two(second)) return false;
  if (hour > 18 || minute > 59 || second > 59) return false;
  seconds = hour * std::int64_t{3600} + minute * 60 + second;
  if (sign == '-') seconds = -*seconds;
  return true;
}

/// days * day + rest, without overflow on the way when the sum itself fits.
bool add_days(std::int64_t days, std::int64_t rest, std::int64_t& out) {
  // Rounded towards zero: the lowest and the highest timestamp lie in days that begin or end beyond 64 bits.
  for (; days < 0 && rest > 0; ++days) rest -= milliseconds_per_day;
  for (; days > 0 && rest < 0; --days) rest += milliseconds_per_day;
  std::int64_t start = 0;
  return !__builtin_mul_overflow(days, milliseconds_per_day, &start) && !__builtin_add_overflow(start, rest, &out);
}

constexpr const char* not_timestamp = "not a timestamp (2024-01-02T03:04:05.678Z, or milliseconds since 1970)";

constexpr const char* too_fine = "finer than milliseconds, which a timestamp cannot hold";
constexpr const char* out_of_range = "out of range for timestamp";
constexpr const char* skipped_by_clocks = "a local time that the clocks of the time zone leave out";

const char* parse_iso_timestamp(const FormTable& forms, std::string_view text, Rounding rounding, cql::Buffer& out) {
  Walker walker{text.data(), text.data() + text.size()};
  std::int64_t days = 0;
  std::int64_t tenths = 0;
  std::optional<std::int64_t> offset;
  bool finer = false;
  if (const char* problem = take_date(walker, not_timestamp, days)) return problem;
  if (!walker.done()) {
    if (!walker.take('T') && !walker.take(' ') && !walker.take('t')) return not_timestamp;
    if (const char* problem = take_clock(walker, not_timestamp, tenths, finer)) return problem;
    if (!take_offset(walker, offset) || !walker.done()) return not_timestamp;
  }
  std::int64_t of_day = 0;
  // "2024-01-02T23:59:59.9996" may become the next day's first millisecond.
  if (!round_quotient(tenths, 10'000'000, finer, rounding, of_day)) return too_fine;
  if (!offset) offset = forms.zone.offset_of_local(days * seconds_per_day + of_day / 1000);
  if (!offset) return skipped_by_clocks;
  std::int64_t milliseconds = 0;
  if (!add_days(days, of_day - *offset * 1000, milliseconds)) return out_of_range;
  return append_integer_value(out, milliseconds);
}

/// The whole of a number of `unit`s since 1970, in milliseconds. Null when it is one.
const char* scale_epoch(TextForms::Timestamps unit, std::int64_t number, Rounding rounding,
                        std::int64_t& milliseconds) {
  switch (unit) {
    case TextForms::Timestamps::seconds:
      return __builtin_mul_overflow(number, 1000, &milliseconds) ? out_of_range : nullptr;
    case TextForms::Timestamps::microseconds:
      return round_quotient(number, 1000, false, rounding, milliseconds) ? nullptr : too_fine;
    case TextForms::Timestamps::nanoseconds:
      return round_quotient(number, 1'000'000, false, rounding, milliseconds) ? nullptr : too_fine;
    default:
      milliseconds = number;
      return nullptr;
  }
}

/// Digits behind the point, and numbers of any size.
const char* scale_epoch(TextForms::Timestamps unit, DecimalText& number, const TextForms& settings,
                        std::int64_t& milliseconds) {
  if (unit == TextForms::Timestamps::seconds) number.scale -= 3;
  if (unit == TextForms::Timestamps::microseconds) number.scale += 3;
  if (unit == TextForms::Timestamps::nanoseconds) number.scale += 6;
  if (!number.round(0, settings.rounding)) return too_fine;
  constexpr std::int64_t most_digits = 20;
  if (number.digits.empty() || number.integer_digits() <= most_digits) {
    const std::string text = number.integer();
    if (std::from_chars(text.data(), text.data() + text.size(), milliseconds).ec == std::errc{}) return nullptr;
  }
  if (settings.overflow == Overflow::refuse) return out_of_range;
  using Limits = std::numeric_limits<std::int64_t>;
  milliseconds = number.negative ? Limits::min() : Limits::max();
  return nullptr;
}

}  // namespace

const char* parse_timestamp_by_form(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                                    cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  const TextForms& settings = forms.settings;
  const char* const end = text.data() + text.size();
  std::int64_t number = 0;
  std::int64_t milliseconds = 0;
  const char* problem = nullptr;
  if (const auto read = std::from_chars(text.data(), end, number); read.ptr == end && read.ec == std::errc{}) {
    problem = scale_epoch(settings.timestamps, number, settings.rounding, milliseconds);
    if (problem == nullptr) return append_integer_value(out, milliseconds);
    if (problem == too_fine) return problem;
  }
  DecimalText decimal;
  if (!DecimalText::parse(text, decimal)) return parse_iso_timestamp(forms, text, settings.rounding, out);
  problem = scale_epoch(settings.timestamps, decimal, settings, milliseconds);
  return problem != nullptr ? problem : append_integer_value(out, milliseconds);
}

const char* parse_timestamp(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text,
                            cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text.size() > 4 && text[4] == '-') return parse_iso_timestamp(forms, text, Rounding::refuse, out);
  // std::from_chars takes a minus, no plus.
  const bool plus = text.front() == '+';
  const char* const digits = text.data() + (plus ? 1 : 0);
  const char* const text_end = text.data() + text.size();
  if (digits != text_end && (is_digit(*digits) || !plus)) {
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(digits, text_end, milliseconds);
    if (end == text_end) return error == std::errc{} ? append_integer_value(out, milliseconds) : out_of_range;
  }
  return parse_iso_timestamp(forms, text, Rounding::refuse, out);
}

const char* parse_date(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                       cql::Buffer& out) {
  constexpr const char* not_date = "not a date (2024-01-02)";
  if (text.empty()) return "a date cannot be empty";
  Walker walker{text.data(), text.data() + text.size()};
  std::int64_t days = 0;
  if (const char* problem = take_date(walker, not_date, days)) return problem;
  if (!walker.done()) return not_date;
  days += std::int64_t{1} << 31U;
  if (days < 0 || days > std::numeric_limits<std::uint32_t>::max()) return "out of range for date";
  return append_integer_value(out, static_cast<std::uint32_t>(days));
}

const char* parse_time(const FormTable& forms, const cql::DataType& /*type*/, std::string_view text, cql::Buffer& out) {
  constexpr const char* not_time = "not a time (08:30:00.123456789)";
  if (text.empty()) return "a time cannot be empty";
  Walker walker{text.data(), text.data() + text.size()};
  std::int64_t tenths = 0;
  bool finer = false;
  if (const char* problem = take_clock(walker, not_time, tenths, finer)) return problem;
  if (!walker.done()) return not_time;
  std::int64_t nanoseconds = 0;
  if (!round_quotient(tenths, 10, finer, forms.settings.rounding, nanoseconds)) return "finer than nanoseconds";
  if (nanoseconds == std::int64_t{86'400} * nanoseconds_per_second) return "no such time of a day";
  return append_integer_value(out, nanoseconds);
}

const char* parse_duration(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                           cql::Buffer& out) {
  if (text.empty()) return "a duration cannot be empty";
  cql::Duration duration;
  if (!cql::Duration::parse(text, duration)) return "not a duration (1y2mo3d4h5m6s7ms8us9ns, or ISO 8601)";
  const std::size_t start = out.size();
  out.append_integer(std::int32_t{0});
  cql::append_signed_vint(out, duration.months);
  cql::append_signed_vint(out, duration.days);
  cql::append_signed_vint(out, duration.nanoseconds);
  cql::store_big_endian(out.data() + start, static_cast<std::int32_t>(out.size() - start - sizeof(std::int32_t)));
  return nullptr;
}

}  // namespace cqlbulk::text
