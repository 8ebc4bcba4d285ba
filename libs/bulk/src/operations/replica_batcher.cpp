#include "operations/replica_batcher.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::size_t most_partitions = 10;
constexpr std::size_t most_counted = 5U << 10U;

}  // namespace

void ReplicaBatcher::add(std::span<const RowToLoad> group, const Emit& emit) {
  std::size_t bytes = 0;
  for (const RowToLoad& row : group) bytes += row.size;
  const std::size_t counted = size_.of(group);
  // Two of them would not fit: it goes alone.
  if (2 * counted > most_counted || 2 * group.size() > limits_.rows || 2 * bytes > limits_.bytes) {
    emit(group);
    return;
  }
  Open& open = open_[sets_.of(token_of(group.front().wire(), limits_.key_values))];
  if (open.counted + counted > most_counted || open.rows.size() + group.size() > limits_.rows ||
      open.bytes + bytes > limits_.bytes) {
    close(open, emit);
  }
  open.rows.insert(open.rows.end(), group.begin(), group.end());
  open.bytes += bytes;
  open.counted += counted;
  if (++open.partitions == most_partitions) close(open, emit);
}

void ReplicaBatcher::close(Open& open, const Emit& emit) {
  if (!open.rows.empty()) emit(open.rows);
  open.rows.clear();
  open.partitions = open.bytes = open.counted = 0;
}

void ReplicaBatcher::flush(const Emit& emit) {
  for (Open& open : open_) close(open, emit);
}

}  // namespace cqlbulk::operations
