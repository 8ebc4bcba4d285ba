// Grouping rows to load by partition, so that one mutation carries many rows. Pure.
//
// A window of rows is gathered at a time; within it rows of one partition find each other wherever they stand. A group
// that is full leaves at once, the others when the window is flushed.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "cql/ring.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk::operations {

/// A row to be bound, borrowed from its block.
struct RowToLoad {
  const std::byte* data = nullptr;
  std::uint32_t size = 0;
  std::uint64_t record = 0;
  [[nodiscard]] cql::ByteView wire() const noexcept { return {data, size}; }
};

/// Rows of one partition, in the order of the input.
using RowGroup = std::vector<RowToLoad>;

struct BatchLimits {
  bool batches = true;  ///< False: every row alone.
  std::size_t rows = 50;
  std::size_t bytes = 40U << 10U;
};

class PartitionBatcher {
 public:
  using Emit = std::function<void(RowGroup)>;

  /// `key_values`: how many values at the start of a row are its partition key.
  PartitionBatcher(std::size_t key_values, BatchLimits limits) : key_values_(key_values), limits_(limits) {}

  /// The block's bytes must stay where they are until flush().
  void add(const BoundRows& block, const Emit& emit);
  /// Emits what is left, in the order in which the groups began; the window is empty then.
  void flush(const Emit& emit);

 private:
  struct Group {
    std::string_view key;
    std::size_t hash = 0;
    std::size_t bytes = 0;
    RowGroup rows;
  };
  [[nodiscard]] Group& group_of(std::string_view key);
  void grow();

  std::size_t key_values_;
  BatchLimits limits_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> slots_;  ///< Open addressing: index into groups_ + 1, 0 empty.
  std::size_t last_ = 0;              ///< The group of the row before: input is often sorted.
};

/// The bytes at the start of a row that are its first `key_values` values, lengths included: two rows of one partition
/// have them in common, no others have.
[[nodiscard]] std::string_view partition_of(cql::ByteView row, std::size_t key_values);
/// The values of a row's partition key, as they stand at its start.
[[nodiscard]] std::vector<cql::ByteView> key_components(cql::ByteView row, std::size_t key_values);
/// Where the row's partition lies: by its first values, or by those at `key_indices`. Throws cql::Error{usage} when the
/// key is longer than a key may be.
[[nodiscard]] cql::Token token_of(cql::ByteView row, std::size_t key_values);
[[nodiscard]] cql::Token token_of(cql::ByteView row, const std::vector<std::uint16_t>& key_indices);

}  // namespace cqlbulk::operations
