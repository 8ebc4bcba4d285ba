// The formats' options as JSON and back, for operation.json. Pure.
#pragma once

#include <optional>

#include "cqlbulk/formats.hpp"
#include "journal/records.hpp"

namespace cqlbulk::operations {

template <typename Value>
journal::Json optional_json(const std::optional<Value>& value) {
  return value ? journal::Json(*value) : journal::Json();
}
template <typename Value>
std::optional<Value> optional_of(const journal::Json& json) {
  return json.is_null() ? std::nullopt : std::optional<Value>(json.get<Value>());
}

[[nodiscard]] journal::Json format_json(const std::optional<FormatKind>& kind, const FormatOptions& options);
/// Throws std::exception when it is none of ours.
void read_format(const journal::Json& json, std::optional<FormatKind>& kind, FormatOptions& options);

}  // namespace cqlbulk::operations
