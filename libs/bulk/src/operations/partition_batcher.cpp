#include "operations/partition_batcher.hpp"

#include <algorithm>
#include <optional>

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

namespace {

/// The whole key where it is a single value: without copies. Nothing for what append_partition_key() is to judge.
std::optional<cql::ByteView> single_key(cql::ByteView row, std::size_t index) {
  cql::Reader reader(row, "a row's key");
  for (std::size_t i = 0; i < index; ++i) {
    const std::int32_t skipped = reader.i32();
    static_cast<void>(reader.raw(skipped > 0 ? static_cast<std::size_t>(skipped) : 0));
  }
  const std::int32_t size = reader.i32();
  if (size < 0 || size > UINT16_MAX) return std::nullopt;
  return reader.raw(static_cast<std::size_t>(size));
}

}  // namespace

cql::Token token_of(cql::ByteView row, std::size_t key_values) {
  if (key_values == 1) {
    if (const auto key = single_key(row, 0)) return cql::murmur3_token(*key);
  }
  cql::Buffer key;
  cql::append_partition_key(key_components(row, key_values), key);
  return cql::murmur3_token(key);
}

cql::Token token_of(cql::ByteView row, const std::vector<std::uint16_t>& key_indices) {
  if (key_indices.size() == 1) {
    if (const auto key = single_key(row, key_indices.front())) return cql::murmur3_token(*key);
  }
  const std::size_t last = *std::max_element(key_indices.begin(), key_indices.end());
  const std::vector<cql::ByteView> values = key_components(row, last + 1);
  std::vector<cql::ByteView> components;
  components.reserve(key_indices.size());
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
  groups_.push_back({.key = key, .hash = hash});
  slots_[slot] = static_cast<std::uint32_t>(groups_.size());
  return groups_.back();
}

void PartitionBatcher::append(Group& group, const RowToLoad& row) {
  const auto index = static_cast<std::uint32_t>(rows_.size());
  rows_.push_back({row, 0});
  if (group.rows == 0) {
    group.first = index;
  } else {
    rows_[group.last].next = index;
  }
  group.last = index;
  group.bytes += row.size;
  ++group.rows;
}

void PartitionBatcher::let_go(Group& group, const Emit& emit) {
  leaving_.clear();
  for (std::uint32_t index = group.first; leaving_.size() < group.rows; index = rows_[index].next) {
    leaving_.push_back(rows_[index].row);
  }
  // Of sorted input they are the last ones: then nothing piles up.
  if (group.first + leaving_.size() == rows_.size()) rows_.resize(group.first);
  group.rows = 0;
  group.bytes = 0;
  emit(leaving_);
}

void PartitionBatcher::add(const BoundRows& block, const Emit& emit) {
  for (std::size_t i = 0; i < block.rows.size(); ++i) {
    const cql::ByteView wire = block.row(i);
    const RowToLoad row{wire.data(), block.rows[i].size, block.rows[i].record};
    if (!limits_.batches) {
      emit({&row, 1});
      continue;
    }
    Group& group = group_of(partition_of(wire, key_values_));
    if (group.rows > 0 && group.bytes + wire.size() > limits_.bytes) let_go(group, emit);
    append(group, row);
    if (group.rows >= limits_.rows) let_go(group, emit);
  }
}

void PartitionBatcher::flush(const Emit& emit) {
  for (Group& group : groups_) {
    if (group.rows > 0) let_go(group, emit);
  }
  groups_.clear();
  rows_.clear();
  std::fill(slots_.begin(), slots_.end(), 0U);
  last_ = 0;
}

}  // namespace cqlbulk::operations
