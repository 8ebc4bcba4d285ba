// Lists whose elements may be null. CQL has no such type, but results have: TTL of a collection has an item for each
// element, and null for those that do not expire.
#pragma once

#include <utility>

#include "cql/data_type.hpp"

namespace cqlbulk {

/// A list type that bears the mark in its name, which lists do not use.
[[nodiscard]] inline cql::DataType nullable_list_of(cql::DataType element) {
  cql::DataType type = cql::DataType::scalar(cql::TypeKind::list);
  type.children.push_back(std::move(element));
  type.name = "nullable";
  return type;
}
[[nodiscard]] inline bool is_nullable_list(const cql::DataType& type) {
  return type.kind == cql::TypeKind::list && !type.name.empty();
}

}  // namespace cqlbulk
