// How large a server takes the rows of a batch to be, for batches that stay below what it warns of
// (batch_size_warn_threshold). Pure.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "operations/load_statement.hpp"
#include "operations/partition_batcher.hpp"

namespace cqlbulk::operations {

/// What a server counts is not what travels: each partition, row and cell counts more than its bytes, and of a
/// collection that is not frozen each element is a cell. An upper bound, measured on Cassandra 5.0; earlier ones count
/// less of a cell.
class CountedSize {
 public:
  /// A value that becomes several cells.
  struct SeveralCells {
    std::size_t value = 0;                     ///< Which of a row's values.
    std::size_t more_of_each = 0;              ///< Bytes counted of an element besides those it takes in the row.
    std::optional<std::size_t> elements = {};  ///< Of every value; nothing: it begins with their number.
  };

  /// `cells`: of a row, at most. `constants`: bytes of what the statement itself gives to each row. `several` is in the
  /// order of the values.
  explicit CountedSize(std::size_t cells, std::size_t constants = 0, std::vector<SeveralCells> several = {})
      : row_(of_row + cells * of_cell + constants), several_(std::move(several)) {}

  /// Of rows of one partition, in a batch with others.
  [[nodiscard]] std::size_t of(std::span<const RowToLoad> rows) const;

 private:
  static constexpr std::size_t of_partition = 29;
  static constexpr std::size_t of_row = 21;
  static constexpr std::size_t of_cell = 16;  ///< Besides the value and the four bytes of its length.
  [[nodiscard]] std::size_t of_elements(cql::ByteView row) const;

  std::size_t row_;
  std::vector<SeveralCells> several_;
};

/// For the rows of a statement whose values have their types (take_types).
[[nodiscard]] CountedSize counted_size(const LoadStatement& statement, const cql::Table& table,
                                       const LoadOptions& options);

}  // namespace cqlbulk::operations
