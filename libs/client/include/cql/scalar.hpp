// Reading the plain values of small results (system tables, schema, counts): cell bytes to C++ values and back.
// Bulk work has its own column-at-a-time readers; the full mapping of C++ types is a later capability.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "cql/result.hpp"

namespace cql {

/// Each throws Error{usage} for null, Error{protocol} when the length is not the type's.
[[nodiscard]] std::string text_of(const CellView& cell);
[[nodiscard]] std::int32_t int_of(const CellView& cell);
[[nodiscard]] std::int64_t bigint_of(const CellView& cell);
[[nodiscard]] bool boolean_of(const CellView& cell);
[[nodiscard]] Uuid uuid_of(const CellView& cell);
[[nodiscard]] Inet inet_of(const CellView& cell);
/// list<text> or set<text>; null gives none.
[[nodiscard]] std::vector<std::string> texts_of(const CellView& cell);
/// map<text, text>; null gives none.
[[nodiscard]] std::map<std::string, std::string> text_map_of(const CellView& cell);

}  // namespace cql
