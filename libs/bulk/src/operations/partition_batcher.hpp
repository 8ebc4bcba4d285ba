// Grouping rows to load by partition, so that one mutation carries many rows. Pure.
//
// A window of rows is gathered at a time; within it rows of one partition find each other wherever they stand. A group
// that is full leaves at once, the others when the window is flushed. All rows of a window lie in one list, in which
// those of a group are chained: a group takes no memory of its own, for in scattered input most have a row or two.
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

/// Rows that go together, in the order of the input.
using RowGroup = std::vector<RowToLoad>;

struct BatchLimits {
  bool batches = true;  ///< False: every row alone.
  std::size_t rows = 50;
  std::size_t bytes = 40U << 10U;
};

class PartitionBatcher {
 public:
  /// Rows of one partition; theirs for the length of the call.
  using Emit = std::function<void(std::span<const RowToLoad>)>;

  /// `key_values`: how many values at the start of a row are its partition key.
  PartitionBatcher(std::size_t key_values, BatchLimits limits) : key_values_(key_values), limits_(limits) {}

  /// The block's bytes must stay where they are until flush().
  void add(const BoundRows& block, const Emit& emit);
  /// Emits what is left, in the order in which the groups began; the window is empty then.
  void flush(const Emit& emit);

 private:
  struct Chained {
    RowToLoad row;
    std::uint32_t next = 0;  ///< Of its group; the last one's means nothing.
  };
  struct Group {
    std::string_view key;
    std::size_t hash = 0;
    std::size_t bytes = 0;
    std::uint32_t rows = 0;
    std::uint32_t first = 0;  ///< Index into rows_.
    std::uint32_t last = 0;
  };
  [[nodiscard]] Group& group_of(std::string_view key);
  void append(Group& group, const RowToLoad& row);
  /// The group is empty then.
  void let_go(Group& group, const Emit& emit);
  void grow();

  std::size_t key_values_;
  BatchLimits limits_;
  std::vector<Chained> rows_;
  std::vector<Group> groups_;
  std::vector<std::uint32_t> slots_;  ///< Open addressing: index into groups_ + 1, 0 empty.
  std::size_t last_ = 0;              ///< The group of the row before: input is often sorted.
  RowGroup leaving_;                  ///< What is emitted just now.
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
