// From the numbers of splits to what a count is told by.
#pragma once

#include <cstdint>
#include <span>

#include "cqlbulk/count.hpp"
#include "operations/count_plan.hpp"
#include "operations/largest_partitions.hpp"

namespace cqlbulk::operations {

/// `rows` has a number for each split of the plan. Pure.
void fill_in_result(const CountPlan& plan, std::span<const std::uint64_t> rows, const LargestPartitions& partitions,
                    CountResult& result);

}  // namespace cqlbulk::operations
