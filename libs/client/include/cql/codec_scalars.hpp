// Codecs of the plain types: numbers, text, blobs, times, uuids, addresses.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cql/codec.hpp"
#include "cql/types.hpp"

namespace cql {

/// timestamp: milliseconds since 1970.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;
/// time: nanoseconds since midnight, less than a day.
using TimeOfDay = std::chrono::nanoseconds;
/// date as it travels: days, 2^31 being 1970-01-01. Every date has such a number; std::chrono::year_month_day has only
/// the years -32767 to 32767.
struct RawDate {
  std::uint32_t days = 0x8000'0000U;
  auto operator<=>(const RawDate&) const = default;
};

/// The integers of C++, without bool and the character types.
template <typename T>
concept CqlInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

namespace detail {

/// Bytes of an integer type of CQL; 0 for any other type.
[[nodiscard]] constexpr std::size_t integer_size(TypeKind kind) {
  switch (kind) {
    case TypeKind::tinyint:
      return 1;
    case TypeKind::smallint:
      return 2;
    case TypeKind::int_:
      return 4;
    case TypeKind::bigint:
    case TypeKind::counter:
      return 8;
    default:
      return 0;
  }
}

[[noreturn]] void fail_range(const std::string& value, const DataType& type);
void append_varint(std::int64_t value, Buffer& out);
void append_varint(std::uint64_t value, Buffer& out);

inline void check_size(ByteView bytes, std::size_t expected, const DataType& type, std::string (*cpp_name)()) {
  if (bytes.size() != expected) [[unlikely]]
    fail_size(bytes.size(), expected, cpp_name(), type);
}

/// For C++ types that go with certain CQL types and no others; the first one is the natural one.
template <TypeKind natural, TypeKind... others>
struct ForKinds {
  static bool fits(const DataType& type, Use /*use*/) { return type.kind == natural || ((type.kind == others) || ...); }
  static DataType natural_type() { return DataType::scalar(natural); }
};

}  // namespace detail

template <>
struct Codec<bool> : detail::ForKinds<TypeKind::boolean> {
  static std::string name() { return "bool"; }
  static void encode(bool value, const DataType& /*type*/, Buffer& out) { out.push_back(std::byte{value}); }
  static bool decode(ByteView bytes, const DataType& type) {
    detail::check_size(bytes, 1, type, name);
    return bytes[0] != std::byte{0};
  }
};

/// Binding: to tinyint, smallint, int, bigint, counter and varint, when the value fits (Error{usage} if not).
/// Reading: from integers of at most this size. Unsigned integers are bound only.
template <CqlInteger T>
struct Codec<T> {
  static std::string name() {
    return std::string(std::signed_integral<T> ? "std::int" : "std::uint") + std::to_string(sizeof(T) * 8) + "_t";
  }
  static bool fits(const DataType& type, Use use) {
    const std::size_t size = detail::integer_size(type.kind);
    if (use == Use::reading) return size != 0 && size <= sizeof(T);
    return size != 0 || type.kind == TypeKind::varint;
  }
  static DataType natural_type()
    requires std::signed_integral<T>
  {
    constexpr TypeKind kind = sizeof(T) == 1   ? TypeKind::tinyint
                              : sizeof(T) == 2 ? TypeKind::smallint
                              : sizeof(T) == 4 ? TypeKind::int_
                                               : TypeKind::bigint;
    return DataType::scalar(kind);
  }
  static void encode(T value, const DataType& type, Buffer& out) {
    switch (detail::integer_size(type.kind)) {
      case 1:
        return append<std::int8_t>(value, type, out);
      case 2:
        return append<std::int16_t>(value, type, out);
      case 4:
        return append<std::int32_t>(value, type, out);
      case 8:
        return append<std::int64_t>(value, type, out);
      default:
        using Widest = std::conditional_t<std::signed_integral<T>, std::int64_t, std::uint64_t>;
        detail::append_varint(Widest{value}, out);
    }
  }
  static T decode(ByteView bytes, const DataType& type)
    requires std::signed_integral<T>
  {
    const std::size_t size = detail::integer_size(type.kind);
    detail::check_size(bytes, size, type, name);
    switch (size) {
      case 1:
        return static_cast<T>(load_big_endian<std::int8_t>(bytes.data()));
      case 2:
        return static_cast<T>(load_big_endian<std::int16_t>(bytes.data()));
      case 4:
        return static_cast<T>(load_big_endian<std::int32_t>(bytes.data()));
      default:
        return static_cast<T>(load_big_endian<std::int64_t>(bytes.data()));
    }
  }

