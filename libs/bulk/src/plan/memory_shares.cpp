#include "plan/memory_shares.hpp"

#include <algorithm>

namespace cqlbulk::plan {

namespace {
constexpr std::uint64_t mib = std::uint64_t{1} << 20U;
constexpr std::uint64_t largest_default = 1024 * mib;
/// The program, its libraries, connections and metadata.
constexpr std::uint64_t program = 64 * mib;
constexpr std::uint64_t least_of_thread = 16 * mib;
constexpr std::uint64_t usual_page = 2 * mib;
constexpr std::uint64_t smallest_page = mib / 16;
constexpr std::uint64_t usual_row_group = 64 * mib;
constexpr std::uint64_t smallest_row_group = 4 * mib;
constexpr std::uint64_t usual_windows = 64 * mib;
constexpr std::uint64_t smallest_windows = 4 * mib;
}  // namespace

MemoryShares share_memory(std::optional<std::uint64_t> ceiling, std::uint64_t machine, unsigned threads,
                          unsigned parallelism) {
  const std::uint64_t all = std::max(ceiling.value_or(std::min(machine / 4, largest_default)), smallest_memory_ceiling);
  const std::uint64_t rest = all - program;
  MemoryShares shares;
  shares.ceiling = all;
  shares.threads = static_cast<unsigned>(std::clamp<std::uint64_t>(rest / least_of_thread, 1, std::max(threads, 1U)));
  shares.in_flight = rest / 8;
  // One that is worked on and one that comes meanwhile.
  constexpr unsigned pages_of_range = 2;
  shares.page = std::clamp(shares.in_flight / pages_of_range / std::max(parallelism, 1U), smallest_page, usual_page);
  // Once as rows, once encoded.
  shares.row_group = std::clamp(rest / 6 / shares.threads, smallest_row_group, usual_row_group);
  shares.windows = std::clamp(rest / 6, smallest_windows, usual_windows);
  return shares;
}

}  // namespace cqlbulk::plan
