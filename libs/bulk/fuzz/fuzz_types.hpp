// What the fuzz targets share: choices and types drawn from the input, and a check that ends the run.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "cql/data_type.hpp"

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

inline void check(bool holds, std::string_view what, std::string_view detail = {}) {
  if (holds) return;
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(what.size()), what.data(), static_cast<int>(detail.size()),
               detail.data());
  std::abort();
}

}  // namespace cqlbulk::fuzz
