// What the fuzz targets share: choices and types drawn from the input, and a check that ends the run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "cql/data_type.hpp"
#include "text/forms.hpp"

namespace cqlbulk::fuzz {

/// Hands out the input from its start; zeros once it is used up.
class Choices {
 public:
  Choices(const std::uint8_t* data, std::size_t size) : data_(data), size_(size) {}
  std::uint8_t byte() {
    if (size_ == 0) return 0;
    --size_;
    return *data_++;
  }
  [[nodiscard]] std::string_view rest() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::uint8_t* data_;
  std::size_t size_;
};

inline cql::DataType type_of(Choices& choices, int depth) {
  using cql::TypeKind;
  constexpr TypeKind kinds[] = {
      TypeKind::custom,   TypeKind::ascii,   TypeKind::bigint,   TypeKind::blob, TypeKind::boolean,   TypeKind::counter,
      TypeKind::decimal,  TypeKind::double_, TypeKind::float_,   TypeKind::int_, TypeKind::timestamp, TypeKind::uuid,
      TypeKind::text,     TypeKind::varint,  TypeKind::timeuuid, TypeKind::inet, TypeKind::date,      TypeKind::time,
      TypeKind::smallint, TypeKind::tinyint, TypeKind::duration, TypeKind::list, TypeKind::set,       TypeKind::map,
      TypeKind::udt,      TypeKind::tuple,   TypeKind::vector};
  constexpr std::size_t scalars = 21;
  cql::DataType type;
  type.kind = kinds[choices.byte() % (depth == 0 ? scalars : std::size(kinds))];
  std::size_t parts = 0;
  switch (type.kind) {
    case TypeKind::list:
    case TypeKind::set:
      parts = 1;
      break;
    case TypeKind::map:
      parts = 2;
      break;
    case TypeKind::vector:
      parts = 1;
      type.dimension = 1 + choices.byte() % 4U;
      break;
    case TypeKind::udt:
    case TypeKind::tuple:
      parts = 1 + choices.byte() % 3U;
      break;
    default:
      break;
  }
  type.name = "name";
  for (std::size_t i = 0; i < parts; ++i) {
    type.children.push_back(type_of(choices, depth - 1));
    if (type.kind == TypeKind::udt) type.field_names.push_back(std::string(1, static_cast<char>('a' + i)));
  }
  return type;
}

/// Any forms; `usual`: they are the defaults.
inline text::Forms forms_of(Choices& choices, bool& usual) {
  constexpr const char* zones[] = {"Z", "+05:30", "Europe/Berlin", "Asia/Kathmandu"};
  constexpr const char* timestamps[] = {"", "yyyy-MM-dd HH:mm:ss.SSSXXX", "EEE d MMM y, h:mm:ss.SSS a",
                                        "yyyyMMddHHmmssSSS"};
  constexpr const char* locales[] = {"", "de", "fr", "en_US"};
  const std::uint8_t flags = choices.byte();
  const std::uint8_t places = choices.byte();
  TextForms forms;
  usual = flags % 2 == 0;
  if (usual) return text::Forms();
  forms.blobs = static_cast<TextForms::Blobs>(flags >> 1U & 1U);
  forms.nested = static_cast<TextForms::Nested>(flags >> 2U & 1U);
  forms.numbers = static_cast<TextForms::Numbers>(flags >> 3U & 1U);
  if ((flags & 16U) != 0) forms.true_word = "1";
  forms.overflow = static_cast<Overflow>(flags >> 5U & 1U);
  forms.rounding = static_cast<Rounding>((flags & 64U) != 0 ? places % rounding_names.size() : 0);
  forms.time_zone = zones[places % std::size(zones)];
  forms.locale = locales[places / 4U % std::size(locales)];
  forms.timestamp_pattern = timestamps[places / 16U % std::size(timestamps)];
  if (forms.timestamp_pattern.empty()) {
    forms.timestamps = static_cast<TextForms::Timestamps>(places / 64U);
  } else {
    forms.date_pattern = "d.M.y";
    forms.time_pattern = "HH:mm:ss.SSSSSSSSS";
  }
  return text::Forms(forms);
}

inline void check(bool holds, std::string_view what, std::string_view detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(detail.size()),
               detail.data());
  std::abort();
}

}  // namespace cqlbulk::fuzz
