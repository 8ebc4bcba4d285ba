// How values look as text, in CSV fields and in JSON. What is written with some settings is read back with the same.
// The forms with examples: docs/reference/text-forms.md.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace cqlbulk {

/// What becomes of digits that a column cannot hold ("2.5" for an int, microseconds for a timestamp), and of digits
/// that a form cannot show. refuse: the record is a bad one, or the export stops and says which value it was.
enum class Rounding { refuse, half_even, half_up, half_down, up, down, ceiling, floor };

/// What becomes of numbers beyond what a column holds. saturate: the nearest that it holds.
enum class Overflow { refuse, saturate };

/// Plain data; wrong settings are refused when an operation begins.
struct TextForms {
  enum class Blobs { hex, base64 };
  enum class Timestamps { iso, seconds, milliseconds, microseconds, nanoseconds };
  enum class Numbers { shortest, plain };
  enum class Nested { json, cql };

  Blobs blobs = Blobs::hex;  ///< hex: 0x00ff, as in CQL. base64: with padding, RFC 4648 §4.
  /// iso: 2024-01-02T03:04:05.678Z. The others: the time since 1970 in this unit; seconds with a fraction where needed.
  Timestamps timestamps = Timestamps::iso;
  /// In place of `timestamps`, and for dates and times: letters as in Java and ICU ("dd.MM.yyyy HH:mm:ss.SSS").
  std::string timestamp_pattern{};
  std::string date_pattern{};
  std::string time_pattern{};
  /// Timestamps are written in it, and read in it where they name none: Z, +02:00, Europe/Berlin.
  std::string time_zone = "Z";
  /// Names of months and weekdays in patterns, and the separators of numbers: de_DE. Empty: English names, 1234.56.
  std::string locale{};
  /// Of numbers; empty: the locale's. A group separator parts the digits before the point by threes; "none": no groups.
  /// Numbers within JSON and CQL literals keep their own form.
  std::string decimal_separator{};
  std::string group_separator{};
  /// Of numbers, as in Java and ICU: "#,##0.00", "0.###E0", "#,##0;(#,##0)". Groups and points are the locale's (empty:
  /// English), or the separators above. NaN and the infinities stay words. Empty: numbers as `numbers` says.
  std::string number_pattern{};
  Numbers numbers = Numbers::shortest;  ///< plain: never an exponent (float, double, decimal).
  /// Not within JSON and CQL literals. With other words than these two, nothing else is read as a boolean.
  std::string true_word = "true";
  std::string false_word = "false";
  Nested nested = Nested::json;  ///< Collections, tuples, user-defined types, vectors: JSON, or as in a CQL statement.
  Rounding rounding = Rounding::refuse;
  Overflow overflow = Overflow::refuse;

  bool operator==(const TextForms&) const = default;
};

// What the choices are called, in their order: by the tool's options and in operation.json.
inline constexpr std::array<std::string_view, 2> blob_forms{"hex", "base64"};
inline constexpr std::array<std::string_view, 5> timestamp_forms{"iso", "s", "ms", "us", "ns"};
inline constexpr std::array<std::string_view, 2> number_forms{"shortest", "plain"};
inline constexpr std::array<std::string_view, 2> nested_forms{"json", "cql"};
inline constexpr std::array<std::string_view, 8> rounding_names{"refuse", "half-even", "half-up", "half-down",
                                                                "up",     "down",      "ceiling", "floor"};
inline constexpr std::array<std::string_view, 2> overflow_names{"refuse", "saturate"};

}  // namespace cqlbulk
