// The text of a load's statement for fields of the input, and what each of its bind markers takes. Pure.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "cql/metadata.hpp"
#include "cqlbulk/load.hpp"
#include "formats/format.hpp"
#include "operations/load_statement.hpp"

namespace cqlbulk::operations {

[[nodiscard]] inline bool is_key(const cql::Column& column) {
  return column.role == cql::Column::Role::partition_key || column.role == cql::Column::Role::clustering;
}

/// TTL and timestamp may be a number for all or the name of a field; a field wins where both are possible.
[[nodiscard]] bool names_field(const std::string& setting, const std::vector<formats::Field>& fields);
/// Microseconds. Throws Error{usage} naming the option for what is no number of them.
[[nodiscard]] std::int64_t constant_write_time(const std::string& text, const char* option, TimeUnit unit);
/// What --set gives to a column; null: nothing.
[[nodiscard]] const std::string* expression_of(const LoadOptions& options, const std::string& column);
/// The fields that the expressions of --set take: markers (:name) in their text.
[[nodiscard]] std::vector<std::string> fields_of_expressions(const LoadOptions& options);

/// INSERT, UPDATE, DELETE, or adding to counters. The statement's columns, timestamp and repetition must be known.
class StatementWriter {
 public:
  /// All of them must outlive it.
  StatementWriter(LoadStatement& statement, const cql::Table& table, const LoadOptions& options)
      : statement_(statement), table_(table), options_(options) {}

  /// Values of columns in the table's order, so that the partition key comes first; then what else there is.
  void order_values(const std::vector<formats::Field>& fields);
  /// These, the text, the markers, and what writes static columns alone.
  void write(const std::vector<formats::Field>& fields);

 private:
  void write_text();
  /// Where a table has static columns, and all keys and they come from fields.
  std::optional<LoadStatement::StaticRow> static_rows();
  void add(LoadStatement::Value value);
  std::string marker(const char* option, const std::string& name);
  std::string value_text(const cql::Column& column);
  void insert();
  /// `adds`: to what is there (counters).
  void update(bool adds);
  std::string using_text();
  std::string where_text();

  LoadStatement& statement_;
  const cql::Table& table_;
  const LoadOptions& options_;
  std::map<std::string, std::size_t> index_;  ///< "OPTION NAME" to the value.
  std::string text_;
};

}  // namespace cqlbulk::operations
