// How hard an operation may work, in one word.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

namespace cqlbulk {

/// Ranges worked on at once and queries under way, all nodes together; docs/guide/pace.md.
enum class Preset : std::uint8_t {
  conservative,  ///< 4 ranges, 8 queries.
  balanced,      ///< 16 ranges, 32 queries.
  aggressive,    ///< 64 ranges, 128 queries.
  adaptive,      ///< Begins as conservative and goes as far as the cluster bears, 256 ranges, 512 queries at most.
};

/// In the order of the choices.
inline constexpr std::array<std::string_view, 4> preset_names{"conservative", "balanced", "aggressive", "adaptive"};

[[nodiscard]] constexpr std::string_view to_string(Preset preset) {
  return preset_names[static_cast<std::size_t>(preset)];
}
[[nodiscard]] constexpr std::optional<Preset> parse_preset(std::string_view name) {
  for (std::size_t i = 0; i < preset_names.size(); ++i) {
    if (preset_names[i] == name) return static_cast<Preset>(i);
  }
  return std::nullopt;
}

}  // namespace cqlbulk
