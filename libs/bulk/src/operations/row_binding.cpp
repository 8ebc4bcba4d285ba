#include "operations/row_binding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "cql/bytes.hpp"
#include "cql/error.hpp"

namespace cqlbulk::operations {

namespace {

using Takes = Marker::Takes;

constexpr std::int64_t microseconds_per_day = 86'400'000'000;

/// Mixes all bits (the finisher of SplitMix64): one to one, so that different records never give the same.
std::uint64_t mixed(std::uint64_t bits) {
  bits = (bits ^ (bits >> 30U)) * 0xbf58476d1ce4e5b9U;
  bits = (bits ^ (bits >> 27U)) * 0x94d049bb133111ebU;
  return bits ^ (bits >> 31U);
}

std::uint64_t half_of(const cql::Uuid& uuid, std::size_t half) {
  return cql::load_big_endian<std::uint64_t>(uuid.bytes.data() + half * 8);
}

void append_uuid(std::uint64_t high, std::uint64_t low, unsigned version, cql::Buffer& out) {
  constexpr std::uint64_t variant = 0x8000'0000'0000'0000U;
  out.append_integer(std::int32_t{16});
  out.append_integer(static_cast<std::int64_t>((high & ~std::uint64_t{0xf000}) | (std::uint64_t{version} << 12U)));
  out.append_integer(static_cast<std::int64_t>((low & 0x3fff'ffff'ffff'ffffU) | variant));
}

/// RFC 9562, version 1: the time in 100 ns since 1582-10-15, here one step later for every record.
void append_time_uuid(const BindingSeed& seed, std::size_t marker, std::uint64_t record, cql::Buffer& out) {
  constexpr std::uint64_t from_1582_to_1970 = 0x01b2'1dd2'1381'4000U;
  const std::uint64_t time = static_cast<std::uint64_t>(seed.start_us) * 10 + from_1582_to_1970 + record;
  const std::uint64_t high = (time << 32U) | ((time >> 16U) & 0xffff'0000U) | ((time >> 48U) & 0x0fffU);
  constexpr std::uint64_t not_a_network_card = 0x0000'0100'0000'0000U;
  append_uuid(high, mixed(half_of(seed.random, 1) + marker) | not_a_network_card, 1, out);
}

/// `value` with its length: a bigint, which may be null or empty.
void append_write_time(cql::ByteView value, TimeUnit unit, cql::Buffer& out) {
  constexpr std::size_t length_size = 4;
  if (value.size() == length_size) return out.append(value);
  const auto time = cql::load_big_endian<std::int64_t>(value.data() + length_size);
  const auto microseconds = microseconds_of(time, unit);
  if (!microseconds) {
    throw cql::Error(cql::ErrorKind::usage,
                     fmt::format("the write time {} is no whole number of microseconds in 64 bits", time));
  }
  out.append_integer(std::int32_t{8});
  out.append_integer(*microseconds);
}

}  // namespace

std::optional<std::int64_t> microseconds_of(std::int64_t time, TimeUnit unit) {
  constexpr std::int64_t nanoseconds = 1'000;
  if (unit == TimeUnit::nanoseconds) return time % nanoseconds == 0 ? std::optional(time / nanoseconds) : std::nullopt;
  const std::int64_t factor = unit == TimeUnit::seconds ? 1'000'000 : unit == TimeUnit::milliseconds ? 1'000 : 1;
  std::int64_t microseconds = 0;
  return __builtin_mul_overflow(time, factor, &microseconds) ? std::nullopt : std::optional(microseconds);
}

std::optional<Marker::Takes> computed_here(std::string_view expression) {
  std::string plain;
  for (const char c : expression) {
    if (c == ' ' || c == '\t' || c == '\n' || c == '_') continue;
    plain += c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  constexpr std::array<std::pair<std::string_view, Takes>, 8> known{{{"uuid()", Takes::random_uuid},
                                                                     {"now()", Takes::time_uuid},
                                                                     {"currenttimeuuid()", Takes::time_uuid},
                                                                     {"currenttimestamp()", Takes::start_timestamp},
                                                                     {"totimestamp(now())", Takes::start_timestamp},
                                                                     {"currentdate()", Takes::start_date},
                                                                     {"todate(now())", Takes::start_date},
                                                                     {"currenttime()", Takes::start_time}}};
  const auto* const found = std::ranges::find(known, plain, &std::pair<std::string_view, Takes>::first);
  return found == known.end() ? std::nullopt : std::optional(found->second);
}

bool fits(Marker::Takes computed, const cql::DataType& type) {
  using Kind = cql::TypeKind;
  switch (computed) {
    case Takes::value:
      return true;
    case Takes::write_time:
      return type.kind == Kind::bigint;
    case Takes::random_uuid:
      return type.kind == Kind::uuid;
    case Takes::time_uuid:
      return type.kind == Kind::timeuuid || type.kind == Kind::uuid;
    case Takes::start_timestamp:
      return type.kind == Kind::timestamp;
    case Takes::start_date:
      return type.kind == Kind::date;
    case Takes::start_time:
      return type.kind == Kind::time;
  }
  return false;
}

bool is_static_row(cql::ByteView row, const std::vector<std::uint16_t>& clustering,
                   const std::vector<std::uint16_t>& regular) {
  std::size_t nulls = 0;
  bool regular_values = false;
  const std::uint16_t last = regular.empty() ? clustering.back() : std::max(clustering.back(), regular.back());
  std::size_t at = 0;
  for (std::uint16_t index = 0; index <= last; ++index) {
    const auto size = cql::load_big_endian<std::int32_t>(row.data() + at);
    at += sizeof size + static_cast<std::size_t>(std::max(size, 0));
    if (std::ranges::binary_search(clustering, index)) {
      nulls += size < 0 ? 1 : 0;
      if (nulls == 0 && index == clustering.back()) return false;
    } else if (size >= 0 && std::ranges::binary_search(regular, index)) {
      regular_values = true;
    }
  }
  if (nulls != clustering.size() || regular_values) {
    throw cql::Error(cql::ErrorKind::usage, "null in a column of the primary key");
  }
  return true;
}

RowBinder::RowBinder(std::vector<Marker> markers, std::size_t value_count, const BindingSeed& seed)
    : markers_(std::move(markers)), value_count_(value_count), seed_(seed) {
  as_is_ = markers_.size() == value_count_;
  for (std::size_t i = 0; i < markers_.size(); ++i) {
    as_is_ = as_is_ && markers_[i] == Marker{Takes::value, static_cast<std::uint16_t>(i)};
  }
}

void RowBinder::append(cql::ByteView row, std::uint64_t record, cql::Buffer& out) const {
  std::array<Cell, 64> few{};
  std::vector<Cell> many;
  std::span<Cell> cells(few.data(), std::min(few.size(), value_count_));
  if (value_count_ > few.size()) {
    many.resize(value_count_);
    cells = many;
  }
  std::uint32_t at = 0;
  for (Cell& cell : cells) {
    cell.size = cql::load_big_endian<std::int32_t>(row.data() + at);
    cell.offset = at;
    at += 4 + static_cast<std::uint32_t>(std::max(cell.size, 0));
  }
  for (std::size_t i = 0; i < markers_.size(); ++i) {
    const Takes takes = markers_[i].takes;
    if (takes != Takes::value && takes != Takes::write_time) {
      append_computed(i, record, out);
      continue;
    }
    const Cell& cell = cells[markers_[i].value];
    const cql::ByteView value = row.subspan(cell.offset, 4 + static_cast<std::size_t>(std::max(cell.size, 0)));
    if (takes == Takes::value) {
      out.append(value);
    } else {
      append_write_time(value, seed_.write_time_unit, out);
    }
  }
}

void RowBinder::append_computed(std::size_t marker, std::uint64_t record, cql::Buffer& out) const {
  const std::int64_t days = seed_.start_us / microseconds_per_day;
  switch (markers_[marker].takes) {
    case Takes::value:
    case Takes::write_time:
      return;
    case Takes::random_uuid: {
      // Odd numbers of markers apart: two columns of a record differ, too.
      const std::uint64_t place = mixed(record) + 0x9e37'79b9'7f4a'7c15U * marker;
      append_uuid(mixed(half_of(seed_.random, 0) + place), mixed(half_of(seed_.random, 1) ^ place), 4, out);
      return;
    }
    case Takes::time_uuid:
      append_time_uuid(seed_, marker, record, out);
      return;
    case Takes::start_timestamp:
      out.append_integer(std::int32_t{8});
      out.append_integer(seed_.start_us / 1'000);
      return;
    case Takes::start_date:  // Days, with 1970-01-01 at 2^31.
      out.append_integer(std::int32_t{4});
      out.append_integer(static_cast<std::int32_t>(static_cast<std::uint32_t>(days) + 0x8000'0000U));
      return;
    case Takes::start_time:
      out.append_integer(std::int32_t{8});
      out.append_integer((seed_.start_us - days * microseconds_per_day) * 1'000);
      return;
  }
}

}  // namespace cqlbulk::operations
