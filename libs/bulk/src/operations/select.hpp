// The SELECT of an operation: written for a table, or the user's own taken apart; whether it may be split by token, and
// its text with the token restriction in the right place. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cql/metadata.hpp"
#include "cql/statement.hpp"
#include "cqlbulk/options.hpp"

namespace cqlbulk::operations {

/// A SELECT in pieces, and what matters about them. Comments are gone; everything else is as it was written.
struct SelectParts {
  std::string keyspace;
  std::string table;
  bool json = false;
  bool distinct = false;
  std::string selection;         ///< Between SELECT (JSON, DISTINCT) and FROM.
  std::string from;              ///< "ks.table" as written.
  std::string where;             ///< Without the keyword; empty when there is none.
  std::string tail;              ///< GROUP BY … PER PARTITION LIMIT … LIMIT, without ALLOW FILTERING.
  bool allow_filtering = false;  ///< Always written last.

  bool token_markers = false;      ///< Has :start and :end of its own.
  bool token_restriction = false;  ///< WHERE restricts token(…) itself.
  bool group_by = false;
  bool order_by = false;
  bool limit = false;
  bool per_partition_limit = false;
  std::string aggregate;              ///< The first function of the selection that is, or may be, an aggregate.
  std::vector<std::string> pinned;    ///< Columns that WHERE restricts by = or IN.
  std::vector<std::string> selected;  ///< Columns selected by their plain name.

  /// The whole statement again.
  [[nodiscard]] std::string text() const;
};

/// Takes a SELECT apart. Throws Error{usage}: no SELECT, no keyspace in FROM, only one of :start and :end, more than
/// one statement.
[[nodiscard]] SelectParts parse_select(std::string_view statement);

/// SELECT `selectors` (CQL text each, all columns when empty) FROM the table WHERE `where` (CQL text, may end in ALLOW
/// FILTERING or a LIMIT).
[[nodiscard]] SelectParts select_from(const cql::Table& table, std::span<const std::string> selectors,
                                      std::string_view where);

/// Why a statement must run as one query, as the end of a sentence ("it has a LIMIT"); empty when it may be split.
[[nodiscard]] std::string why_whole(const SelectParts& parts, const cql::Metadata& metadata);

/// The statement for one split: `token(key…) > :start AND token(key…) <= :end` added to WHERE, or as it is when it has
/// markers of its own. Whether splitting is right is not asked here.
[[nodiscard]] std::string split_text(const SelectParts& parts, const cql::Table& table);

/// What to prepare: split when it may be.
struct SelectPlan {
  std::string cql;
  bool split = false;
  std::string whole_because;  ///< Empty when split.
};
[[nodiscard]] SelectPlan plan_select(const SelectParts& parts, const cql::Metadata& metadata);

/// Values for a split of a prepared statement, by the names of its markers; for statements without markers none.
/// Throws Error{usage} when there are other markers than :start and :end.
[[nodiscard]] cql::Values bind_range(const cql::PreparedStatement& prepared, const cql::TokenRange& range);

}  // namespace cqlbulk::operations
