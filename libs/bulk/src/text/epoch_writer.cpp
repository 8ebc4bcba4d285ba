// Timestamps as the time since 1970 in a unit.
#include <charconv>

#include "text/decimal_text.hpp"
#include "text/form_table.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::int64_t milliseconds_per_second = 1000;

bool take_milliseconds(const cql::DataType& type, cql::ByteView value, std::int64_t& milliseconds) {
  if (value.size() != sizeof milliseconds) {
    if (!value.empty()) refuse_bytes(type, value);
    return false;
  }
  milliseconds = cql::load_big_endian<std::int64_t>(value.data());
  return true;
}

void append_number(std::int64_t number, std::string& out) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

/// With zeros behind: further than 64 bits reach.
void append_finer(const cql::DataType& type, cql::ByteView value, std::string_view zeros, std::string& out) {
  std::int64_t milliseconds = 0;
  if (!take_milliseconds(type, value, milliseconds)) return;
  append_number(milliseconds, out);
  if (milliseconds != 0) out += zeros;
}

}  // namespace

void write_epoch_seconds(const FormTable& forms, const cql::DataType& type, cql::ByteView value, std::string& out) {
  std::int64_t milliseconds = 0;
  if (!take_milliseconds(type, value, milliseconds)) return;
  if (forms.settings.rounding != Rounding::refuse) {
    std::int64_t seconds = 0;
    round_quotient(milliseconds, milliseconds_per_second, false, forms.settings.rounding, seconds);
    append_number(seconds, out);
    return;
  }
  if (milliseconds < 0 && milliseconds > -milliseconds_per_second) out += '-';
  append_number(milliseconds / milliseconds_per_second, out);
  auto fraction = milliseconds % milliseconds_per_second;
  if (fraction == 0) return;
  if (fraction < 0) fraction = -fraction;
  out += '.';
  for (std::int64_t place = milliseconds_per_second / 10; place > 0 && fraction > 0; place /= 10) {
    out += static_cast<char>('0' + fraction / place);
    fraction %= place;
  }
}

void write_epoch_milliseconds(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value,
                              std::string& out) {
  append_finer(type, value, {}, out);
}
void write_epoch_microseconds(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value,
                              std::string& out) {
  append_finer(type, value, "000", out);
}
void write_epoch_nanoseconds(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value,
                             std::string& out) {
  append_finer(type, value, "000000", out);
}

}  // namespace cqlbulk::text
