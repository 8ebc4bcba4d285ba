// How an operation divides the memory that it may take. Pure.
#pragma once

#include <cstdint>
#include <optional>

namespace cqlbulk::plan {

/// Below this nothing useful fits.
inline constexpr std::uint64_t smallest_memory_ceiling = std::uint64_t{96} << 20U;

/// In bytes.
struct MemoryShares {
  std::uint64_t ceiling = 0;  ///< Of all of it.
  unsigned threads = 1;       ///< As wanted, or as many as there is memory for.
  /// Pages that were asked for and large requests on their way, all threads together. One of them is always allowed.
  std::uint64_t in_flight = 0;
  std::uint64_t page = 0;       ///< What a page should have at most.
  std::uint64_t row_group = 0;  ///< What a thread gathers of a file before it encodes it.
  std::uint64_t windows = 0;    ///< Rows of an input that wait to be written, all threads together.
};

/// `ceiling`: nothing: a quarter of the machine's memory, at most 1 GiB. The rest is for the program itself, for rows
/// in other forms while they are converted, and for what the network has on its way.
[[nodiscard]] MemoryShares share_memory(std::optional<std::uint64_t> ceiling, std::uint64_t machine, unsigned threads,
                                        unsigned parallelism);

}  // namespace cqlbulk::plan
