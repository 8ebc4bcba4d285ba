// Conversions of Arrow values to CQL values of fixed width: one small type per pair, all of the same shape, so that a
// column's loop is compiled for its pair. None loses anything: what does not fit exactly is refused, value by value.
// Internal to columnar/.
//
//   Array                                 the Arrow array it reads
//   wire_size                             bytes of the CQL value
//   exact                                 every value converts
//   problem                               what is wrong with a value that does not, "… for smallint" following
//   bool convert(array, index, out)       writes wire_size bytes, or returns false
#pragma once

#include <arrow/array.h>
#include <arrow/util/float16.h>

#include <bit>
#include <cmath>
#include <utility>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cqlbulk::columnar {

template <typename Source, typename Wire>
struct IntegerToInteger {
  using Array = Source;
  static constexpr std::int32_t wire_size = sizeof(Wire);
  static constexpr bool exact = std::in_range<Wire>(std::numeric_limits<typename Source::value_type>::min()) &&
                                std::in_range<Wire>(std::numeric_limits<typename Source::value_type>::max());
  static constexpr const char* problem = "out of range";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const auto value = array.Value(index);
    if constexpr (!exact) {
      if (!std::in_range<Wire>(value)) return false;
    }
    cql::store_big_endian(out, static_cast<Wire>(value));
    return true;
  }
};

/// Whole numbers only: other tools make floating-point columns of integers that have nulls.
template <typename Source, typename Wire>
struct FloatToInteger {
  using Array = Source;
  static constexpr std::int32_t wire_size = sizeof(Wire);
  static constexpr bool exact = false;
  static constexpr const char* problem = "no whole number or out of range";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const double value = array.Value(index);
    if (!(value >= -0x1p63 && value < 0x1p63)) return false;
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) != value || !std::in_range<Wire>(whole)) return false;
    cql::store_big_endian(out, static_cast<Wire>(whole));
    return true;
  }
};

/// double and float, from the same or a narrower kind bit by bit, else where the value survives the way there and back.
template <typename Source, typename Wire>
struct ToFloat {
  using Array = Source;
  using Value = typename Source::value_type;
  static constexpr bool from_integer = std::is_integral_v<Value>;
  static constexpr std::int32_t wire_size = sizeof(Wire);
  static constexpr bool exact = from_integer ? std::numeric_limits<Value>::digits <= std::numeric_limits<Wire>::digits
                                             : sizeof(Value) <= sizeof(Wire);
  static constexpr const char* problem = "cannot be held exactly";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const Value value = array.Value(index);
    if constexpr (std::is_same_v<Value, Wire>) {
      using Bits = std::conditional_t<sizeof(Wire) == 4, std::uint32_t, std::uint64_t>;
      Bits bits;  // Moved as an integer: a signalling NaN keeps its bits.
      std::memcpy(&bits, &array.raw_values()[index], sizeof bits);
      cql::store_big_endian(out, bits);
      return true;
    } else {
      const auto converted = static_cast<Wire>(value);
      if constexpr (!exact) {
        if (!survives(value, converted)) return false;
      }
      store(converted, out);
      return true;
    }
  }

 private:
  static bool survives(Value value, Wire converted) {
    if constexpr (from_integer) {
      // The greatest integers round up to a power of two that the integer type lacks.
      constexpr Wire bound = static_cast<Wire>(2) * static_cast<Wire>(std::numeric_limits<Value>::max() / 2 + 1);
      return converted < bound && static_cast<Value>(converted) == value;
    } else {
      return static_cast<Value>(converted) == value || std::isnan(value);
    }
  }
  static void store(Wire value, std::byte* out) {
    if constexpr (sizeof(Wire) == 4) cql::store_big_endian(out, std::bit_cast<std::uint32_t>(value));
    if constexpr (sizeof(Wire) == 8) cql::store_big_endian(out, std::bit_cast<std::uint64_t>(value));
  }
};

