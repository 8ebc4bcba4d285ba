#include "pace/presets.hpp"

#include <algorithm>

namespace cqlbulk::pace {

WidthRange width_of(Preset preset, std::optional<std::uint32_t> ranges) {
  if (ranges) {
    const std::uint32_t wanted = std::clamp(*ranges, 1U, widest.ranges);
    return {{wanted, 2 * wanted}, {wanted, 2 * wanted}};
  }
  constexpr Width conservative{4, 8};
  constexpr Width balanced{16, 32};
  constexpr Width aggressive{64, 128};
  switch (preset) {
    case Preset::conservative:
      return {conservative, conservative};
    case Preset::balanced:
      return {balanced, balanced};
    case Preset::aggressive:
      return {aggressive, aggressive};
    case Preset::adaptive:
      break;
  }
  return {conservative, widest};
}

std::uint64_t page_bytes(Preset preset) {
  constexpr std::uint64_t kib = 1024;
  switch (preset) {
    case Preset::conservative:
      return 128 * kib;
    case Preset::aggressive:
      return 2048 * kib;
    case Preset::balanced:
    case Preset::adaptive:
      break;
  }
  return 256 * kib;
}

std::uint32_t planned_ranges(Preset preset, std::optional<std::uint32_t> ranges) {
  // How far the adaptive one will go is not known yet; pieces for as many as the aggressive one has are enough.
  constexpr std::uint32_t most = 64;
  const std::uint32_t wanted = width_of(preset, ranges).most.ranges;
  return ranges ? wanted : std::min(wanted, most);
}

}  // namespace cqlbulk::pace
