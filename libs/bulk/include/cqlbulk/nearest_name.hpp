// "Did you mean …?": the name that somebody probably meant.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace cqlbulk {

/// The candidate that needs the fewest edits (insert, remove, replace, swap neighbours; case does not count) to become
/// `name`; nothing when even that one needs more than a third of the name's length, at least one.
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name, std::span<const std::string> candidates);

}  // namespace cqlbulk
