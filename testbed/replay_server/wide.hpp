// A table of as many columns as somebody wants to measure, synthesised, the same at every start.
//
//   wide(id bigint PRIMARY KEY, c001 int, c002 text, c003 double, c004 timestamp, c005 int, …): about 15 bytes a cell
//   in results
#pragma once

#include <cstdint>
#include <string>

#include "replay_server/recording.hpp"

namespace cql::replay {

/// `columns` with the key, 1 to 1000; a row to a partition. Throws Error{usage} for other numbers.
[[nodiscard]] Recording synthesise_wide(std::uint64_t rows, std::size_t columns, std::string keyspace = "bench",
                                        std::string table = "wide");

}  // namespace cql::replay
