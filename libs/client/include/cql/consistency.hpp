// Consistency levels (native_protocol_v5.spec §3, [consistency]) and their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace cql {

enum class Consistency : std::uint16_t {
  any = 0x0000,
  one = 0x0001,
  two = 0x0002,
  three = 0x0003,
  quorum = 0x0004,
  all = 0x0005,
  local_quorum = 0x0006,
  each_quorum = 0x0007,
  serial = 0x0008,
  local_serial = 0x0009,
  local_one = 0x000A,
  node_local = 0x000B,
};

/// "LOCAL_QUORUM"; "UNKNOWN" for a number that is none.
[[nodiscard]] std::string_view to_string(Consistency consistency);
/// Takes upper or lower case; nothing when there is no such level.
[[nodiscard]] std::optional<Consistency> parse_consistency(std::string_view name);

}  // namespace cql
