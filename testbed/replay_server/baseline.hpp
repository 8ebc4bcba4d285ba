// The baseline table, synthesised, the same at every start: nothing large has to be kept.
//
//   readings(device_id uuid, ts timestamp, seq int, temperature double, status text, payload text,
//            PRIMARY KEY (device_id, ts)): about 164 bytes a row in results, 50 rows to a partition
#pragma once

#include <cstdint>
#include <string>

#include "replay_server/recording.hpp"

namespace cql::replay {

inline constexpr std::uint64_t baseline_rows_per_partition = 50;

/// `rows` rows in all; the last partition may be smaller.
[[nodiscard]] Recording synthesise_baseline(std::uint64_t rows, std::string keyspace = "bench",
                                            std::string table = "readings");

}  // namespace cql::replay
