// Timestamps, dates, times and durations from text: ISO 8601 with "T" or a space, fractions, offsets; epoch
// milliseconds for timestamps. A timestamp without a zone is UTC. What the type cannot hold is refused, never rounded.
#include <charconv>
#include <limits>

#include "cql/types.hpp"
#include "text/civil.hpp"
#include "text/digits.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t milliseconds_per_day = 86'400'000;
constexpr std::int64_t nanoseconds_per_second = 1'000'000'000;

/// Walks over text; every step says whether it found what it looked for.
struct Walker {
  const char* at;
  const char* end;

  [[nodiscard]] bool done() const { return at == end; }
  [[nodiscard]] char peek() const { return at != end ? *at : '\0'; }
  bool take(char character) {
    if (at == end || *at != character) return false;
    ++at;
    return true;
  }
  bool take_two(unsigned& value) {
    if (end - at < 2 || !is_digit(at[0]) || !is_digit(at[1])) return false;
    value = static_cast<unsigned>((at[0] - '0') * 10 + (at[1] - '0'));
    at += 2;
    return true;
  }
  /// As many digits as there are, at most `limit`; says how many.
  std::size_t take_digits(std::size_t limit, std::int64_t& value) {
    std::size_t count = 0;
    for (; at != end && is_digit(*at) && count < limit; ++at, ++count) value = value * 10 + (*at - '0');
    return count;
  }
};

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

/// "08:30", "08:30:01" or with up to nine digits of a fraction.
const char* take_clock(Walker& text, const char* not_this, std::int64_t& nanoseconds) {
  unsigned hour = 0;
  unsigned minute = 0;
  unsigned second = 0;
  std::int64_t fraction = 0;
  if (!text.take_two(hour) || !text.take(':') || !text.take_two(minute)) return not_this;
  if (text.take(':')) {
    if (!text.take_two(second)) return not_this;
    if (text.take('.')) {
      std::size_t count = text.take_digits(9, fraction);
      if (count == 0) return not_this;
      for (; count < 9; ++count) fraction *= 10;
      while (text.peek() == '0') ++text.at;
      if (is_digit(text.peek())) return "finer than nanoseconds";
    }
  }
  if (hour > 23 || minute > 59 || second > 59) return "no such time of a day";
  nanoseconds = (hour * std::int64_t{3600} + minute * 60 + second) * nanoseconds_per_second + fraction;
  return nullptr;
}

/// "Z", "+hh", "+hhmm" or "+hh:mm", perhaps after a space; nothing is UTC.
bool take_offset(Walker& text, std::int64_t& minutes) {
  text.take(' ');
  if (text.take('Z') || text.take('z')) return true;
  const char sign = text.peek();
  if (sign != '+' && sign != '-') return true;
  ++text.at;
  unsigned hour = 0;
  unsigned minute = 0;
  if (!text.take_two(hour)) return false;
  const bool colon = text.take(':');
  if ((colon || !text.done()) && !text.take_two(minute)) return false;
  if (hour > 18 || minute > 59) return false;
  minutes = hour * std::int64_t{60} + minute;
  if (sign == '-') minutes = -minutes;
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

const char* parse_iso_timestamp(std::string_view text, cql::Buffer& out) {
  Walker walker{text.data(), text.data() + text.size()};
  std::int64_t days = 0;
  std::int64_t nanoseconds = 0;
  std::int64_t offset_minutes = 0;
  if (const char* problem = take_date(walker, not_timestamp, days)) return problem;
  if (!walker.done()) {
    if (!walker.take('T') && !walker.take(' ') && !walker.take('t')) return not_timestamp;
    if (const char* problem = take_clock(walker, not_timestamp, nanoseconds)) return problem;
    if (!take_offset(walker, offset_minutes) || !walker.done()) return not_timestamp;
  }
  if (nanoseconds % 1'000'000 != 0) return "finer than milliseconds, which a timestamp cannot hold";
  std::int64_t milliseconds = 0;
  if (!add_days(days, nanoseconds / 1'000'000 - offset_minutes * 60'000, milliseconds)) {
    return "out of range for timestamp";
  }
  return append_integer_value(out, milliseconds);
}

}  // namespace

const char* parse_timestamp(const cql::DataType& /*type*/, std::string_view text, cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text.size() > 4 && text[4] == '-') return parse_iso_timestamp(text, out);
  // std::from_chars takes a minus, no plus.
  const bool plus = text.front() == '+';
  const char* const digits = text.data() + (plus ? 1 : 0);
  const char* const text_end = text.data() + text.size();
  if (digits != text_end && (is_digit(*digits) || !plus)) {
    std::int64_t milliseconds = 0;
    const auto [end, error] = std::from_chars(digits, text_end, milliseconds);
    if (end == text_end && error == std::errc{}) return append_integer_value(out, milliseconds);
    if (end == text_end && error == std::errc::result_out_of_range) return "out of range for timestamp";
  }
  return parse_iso_timestamp(text, out);
}

const char* parse_date(const cql::DataType& /*type*/, std::string_view text, cql::Buffer& out) {
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

const char* parse_time(const cql::DataType& /*type*/, std::string_view text, cql::Buffer& out) {
  constexpr const char* not_time = "not a time (08:30:00.123456789)";
  if (text.empty()) return "a time cannot be empty";
  Walker walker{text.data(), text.data() + text.size()};
  std::int64_t nanoseconds = 0;
  if (const char* problem = take_clock(walker, not_time, nanoseconds)) return problem;
  if (!walker.done()) return not_time;
  return append_integer_value(out, nanoseconds);
}

const char* parse_duration(const cql::DataType& /*type*/, std::string_view text, cql::Buffer& out) {
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
