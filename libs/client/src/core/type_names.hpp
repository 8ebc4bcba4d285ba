// The names of native types and the words CQL keeps for itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "cql/data_type.hpp"

namespace cql {

/// Types nested deeper than this are refused: no table has them, and reading them recurses.
inline constexpr std::size_t max_type_depth = 64;

/// The native type of a name in CQL ("varchar" too), given in lower case.
[[nodiscard]] std::optional<TypeKind> native_type(std::string_view name);

/// How many types a list, set, vector or map takes between angle brackets; 0 for any number, as in a tuple.
[[nodiscard]] std::size_t parameter_count(TypeKind kind);

}  // namespace cql
