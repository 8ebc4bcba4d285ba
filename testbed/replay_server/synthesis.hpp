// What synthesised tables are made of: columns, and cells in wire form.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "cql/bytes.hpp"
#include "cql/metadata.hpp"

namespace cql::replay {

inline Column synthetic_column(std::string name, TypeKind kind, Column::Role role, int position = -1) {
  Column made;
  made.name = std::move(name);
  made.type = DataType::scalar(kind);
  made.role = role;
  made.position = position;
  return made;
}

inline void append_cell(ByteView value, Buffer& out) {
  out.append_integer(static_cast<std::int32_t>(value.size()));
  out.append(value);
}

template <typename Integer>
void append_number(Integer value, Buffer& out) {
  out.append_integer(static_cast<std::int32_t>(sizeof value));
  out.append_integer(value);
}

}  // namespace cql::replay
