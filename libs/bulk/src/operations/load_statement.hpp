// The statement that a load sends, and which field of the input becomes which of its values. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "operations/row_binding.hpp"
#include "operations/row_restorer.hpp"

namespace cqlbulk::operations {

/// A statement and the values that a row of the input brings for it, in an order of their own: the partition key first,
/// so that rows of one partition are known by how they begin, and the timestamp, where it is the load's own, last.
struct LoadStatement {
  enum class Timestamp {
    own,       ///< From the record's place (docs/adr/0004).
    constant,  ///< Written in the statement.
    field,     ///< The user's business: from a field, or in their own statement.
    none,      ///< Counters and conditions have none.
  };
  /// What sending a row a second time does, when the first may have been applied.
  enum class Repeat {
    same,             ///< The same as once.
    later_timestamp,  ///< The same, when the second has a later timestamp: elements of a list double otherwise
                      ///< (CASSANDRA-11368).
    never,            ///< Something else: it must be sent at most once.
  };
  /// A value of the input.
  struct Value {
    std::string name;                        ///< The column or marker it is for; with `of_field` the field's own name.
    const char* of_field = "";               ///< The option that names the field; empty: fields are assigned.
    std::optional<cql::DataType> type = {};  ///< Empty: as the prepared statement says (take_types).
    bool key = false;                        ///< Part of the primary key.
    bool required = false;                   ///< Null is a bad record, whatever --nulls says.
    bool keep_null = false;                  ///< Null is written as null: it cannot be left unset there.
  };

  /// What writes a partition's static columns alone: a row whose clustering columns are null.
  struct StaticRow {
    std::string cql;
    std::vector<Marker> markers;
    std::vector<std::uint16_t> clustering;  ///< Values that are all null then.
    std::vector<std::uint16_t> regular;     ///< And these with them.
  };

  std::string cql;
  std::vector<Value> values;
  std::vector<Marker> markers;              ///< What each bind marker takes.
  std::vector<const cql::Column*> columns;  ///< Of the table, those that get a value; unknown for the user's own.
  std::size_t key_values = 0;  ///< The first values that are the whole partition key; 0: it is not among them.
  bool conditional = false;    ///< IF: the answer says whether it was applied.
  std::optional<StaticRow> static_row = {};
  /// Cells get times of their own; `cql` is then the statement for a whole row.
  std::optional<RowRestorer::Layout> restored = {};
  bool own_text = false;  ///< The user's own statement.
  Timestamp timestamp = Timestamp::own;
  Repeat repeat = Repeat::same;
  const char* at_most_once_because = "";  ///< Where repeat is never: the end of a sentence.

  /// Only these may stand in a batch together.
  [[nodiscard]] bool may_be_batched() const { return key_values > 0 && !conditional && timestamp != Timestamp::none; }
};

/// Microseconds between the timestamps of two records: 1, or, where a row that is sent again needs a later timestamp,
/// room for many tries, as long as all of them fit into an hour; at least 16.
[[nodiscard]] std::int64_t timestamp_step(LoadStatement::Repeat repeat, std::uint64_t records);

/// The statement for the fields of an input: INSERT, UPDATE or DELETE as options.write says; counters are added to.
/// Throws Error{usage} naming what does not fit.
[[nodiscard]] LoadStatement plan_statement(const cql::Table& table, const std::vector<formats::Field>& fields,
                                           const std::string& input, const LoadOptions& options);

/// What the server said about the markers. Throws Error{usage} for a function of --set whose value does not go there.
void take_types(LoadStatement& statement, const std::vector<cql::ColumnSpec>& parameters);

/// An input's fields for the statement's values; `timestamp_base` is for own timestamps. Throws Error{usage} when this
/// input lacks a field that the statement needs or has one too many.
[[nodiscard]] formats::RowMapping map_fields(const LoadStatement& statement, const cql::Table& table,
                                             const std::vector<formats::Field>& fields, const std::string& input,
                                             const LoadOptions& options, std::int64_t timestamp_base,
                                             std::int64_t step = 1);

}  // namespace cqlbulk::operations
