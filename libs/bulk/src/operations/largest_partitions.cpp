// A heap whose front is what goes next.
#include "operations/largest_partitions.hpp"

#include <algorithm>
#include <utility>

namespace cqlbulk::operations {

namespace {

/// A total order, so that what is kept does not depend on the order of arrival.
bool larger(const LargestPartitions::Partition& a, const LargestPartitions::Partition& b) {
  return a.rows != b.rows ? a.rows > b.rows : a.key < b.key;
}

}  // namespace

void LargestPartitions::add(std::string_view key, std::uint64_t rows) {
  if (wanted_ == 0) return;
  if (heap_.size() == wanted_) {
    const Partition& smallest = heap_.front();
    if (rows < smallest.rows || (rows == smallest.rows && key >= smallest.key)) return;
    std::pop_heap(heap_.begin(), heap_.end(), larger);
    heap_.pop_back();
  }
  heap_.push_back({rows, std::string(key)});
  std::push_heap(heap_.begin(), heap_.end(), larger);
}

void LargestPartitions::merge(LargestPartitions other) {
  for (const Partition& partition : other.heap_) add(partition.key, partition.rows);
}

std::vector<LargestPartitions::Partition> LargestPartitions::sorted() const {
  std::vector<Partition> result = heap_;
  std::sort(result.begin(), result.end(), larger);
  return result;
}

}  // namespace cqlbulk::operations
