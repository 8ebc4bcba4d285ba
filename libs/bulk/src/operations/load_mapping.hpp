// Which field of the input becomes which value of the INSERT. Pure.
#pragma once

#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cqlbulk/load.hpp"
#include "formats/format.hpp"

namespace cqlbulk::operations {

/// The INSERT of a load and what each of its bind markers is, in order: the columns in the table's order (so that the
/// partition key comes first), then the TTL's field, then the timestamp.
struct LoadStatement {
  enum class Timestamp {
    own,       ///< The last parameter, from the record's place (docs/adr/0004).
    constant,  ///< Written in the statement.
    field,     ///< The last parameter, from the input.
  };
  std::vector<const cql::Column*> columns;  ///< Borrowed from the table.
  std::size_t partition_key_size = 0;
  std::string ttl_field;  ///< Empty: no marker.
  Timestamp timestamp = Timestamp::own;
  std::string cql;
  /// What sending a row a second time does, when the first may have been applied.
  enum class Repeat {
    same,             ///< The same as once.
    later_timestamp,  ///< The same, when the second has a later timestamp: elements of a list double otherwise
                      ///< (CASSANDRA-11368).
    never,            ///< Something else: it must be sent at most once.
  };
  Repeat repeat = Repeat::same;
};

/// Microseconds between the timestamps of two records: 1, or, where a row that is sent again needs a later timestamp,
/// room for many tries, as long as all of them fit into an hour; at least 16.
[[nodiscard]] std::int64_t timestamp_step(LoadStatement::Repeat repeat, std::uint64_t records);

/// What the fields of one input have to do with the table. Throws Error{usage} naming what does not fit.
[[nodiscard]] LoadStatement plan_statement(const cql::Table& table, const std::vector<formats::Field>& fields,
                                           const std::string& input, const LoadOptions& options);

/// The same input's or another's fields for the statement's parameters; `timestamp_base` is for own timestamps.
/// Throws Error{usage} when this input lacks a field that the statement needs or has one too many.
[[nodiscard]] formats::RowMapping map_fields(const LoadStatement& statement, const cql::Table& table,
                                             const std::vector<formats::Field>& fields, const std::string& input,
                                             const LoadOptions& options, std::int64_t timestamp_base,
                                             std::int64_t step = 1);

}  // namespace cqlbulk::operations
