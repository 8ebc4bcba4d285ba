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
#include "cql/rows.hpp"
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
  /// The rows as C++ values, decoded as they are looked at (rows.hpp): one type per column of the result,
  ///
  ///     for (auto [id, name] : page.rows_as<std::int32_t, std::string_view>()) …
  ///
  /// or a mapped struct (cql::fields), whose fields are found by name while other columns are passed over,
  ///
  ///     for (const Person& person : page.rows_as<Person>()) …
  ///
  /// Columns and types are checked here, once for the page: throws Error{usage} naming the column. A struct that stands
  /// for the only column, a user-defined type, is rows_as<std::tuple<Address>>(). The page must outlive the rows.
  template <typename... T>
  [[nodiscard]] TypedRows<typename detail::RowType<T...>::Type> rows_as() const& {
    return TypedRows<typename detail::RowType<T...>::Type>(*this);
  }
  template <typename... T>
  void rows_as() const&& = delete;

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
