// Rows of one partition come one after the other: counts them, and keeps the partitions with the most. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "cql/metadata.hpp"
#include "cqlbulk/rows.hpp"
#include "operations/largest_partitions.hpp"

namespace cqlbulk::operations {

/// The bytes of a row's first `key_columns` columns, lengths included.
[[nodiscard]] std::string_view key_of(const RowsView& rows, std::size_t row, std::size_t key_columns);

/// A partition's key as JSON: {"id":1}. `wire`: the key columns' values in wire layout.
[[nodiscard]] std::string key_as_json(const cql::Table& table, std::string_view wire);

/// One sequence of rows in token order: of a split, page after page.
class PartitionRun {
 public:
  /// The rows begin with the `key_columns` columns of the partition key.
  void add(const RowsView& rows, std::size_t key_columns, LargestPartitions& largest);
  /// No more rows come.
  void end(LargestPartitions& largest);

 private:
  std::string key_;  ///< Of the partition that the last page ended with.
  std::uint64_t rows_ = 0;
};

}  // namespace cqlbulk::operations
