// Putting small groups together whose partitions have the same replicas: rows of scattered input find none of their
// partition nearby, and a request for each costs the node and us several times what the row does. Pure.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "operations/counted_size.hpp"
#include "operations/partition_batcher.hpp"
#include "plan/replica_sets.hpp"

namespace cqlbulk::operations {

/// Keeps below what servers warn of by default: ten partitions or 5 KiB in a batch, as they count.
class ReplicaBatcher {
 public:
  using Emit = PartitionBatcher::Emit;
  struct Limits {
    std::size_t rows = 50;
    std::size_t bytes = 40U << 10U;
    std::size_t key_values = 1;  ///< How many values at the start of a row are its partition key.
  };

  ReplicaBatcher(plan::ReplicaSets sets, Limits limits, CountedSize size)
      : sets_(std::move(sets)), limits_(limits), size_(std::move(size)), open_(sets_.size()) {}

  /// Rows of one partition. Groups that are large enough go out as they are.
  void add(std::span<const RowToLoad> group, const Emit& emit);
  /// Emits what is left.
  void flush(const Emit& emit);

 private:
  struct Open {
    RowGroup rows;
    std::size_t partitions = 0;
    std::size_t bytes = 0;
    std::size_t counted = 0;
  };
  void close(Open& open, const Emit& emit);

  plan::ReplicaSets sets_;
  Limits limits_;
  CountedSize size_;
  std::vector<Open> open_;  ///< Of each set.
};

}  // namespace cqlbulk::operations
