#include "replay_server/recording.hpp"

#include <algorithm>

#include "cql/error.hpp"

namespace cql::replay {

namespace {

std::size_t cell_size(Reader& reader) {
  const std::int32_t size = reader.i32();
  if (size > 0) reader.raw(static_cast<std::size_t>(size));
  return sizeof size + (size > 0 ? static_cast<std::size_t>(size) : 0);
}

}  // namespace

std::size_t row_size(ByteView wire, std::size_t columns) {
  Reader reader(wire, "row");
  std::size_t size = 0;
  for (std::size_t column = 0; column < columns; ++column) size += cell_size(reader);
  return size;
}

Buffer partition_key_of(const Table& table, ByteView row) {
  Reader reader(row, "row");
  std::vector<ByteView> components;  // partition key columns stand first
  for (std::size_t column = 0; column < table.partition_key_size; ++column) {
    const std::int32_t size = reader.i32();
    if (size < 0) reader.fail("a partition key column is null");
    components.push_back(reader.raw(static_cast<std::size_t>(size)));
  }
  Buffer key;
  if (components.size() == 1) {
    key.append(components.front());
  } else {
    append_partition_key(components, key);
  }
  return key;
}

void Recording::add_row(ByteView wire) {
  Buffer key = partition_key_of(table, wire);
  const bool same = !partitions.empty() && std::ranges::equal(key.view(), last_key_.view());
  if (!same) {
    const Token token = murmur3_token(key);
    if (!partitions.empty() && token < partitions.back().token) {
      throw Error(ErrorKind::usage, "the rows are not in the order of the ring");
    }
    partitions.push_back({token, rows.row_count(), 0});
    last_key_ = std::move(key);
  }
  ++partitions.back().row_count;
  rows.bytes.append(wire);
  rows.offsets.push_back(rows.bytes.size());
}

}  // namespace cql::replay