template <typename Wire>
struct HalfToFloat {
  using Array = arrow::HalfFloatArray;
  static constexpr std::int32_t wire_size = sizeof(Wire);
  static constexpr bool exact = true;
  static constexpr const char* problem = "";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const auto value = arrow::util::Float16::FromBits(array.Value(index));
    if constexpr (sizeof(Wire) == 4) cql::store_big_endian(out, std::bit_cast<std::uint32_t>(value.ToFloat()));
    if constexpr (sizeof(Wire) == 8) cql::store_big_endian(out, std::bit_cast<std::uint64_t>(value.ToDouble()));
    return true;
  }
};

/// What a count of time units is stored as.
struct StoreTimestamp {
  static constexpr std::int32_t wire_size = 8;
  static constexpr bool always = true;
  static constexpr const char* problem = "finer than a millisecond or out of range";
  static bool store(std::int64_t milliseconds, std::byte* out) {
    cql::store_big_endian(out, milliseconds);
    return true;
  }
};
struct StoreTime {
  static constexpr std::int32_t wire_size = 8;
  static constexpr bool always = false;
  static constexpr const char* problem = "not within a day";
  static bool store(std::int64_t nanoseconds, std::byte* out) {
    if (nanoseconds < 0 || nanoseconds >= 86'400'000'000'000) return false;
    cql::store_big_endian(out, nanoseconds);
    return true;
  }
};
/// Days as CQL counts them: unsigned, 1970-01-01 in the middle of the range.
struct StoreDate {
  static constexpr std::int32_t wire_size = 4;
  static constexpr bool always = false;
  static constexpr const char* problem = "not midnight or out of range";
  static bool store(std::int64_t days, std::byte* out) {
    if (!std::in_range<std::int32_t>(days)) return false;
    cql::store_big_endian(out, static_cast<std::uint32_t>(static_cast<std::int32_t>(days)) ^ 0x8000'0000U);
    return true;
  }
};

/// value × Multiplier ÷ Divisor, without remainder.
template <typename Source, std::int64_t Multiplier, std::int64_t Divisor, typename Store>
struct Scaled {
  using Array = Source;
  static constexpr std::int32_t wire_size = Store::wire_size;
  static constexpr bool exact = Store::always && Multiplier == 1 && Divisor == 1;
  static constexpr const char* problem = Store::problem;
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const std::int64_t value = array.Value(index);
    if constexpr (Divisor != 1) {
      if (value % Divisor != 0) return false;
    }
    std::int64_t scaled = value / Divisor;
    if constexpr (Multiplier != 1) {
      if (__builtin_mul_overflow(scaled, Multiplier, &scaled)) return false;
    }
    return Store::store(scaled, out);
  }
};

struct BooleanToBoolean {
  using Array = arrow::BooleanArray;
  static constexpr std::int32_t wire_size = 1;
  static constexpr bool exact = true;
  static constexpr const char* problem = "";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    *out = array.Value(index) ? std::byte{1} : std::byte{0};
    return true;
  }
};

/// The type must be fixed_size_binary[16].
template <bool TimeBased>
struct BytesToUuid {
  using Array = arrow::FixedSizeBinaryArray;
  static constexpr std::int32_t wire_size = 16;
  static constexpr bool exact = !TimeBased;
  static constexpr const char* problem = "not a version 1 UUID";
  static bool convert(const Array& array, std::int64_t index, std::byte* out) {
    const std::uint8_t* value = array.GetValue(index);
    if constexpr (TimeBased) {
      if ((value[6] >> 4U) != 1) return false;
    }
    std::memcpy(out, value, 16);
    return true;
  }
};

/// Calls `use.template operator()<Conversion>()` for the pair's conversion; false when it has none of fixed width.
template <typename Use>
bool with_conversion(const arrow::DataType& from, const cql::DataType& to, Use&& use);

}  // namespace cqlbulk::columnar

#include "columnar/conversion_table.hpp"
