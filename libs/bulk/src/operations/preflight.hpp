// What a run is up against and what it will do, in words, before it begins. Pure. Everything about sizes is an estimate
// and says so.
#pragma once

#include <cstddef>
#include <string>

#include "cqlbulk/options.hpp"
#include "plan/size_estimates.hpp"

namespace cqlbulk::operations {

/// Lines: how much there is, how evenly it lies, the largest partition known.
[[nodiscard]] std::string size_text(const plan::TableSize& size);

/// How long reading it all takes at a stated speed; empty when the size is not known.
[[nodiscard]] std::string time_text(const plan::TableSize& size, std::size_t nodes);

struct RunShape {
  std::size_t nodes = 0;
  std::size_t splits = 0;
  std::size_t at_once = 0;
  unsigned threads = 1;
};
/// One line for the beginning of a run: "about 1,000,000 partitions, 12 GB (estimates); 128 splits, 16 at once …".
[[nodiscard]] std::string run_line(const plan::TableSize& size, const RunShape& shape);

/// Whether check_aggressive could have something against it, so that somebody must find out the size.
[[nodiscard]] bool limits_aggressive(const PaceOptions& pace) noexcept;
/// Throws Error{usage} when the aggressive preset may not be let loose on so many bytes
/// (PaceOptions::aggressive_up_to). `what` they are: "ks.t holds about", "the input is".
void check_aggressive(const PaceOptions& pace, std::uint64_t bytes, const std::string& what);

}  // namespace cqlbulk::operations
