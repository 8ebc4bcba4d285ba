// A load's statement in the user's own words (load --query): INSERT, UPDATE or DELETE with named markers. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cql/metadata.hpp"
#include "cql/statement.hpp"
#include "operations/load_statement.hpp"

namespace cqlbulk::operations {

/// What the text says; the server judges the rest.
struct OwnStatement {
  std::string keyspace;
  std::string table;
  bool conditional = false;    ///< IF …
  bool own_timestamp = false;  ///< Has USING TIMESTAMP of its own.
  std::string text;            ///< Without comments and trailing semicolon.
  /// With "USING TIMESTAMP" and a marker added, for what has neither a timestamp nor a condition.
  std::string with_timestamp;
};

/// Throws Error{usage}: no INSERT, UPDATE or DELETE, no keyspace, more than one statement.
[[nodiscard]] OwnStatement read_own_statement(std::string_view query);

/// The statement as the load sends it, once the server has prepared `own.with_timestamp` (`own.text` for counters,
/// conditions and timestamps of its own).
[[nodiscard]] LoadStatement plan_own_statement(const OwnStatement& own, const cql::Metadata& metadata,
                                               const cql::Table& table, const cql::PreparedStatement& prepared);
/// Which text is to be prepared.
[[nodiscard]] const std::string& text_to_prepare(const OwnStatement& own, const cql::Table& table);

}  // namespace cqlbulk::operations
