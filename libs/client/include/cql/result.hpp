// What comes back: pages of rows that stay in the bytes they came in, and what the server said beside them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/statement.hpp"
#include "cql/types.hpp"

namespace cql {

/// The columns of a result; shared by all its pages.
using Columns = std::shared_ptr<const std::vector<ColumnSpec>>;

/// One page of rows. It owns its bytes; rows lie one after the other, each column an i32 length (negative: null) and
/// its bytes (native_protocol_v5.spec §4.2.5.2). Nothing is decoded until somebody asks. Movable; reading is const.
class Page {
 public:
  Page() = default;
  Page(Columns columns, std::shared_ptr<const Buffer> body, std::size_t rows_offset, std::uint32_t row_count,
       PagingState next)
      : columns_(std::move(columns)),
        body_(std::move(body)),
        rows_offset_(rows_offset),
        row_count_(row_count),
        next_(std::move(next)) {}

  [[nodiscard]] const std::vector<ColumnSpec>& columns() const;
  [[nodiscard]] const Columns& shared_columns() const noexcept { return columns_; }
  [[nodiscard]] std::uint32_t row_count() const noexcept { return row_count_; }
  /// The rows' bytes as they came; at most what row_count rows need, unchecked. Valid as long as a copy of the page
  /// lives.
  [[nodiscard]] ByteView rows() const noexcept {
    return body_ ? body_->view(rows_offset_, body_->size() - rows_offset_) : ByteView{};
  }
  /// Where the next page starts; empty on the last one. Pages may be short or empty while more follow.
  [[nodiscard]] const PagingState& next() const noexcept { return next_; }
  [[nodiscard]] bool last() const noexcept { return next_.empty(); }

 private:
  Columns columns_;
  std::shared_ptr<const Buffer> body_;
  std::size_t rows_offset_ = 0;
  std::uint32_t row_count_ = 0;
  PagingState next_;
};

/// A cell as it lies in a page: nothing for null, else its bytes (which may be empty).
using CellView = std::optional<ByteView>;

/// Walks over a page row by row, checking every length. For the many small results of schema and system tables and for
/// callers who want rows; bulk work indexes pages by itself. The page must outlive the cursor.
class RowCursor {
 public:
  explicit RowCursor(const Page& page);
  /// Steps to the next row; false after the last. Throws Error{protocol} when a length points outside the page.
  bool next();
  [[nodiscard]] std::size_t column_count() const noexcept { return cells_.size(); }
  [[nodiscard]] const CellView& cell(std::size_t column) const { return cells_.at(column); }
  /// By name; throws Error{usage} naming the column when there is none.
  [[nodiscard]] const CellView& cell(std::string_view name) const;

 private:
  const Page* page_;
  Reader reader_;
  std::uint32_t left_;
  std::vector<CellView> cells_;
};

/// The answer to a request.
struct Result {
  enum class Kind : std::uint8_t { void_, rows, set_keyspace, schema_change };
  Kind kind = Kind::void_;
  Page page;             ///< rows
  std::string keyspace;  ///< set_keyspace, schema_change
  std::vector<std::string> warnings;
  std::map<std::string, std::vector<std::byte>> custom_payload;
  std::optional<Uuid> tracing_id;
  std::string node;  ///< Endpoint of the coordinator.
  Uuid host_id;      ///< Of the coordinator.
  /// Nodes tried until this answer came, its own included; the same one twice counts twice.
  std::uint32_t attempts = 1;
  /// How many of the attempts were speculative, begun while an earlier one was still waiting.
  std::uint32_t speculative_attempts = 0;
};

}  // namespace cql
