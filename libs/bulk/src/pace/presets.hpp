// What the presets stand for, in numbers.
#pragma once

#include <cstdint>
#include <optional>

#include "cqlbulk/preset.hpp"

namespace cqlbulk::pace {

/// What may be at once, all nodes and threads together.
struct Width {
  std::uint32_t ranges = 16;   ///< Ranges worked on.
  std::uint32_t queries = 32;  ///< Requests under way.
};

/// However wide it is asked for.
inline constexpr Width widest{256, 512};

/// Where an operation begins, and how far it may go. Only `adaptive` has a difference between them.
struct WidthRange {
  Width first;
  Width most;
};

/// `ranges`: a number given for the ranges takes the preset's place; the queries are twice as many, as in the presets.
[[nodiscard]] WidthRange width_of(Preset preset, std::optional<std::uint32_t> ranges = {});

/// Bytes that a page should have at most. While a node reads a large page it has less time for others: with pages of
/// 0.8 MB the slowest answers that others got took more than twice as long as with 0.16 MB, for a few percent of speed.
[[nodiscard]] std::uint64_t page_bytes(Preset preset);

/// For how many ranges at once the work is cut into pieces.
[[nodiscard]] std::uint32_t planned_ranges(Preset preset, std::optional<std::uint32_t> ranges);

}  // namespace cqlbulk::pace
