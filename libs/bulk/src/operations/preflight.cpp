#include "operations/preflight.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "cqlbulk/error.hpp"
#include "observe/number_text.hpp"

namespace cqlbulk::operations {

namespace {

/// What a small node gives without effort; two cores of one that does nothing else give twice as much.
constexpr double bytes_per_second_of_node = 50e6;

std::string amount_text(const plan::TableSize& size) {
  return fmt::format("about {}, {} of data", observe::counted(size.partitions, "partition", "partitions"),
                     observe::bytes_text(size.bytes));
}

}  // namespace

std::string size_text(const plan::TableSize& size) {
  std::string text;
  if (size.known()) {
    text = fmt::format("{}, {} a partition (estimates of flushed data, one copy)\n", amount_text(size),
                       observe::bytes_text(size.mean_partition_bytes));
  } else {
    text = "no size estimates (nothing flushed yet, or not refreshed since: nodetool refreshsizeestimates)\n";
  }
  if (size.ranges > 1 && size.bytes > 0) {
    const double share = static_cast<double>(size.fullest_range_bytes) / static_cast<double>(size.bytes);
    text += fmt::format("the fullest of {} ranges has about {:.0f}% of the data, {:.1f} times its share\n",
                        observe::grouped(size.ranges), 100 * share, share * static_cast<double>(size.ranges));
  }
  if (size.largest_partition_mib) {
    text += *size.largest_partition_mib == 0 ? "no partition of a mebibyte or more (of flushed data)\n"
                                             : fmt::format("the largest partition has {} MiB (of flushed data)\n",
                                                           observe::grouped(*size.largest_partition_mib));
  }
  return text;
}

std::string time_text(const plan::TableSize& size, std::size_t nodes) {
  if (!size.known()) return {};
  const double rate = bytes_per_second_of_node * static_cast<double>(std::max<std::size_t>(nodes, 1));
  const std::chrono::duration<double> time(static_cast<double>(size.bytes) / rate);
  return fmt::format("about {} at {}/s a node", observe::duration_text(time),
                     observe::bytes_text(static_cast<std::uint64_t>(bytes_per_second_of_node)));
}

std::string run_line(const plan::TableSize& size, const RunShape& shape) {
  const std::string work = fmt::format("{}, {} at once on {}", observe::counted(shape.splits, "split", "splits"),
                                       shape.at_once, observe::counted(shape.threads, "thread", "threads"));
  if (!size.known()) return "size unknown; " + work;
  return fmt::format("{} (estimates), {}; {}", amount_text(size), time_text(size, shape.nodes), work);
}

bool limits_aggressive(const PaceOptions& pace) noexcept {
  // A number that is given for the ranges takes the preset's place.
  return pace.preset == Preset::aggressive && !pace.parallelism && pace.aggressive_up_to;
}

void check_aggressive(const PaceOptions& pace, std::uint64_t bytes, const std::string& what) {
  if (!limits_aggressive(pace) || bytes <= *pace.aggressive_up_to) return;
  throw Error(ErrorClass::usage,
              fmt::format("{} {}, more than the {} that --preset aggressive is let loose on unasked", what,
                          observe::bytes_text(bytes), observe::bytes_text(*pace.aggressive_up_to)),
              "Give --yes if the cluster has nothing else to do, or a milder --preset.");
}

}  // namespace cqlbulk::operations
