// A recording ready to be asked: its rows in whatever order of columns somebody selects, and which rows a statement
// means. Any thread.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cql/statement.hpp"
#include "replay_server/recording.hpp"
#include "replay_server/statement.hpp"

namespace cql::replay {

/// Rows [first, last) of the dataset.
struct RowRange {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  [[nodiscard]] std::uint64_t size() const noexcept { return last - first; }
};

/// Some columns of all rows, in some order.
struct Projection {
  std::vector<std::size_t> columns;  ///< Of the table.
  std::vector<ColumnSpec> specs;
  std::string id;        ///< Names these columns: the result's metadata id.
  const RowBlock* rows;  ///< The recording's own when all columns stand in its order.
  std::unique_ptr<RowBlock> own;
};

/// A value's bytes, by marker; null and unset have none.
using BoundValues = std::vector<ByteView>;

/// With `copies` the table has the recording's rows so many times, at no cost in memory: the copies follow each other
/// around the ring, each squeezed into its share of the tokens. Keys are then found in the first one only.
class Dataset {
 public:
  /// Throws Error{usage} for no copies, or for more rows than can be numbered.
  explicit Dataset(Recording recording, std::uint64_t copies = 1);

  [[nodiscard]] const Table& table() const noexcept { return recording_.table; }
  [[nodiscard]] const Recording& recording() const noexcept { return recording_; }
  [[nodiscard]] std::uint64_t copies() const noexcept { return copies_; }
  [[nodiscard]] std::uint64_t row_count() const noexcept { return copies_ * recording_.rows.row_count(); }
  [[nodiscard]] bool is(const std::string& keyspace, const std::string& table) const;

  /// Made at the first call for these columns (empty: all); stays as long as the dataset. Throws Error{invalid} for an
  /// unknown column.
  [[nodiscard]] const Projection& projection(const std::vector<std::string>& columns);

  /// The rows that the conditions choose. Throws Error{invalid} for conditions that are neither a token range nor the
  /// front of a primary key.
  [[nodiscard]] RowRange rows_of(const Statement& statement, const BoundValues& values) const;

  /// The front of the range that lies in one copy, and its bytes.
  [[nodiscard]] RowRange in_one_copy(RowRange range) const;
  [[nodiscard]] ByteView bytes(const Projection& projection, RowRange in_one_copy) const;

 private:
  [[nodiscard]] std::uint64_t rows_before(Token token, bool and_at_it) const;
  [[nodiscard]] RowRange in_token_range(const Statement& statement, const BoundValues& values) const;
  [[nodiscard]] RowRange in_partition(const Statement& statement, const BoundValues& values) const;
  [[nodiscard]] RowRange with_clustering(const Partition& partition, const std::vector<ByteView>& clustering) const;
  [[nodiscard]] std::unique_ptr<RowBlock> project(const std::vector<std::size_t>& columns) const;

  Recording recording_;
  std::uint64_t copies_;
  std::mutex mutex_;
  std::deque<Projection> projections_;
};

}  // namespace cql::replay
