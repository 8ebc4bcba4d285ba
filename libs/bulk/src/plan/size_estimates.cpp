// Adding up estimates that come from strangers: every figure is bounded before it is used.
#include "plan/size_estimates.hpp"

#include <algorithm>
#include <limits>
#include <map>

namespace cqlbulk::plan {

namespace {

std::uint64_t saturating_add(std::uint64_t a, std::uint64_t b) {
  std::uint64_t sum = 0;
  return __builtin_add_overflow(a, b, &sum) ? std::numeric_limits<std::uint64_t>::max() : sum;
}

std::uint64_t saturating_multiply(std::uint64_t a, std::uint64_t b) {
  std::uint64_t product = 0;
  return __builtin_mul_overflow(a, b, &product) ? std::numeric_limits<std::uint64_t>::max() : product;
}

std::uint64_t at_least_zero(std::int64_t value) { return value > 0 ? static_cast<std::uint64_t>(value) : 0; }

}  // namespace

TableSize add_up(std::span<const SizeEstimate> estimates) {
  struct Figures {
    std::uint64_t partitions = 0;
    std::uint64_t bytes = 0;
  };
  std::map<cql::TokenRange, Figures> by_range;
  for (const SizeEstimate& estimate : estimates) {
    Figures& figures = by_range[estimate.range];
    const std::uint64_t partitions = at_least_zero(estimate.partitions);
    figures.partitions = std::max(figures.partitions, partitions);
    figures.bytes =
        std::max(figures.bytes, saturating_multiply(partitions, at_least_zero(estimate.mean_partition_bytes)));
  }
  TableSize size;
  for (const auto& [range, figures] : by_range) {
    size.partitions = saturating_add(size.partitions, figures.partitions);
    size.bytes = saturating_add(size.bytes, figures.bytes);
    size.fullest_range_bytes = std::max(size.fullest_range_bytes, figures.bytes);
    if (figures.bytes != 0) ++size.ranges;
  }
  if (size.partitions != 0) size.mean_partition_bytes = size.bytes / size.partitions;
  return size;
}

}  // namespace cqlbulk::plan
