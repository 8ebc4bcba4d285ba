// The CQL values that C++ has no type for: uuid, inet, duration, varint, decimal. Plain data with text forms.
// Text forms are the ones cqlsh prints and CQL literals accept.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "cql/bytes.hpp"

namespace cql {

/// uuid and timeuuid: 16 bytes in the order they are written ("00112233-4455-…" starts with byte 0x00).
struct Uuid {
  std::array<std::byte, 16> bytes{};
  auto operator<=>(const Uuid&) const = default;

  /// False when the text is no UUID with hyphens (36 characters), in either case.
  static bool parse(std::string_view text, Uuid& out) noexcept;
  [[nodiscard]] std::string to_string() const;
  /// Writes exactly 36 characters.
  void write_to(char* out) const noexcept;
  static Uuid random();
};

/// inet: an IPv4 (4 bytes) or IPv6 (16 bytes) address.
struct Inet {
  std::array<std::byte, 16> bytes{};
  std::uint8_t size = 4;
  auto operator<=>(const Inet&) const = default;

  [[nodiscard]] ByteView view() const noexcept { return {bytes.data(), size}; }
  static bool parse(std::string_view text, Inet& out) noexcept;
  /// Canonical text: dotted for IPv4, RFC 5952 for IPv6.
  [[nodiscard]] std::string to_string() const;
};

/// duration: months, days and nanoseconds, all of one sign (native_protocol_v5.spec §6.8 on [duration]).
struct Duration {
  std::int32_t months = 0;
  std::int32_t days = 0;
  std::int64_t nanoseconds = 0;
  bool operator==(const Duration&) const = default;

  /// Accepts the forms of CQL: "1y2mo3w4d5h6m7s8ms9us10ns" (sign in front) and ISO 8601 "P1Y2M…".
  static bool parse(std::string_view text, Duration& out) noexcept;
  /// "-1mo2d3ns" with the units y mo d h m s ms us ns, largest first; "0ns" when all three are zero.
  [[nodiscard]] std::string to_string() const;
};

/// varint: two's complement, big-endian, shortest form; empty means an empty value (which CQL allows).
struct Varint {
  std::vector<std::byte> bytes;
  bool operator==(const Varint&) const = default;

  /// Decimal digits with an optional sign, any length.
  static bool parse(std::string_view text, Varint& out);
  [[nodiscard]] std::string to_string() const;
};

/// decimal: unscaled × 10^-scale.
struct Decimal {
  std::int32_t scale = 0;
  Varint unscaled;
  bool operator==(const Decimal&) const = default;

  /// Digits with sign, point and exponent; keeps the scale as written ("1.50" has scale 2, "1E+3" has scale -3).
  static bool parse(std::string_view text, Decimal& out);
  /// Plain or scientific as java.math.BigDecimal.toString() prints it, so that parse(to_string()) has the same scale.
  [[nodiscard]] std::string to_string() const;
};

/// The same for a varint still on the wire: appends its decimal digits.
void append_varint_text(ByteView twos_complement, std::string& out);

/// Unsigned variable-length integers as in vector<T, n> (Cassandra's VIntCoding): the leading ones of the first byte
/// count the bytes that follow. Signed ones are zig-zag coded, as in duration.
std::uint64_t read_unsigned_vint(Reader& reader);
std::int64_t read_signed_vint(Reader& reader);
void append_unsigned_vint(Buffer& out, std::uint64_t value);
void append_signed_vint(Buffer& out, std::int64_t value);

}  // namespace cql
