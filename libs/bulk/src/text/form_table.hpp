// What every kind of value looks like: the table behind Forms.
#pragma once

#include <array>
#include <optional>

#include "text/number_pattern.hpp"
#include "text/scalars.hpp"
#include "text/time_pattern.hpp"
#include "text/time_zone.hpp"

namespace cqlbulk::text {

/// The functions of one kind. A column's text and what stands within JSON and CQL literals differ: words for booleans
/// and the separators of numbers are for columns only.
struct KindForms {
  WriteFunction write = nullptr;
  WriteFunction write_inner = nullptr;
  WriteFunction write_json = nullptr;
  ParseFunction parse = nullptr;  ///< Null for nested kinds, as parse_inner is.
  ParseFunction parse_inner = nullptr;
  JsonForm json = JsonForm::text;
  std::string_view alphabet{};  ///< Of what `write` appends; empty: any character.
};

struct FormTable {
  FormTable();

  [[nodiscard]] const KindForms& of(cql::TypeKind kind) const { return kinds[place_of(kind)]; }
  [[nodiscard]] KindForms& of(cql::TypeKind kind) { return kinds[place_of(kind)]; }

  TextForms settings;
  TimeZone zone;
  std::optional<TimePattern> timestamp_pattern;
  std::optional<TimePattern> date_pattern;
  std::optional<TimePattern> time_pattern;
  std::optional<NumberPattern> number_pattern;
  std::string decimal_separator = ".";
  std::string group_separator;

 private:
  static constexpr std::size_t places = 64;
  static constexpr std::size_t place_of(cql::TypeKind kind) {
    const auto number = static_cast<std::size_t>(kind);
    return number < places - 1 ? number : kind == cql::TypeKind::vector ? places - 1 : 0;
  }
  std::array<KindForms, places> kinds;
};

}  // namespace cqlbulk::text