 private:
  template <typename Wire>
  static void append(T value, const DataType& type, Buffer& out) {
    if (!std::in_range<Wire>(value)) detail::fail_range(std::to_string(value), type);
    out.append_integer(static_cast<Wire>(value));
  }
};

template <>
struct Codec<float> : detail::ForKinds<TypeKind::float_> {
  static std::string name() { return "float"; }
  /// A double holds every float: float is bound to double as well.
  static bool fits(const DataType& type, Use use) {
    return type.kind == TypeKind::float_ || (use == Use::binding && type.kind == TypeKind::double_);
  }
  static void encode(float value, const DataType& type, Buffer& out) {
    if (type.kind == TypeKind::double_) {
      out.append_integer(std::bit_cast<std::uint64_t>(static_cast<double>(value)));
    } else {
      out.append_integer(std::bit_cast<std::uint32_t>(value));
    }
  }
  static float decode(ByteView bytes, const DataType& type) {
    detail::check_size(bytes, 4, type, name);
    return std::bit_cast<float>(load_big_endian<std::uint32_t>(bytes.data()));
  }
};

template <>
struct Codec<double> : detail::ForKinds<TypeKind::double_> {
  static std::string name() { return "double"; }
  /// float is read as double as well.
  static bool fits(const DataType& type, Use use) {
    return type.kind == TypeKind::double_ || (use == Use::reading && type.kind == TypeKind::float_);
  }
  static void encode(double value, const DataType& /*type*/, Buffer& out) {
    out.append_integer(std::bit_cast<std::uint64_t>(value));
  }
  static double decode(ByteView bytes, const DataType& type) {
    if (type.kind == TypeKind::float_) return static_cast<double>(Codec<float>::decode(bytes, type));
    detail::check_size(bytes, 8, type, name);
    return std::bit_cast<double>(load_big_endian<std::uint64_t>(bytes.data()));
  }
};

/// Borrows from the page when read. Text is UTF-8 on both sides; nothing here checks it.
template <>
struct Codec<std::string_view> : detail::ForKinds<TypeKind::text, TypeKind::ascii> {
  static std::string name() { return "std::string_view"; }
  static void encode(std::string_view value, const DataType& /*type*/, Buffer& out) { out.append(value); }
  static std::string_view decode(ByteView bytes, const DataType& /*type*/) { return as_text(bytes); }
};

template <>
struct Codec<std::string> : detail::ForKinds<TypeKind::text, TypeKind::ascii> {
  static std::string name() { return "std::string"; }
  static void encode(const std::string& value, const DataType& /*type*/, Buffer& out) { out.append(value); }
  static std::string decode(ByteView bytes, const DataType& /*type*/) { return std::string(as_text(bytes)); }
};

/// Binding only; must not be null.
template <>
struct Codec<const char*> : detail::ForKinds<TypeKind::text, TypeKind::ascii> {
  static std::string name() { return "const char*"; }
  static void encode(const char* value, const DataType& /*type*/, Buffer& out);
};

/// Borrows from the page when read. Custom types are opaque bytes too.
template <>
struct Codec<ByteView> : detail::ForKinds<TypeKind::blob, TypeKind::custom> {
  static std::string name() { return "cql::ByteView"; }
  static void encode(ByteView value, const DataType& /*type*/, Buffer& out) { out.append(value); }
  static ByteView decode(ByteView bytes, const DataType& /*type*/) { return bytes; }
};

template <>
struct Codec<std::vector<std::byte>> : detail::ForKinds<TypeKind::blob, TypeKind::custom> {
  static std::string name() { return "std::vector<std::byte>"; }
  static void encode(const std::vector<std::byte>& value, const DataType& /*type*/, Buffer& out) { out.append(value); }
  static std::vector<std::byte> decode(ByteView bytes, const DataType& /*type*/) {
    return {bytes.begin(), bytes.end()};
  }
};

template <>
struct Codec<Uuid> : detail::ForKinds<TypeKind::uuid, TypeKind::timeuuid> {
  static std::string name() { return "cql::Uuid"; }
  static void encode(const Uuid& value, const DataType& /*type*/, Buffer& out) { out.append(value.bytes); }
  static Uuid decode(ByteView bytes, const DataType& type) {
    Uuid uuid;
    detail::check_size(bytes, uuid.bytes.size(), type, name);
    std::memcpy(uuid.bytes.data(), bytes.data(), uuid.bytes.size());
    return uuid;
  }
};

template <>
struct Codec<Inet> : detail::ForKinds<TypeKind::inet> {
  static std::string name() { return "cql::Inet"; }
  static void encode(const Inet& value, const DataType& type, Buffer& out);
  static Inet decode(ByteView bytes, const DataType& type);
};

/// Months, days and nanoseconds of different signs cannot be bound.
template <>
struct Codec<Duration> : detail::ForKinds<TypeKind::duration> {
  static std::string name() { return "cql::Duration"; }
  static void encode(const Duration& value, const DataType& type, Buffer& out);
  static Duration decode(ByteView bytes, const DataType& type);
};

/// Without bytes it is CQL's empty value.
template <>
struct Codec<Varint> : detail::ForKinds<TypeKind::varint> {
  static std::string name() { return "cql::Varint"; }
  static void encode(const Varint& value, const DataType& /*type*/, Buffer& out) { out.append(value.bytes); }
  static Varint decode(ByteView bytes, const DataType& /*type*/) { return {{bytes.begin(), bytes.end()}}; }
};

/// The unscaled number must have bytes.
template <>
struct Codec<Decimal> : detail::ForKinds<TypeKind::decimal> {
  static std::string name() { return "cql::Decimal"; }
  static void encode(const Decimal& value, const DataType& type, Buffer& out);
  static Decimal decode(ByteView bytes, const DataType& type);
};

template <>
struct Codec<Timestamp> : detail::ForKinds<TypeKind::timestamp> {
  static std::string name() { return "cql::Timestamp"; }
  static void encode(Timestamp value, const DataType& /*type*/, Buffer& out) {
    out.append_integer(std::int64_t{value.time_since_epoch().count()});
  }
  static Timestamp decode(ByteView bytes, const DataType& type) {
    detail::check_size(bytes, 8, type, name);
    return Timestamp(std::chrono::milliseconds(load_big_endian<std::int64_t>(bytes.data())));
  }
};

template <typename D>
struct Codec<std::chrono::sys_time<D>> {
  static_assert(sizeof(D) == 0,
                "A CQL timestamp counts milliseconds: use cql::Timestamp, for instance "
                "std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now()).");
};

template <>
struct Codec<RawDate> : detail::ForKinds<TypeKind::date> {
  static std::string name() { return "cql::RawDate"; }
  static void encode(RawDate value, const DataType& /*type*/, Buffer& out) { out.append_integer(value.days); }
  static RawDate decode(ByteView bytes, const DataType& type) {
    detail::check_size(bytes, 4, type, name);
    return {load_big_endian<std::uint32_t>(bytes.data())};
  }
};

/// Holds every date of CQL.
template <>
struct Codec<std::chrono::sys_days> : detail::ForKinds<TypeKind::date> {
  static std::string name() { return "std::chrono::sys_days"; }
  static void encode(std::chrono::sys_days value, const DataType& type, Buffer& out);
  static std::chrono::sys_days decode(ByteView bytes, const DataType& type);
};

/// Error{usage} when bound but no date (30 February), and for dates read that lie beyond its years.
template <>
struct Codec<std::chrono::year_month_day> : detail::ForKinds<TypeKind::date> {
  static std::string name() { return "std::chrono::year_month_day"; }
  static void encode(std::chrono::year_month_day value, const DataType& type, Buffer& out);
  static std::chrono::year_month_day decode(ByteView bytes, const DataType& type);
};

template <>
struct Codec<TimeOfDay> : detail::ForKinds<TypeKind::time> {
  static std::string name() { return "cql::TimeOfDay"; }
  static void encode(TimeOfDay value, const DataType& type, Buffer& out);
  static TimeOfDay decode(ByteView bytes, const DataType& type);
};

template <typename Rep, typename Period>
struct Codec<std::chrono::duration<Rep, Period>> {
  static_assert(sizeof(Rep) == 0,
                "A CQL time counts nanoseconds since midnight: use cql::TimeOfDay (std::chrono::nanoseconds). A CQL "
                "duration is a cql::Duration.");
};

}  // namespace cql
