#include "operations/partition_batcher.hpp"

#include <algorithm>
#include <utility>

namespace cqlbulk::operations {

std::string_view partition_of(cql::ByteView row, std::size_t key_values) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < key_values; ++i) {
    const auto size = cql::load_big_endian<std::int32_t>(row.data() + at);
    at += sizeof size + (size > 0 ? static_cast<std::size_t>(size) : 0);
  }
  return cql::as_text(row.first(at));
}

std::vector<cql::ByteView> key_components(cql::ByteView row, std::size_t key_values) {
  std::vector<cql::ByteView> components;
  cql::Reader reader(row, "a row's key");
  for (std::size_t i = 0; i < key_values; ++i) {
    const std::int32_t size = reader.i32();
    components.push_back(reader.raw(size > 0 ? static_cast<std::size_t>(size) : 0));
  }
  return components;
}

cql::Token token_of(cql::ByteView row, std::size_t key_values) {
  cql::Buffer key;
  cql::append_partition_key(key_components(row, key_values), key);
  return cql::murmur3_token(key);
}

cql::Token token_of(cql::ByteView row, const std::vector<std::uint16_t>& key_indices) {
  const std::size_t last = *std::max_element(key_indices.begin(), key_indices.end());
  const std::vector<cql::ByteView> values = key_components(row, last + 1);
  std::vector<cql::ByteView> components;
  for (const std::uint16_t index : key_indices) components.push_back(values[index]);
  cql::Buffer key;
  cql::append_partition_key(components, key);
  return cql::murmur3_token(key);
}

void PartitionBatcher::grow() {
  const std::size_t size = std::max<std::size_t>(1024, slots_.size() * 2);
  slots_.assign(size, 0);
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    std::size_t slot = groups_[i].hash & (size - 1);
    while (slots_[slot] != 0) slot = (slot + 1) & (size - 1);
    slots_[slot] = static_cast<std::uint32_t>(i + 1);
  }
}

PartitionBatcher::Group& PartitionBatcher::group_of(std::string_view key) {
  if (last_ < groups_.size() && groups_[last_].key == key) return groups_[last_];
  if ((groups_.size() + 1) * 2 > slots_.size()) grow();
  const std::size_t hash = std::hash<std::string_view>()(key);
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot] != 0; slot = (slot + 1) & mask) {
    Group& group = groups_[slots_[slot] - 1];
    if (group.hash == hash && group.key == key) {
      last_ = slots_[slot] - 1;
      return group;
    }
  }
  last_ = groups_.size();
  groups_.push_back({key, hash, 0, {}});
  slots_[slot] = static_cast<std::uint32_t>(groups_.size());
  return groups_.back();
}

void PartitionBatcher::add(const BoundRows& block, const Emit& emit) {
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const cql::ByteView wire = block.row(i);
    const RowToLoad row{wire.data(), block.rows[i].size, block.rows[i].record};
    if (!limits_.batches) {
      emit({row});
      continue;
    }
    Group& group = group_of(partition_of(wire, key_values_));
    if (!group.rows.empty() && group.bytes + wire.size() > limits_.bytes) {
      emit(std::exchange(group.rows, {}));
      group.bytes = 0;
    }
    group.rows.push_back(row);
    group.bytes += wire.size();
    if (group.rows.size() >= limits_.rows) {
      emit(std::exchange(group.rows, {}));
      group.bytes = 0;
    }
  }
}

void PartitionBatcher::flush(const Emit& emit) {
  for (Group& group : groups_) {
    if (!group.rows.empty()) emit(std::move(group.rows));
  }
  groups_.clear();
  std::fill(slots_.begin(), slots_.end(), 0U);
  last_ = 0;
}

}  // namespace cqlbulk::operations
