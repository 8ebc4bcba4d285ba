// Fields, columns and options to a statement; what does not fit is said by name.
#include "operations/load_statement.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "cql/idempotence.hpp"
#include "cqlbulk/error.hpp"
#include "operations/load_fields.hpp"
#include "operations/restore_plan.hpp"
#include "operations/statement_writer.hpp"
#include "operations/subject.hpp"

namespace cqlbulk::operations {

namespace {

using Fields = std::vector<formats::Field>;
using Role = cql::Column::Role;
using Timestamp = LoadStatement::Timestamp;
using Repeat = LoadStatement::Repeat;
using Value = LoadStatement::Value;

bool is_list(const cql::Column& column) { return column.type.kind == cql::TypeKind::list && !column.type.frozen; }

LoadTargets targets_of(const cql::Table& table, const LoadStatement* own, const LoadOptions& options) {
  LoadTargets targets;
  if (own != nullptr) {
    targets.where = "the statement";
    targets.kind = "marker";
    for (const Value& value : own->values) targets.names.push_back(value.name);
    return targets;
  }
  targets.where = table.qualified_name();
  for (const cql::Column& column : table.columns) targets.names.push_back(column.name);
  for (const LoadOptions::Setting& setting : options.set) {
    targets.settled.push_back(find_column(table, setting.column).name);
  }
  return targets;
}

std::vector<std::string> used_fields(const Fields& fields, const LoadOptions& options) {
  std::vector<std::string> used = fields_of_expressions(options);
  if (has_column_times(options)) {
    for (std::string& name : fields_with_times(fields, options)) used.push_back(std::move(name));
  }
  used.push_back(options.ttl);
  used.push_back(options.timestamp);
  return used;
}

/// Every key column needs a value; rows of static columns alone need the partition key alone.
void check_keys(const cql::Table& table, const std::vector<const cql::Column*>& given, const Fields& fields,
                const std::string& input) {
  const auto has = [&](const cql::Column& column) {
    return std::find(given.begin(), given.end(), &column) != given.end();
  };
  const bool only_static =
      std::ranges::all_of(given,
                          [](const cql::Column* column) {
                            return column->role == Role::partition_key || column->role == Role::static_;
                          }) &&
      std::ranges::any_of(given, [](const auto* column) { return column->role == Role::static_; });
  std::vector<std::string> missing;
  for (const cql::Column& column : table.columns) {
    const bool needed = column.role == Role::partition_key || (column.role == Role::clustering && !only_static);
    if (needed && !has(column)) missing.push_back(column.name);
  }
  if (missing.empty()) return;
  throw Error(ErrorClass::usage,
              fmt::format("{} has no field for {} of {}'s primary key", input, fmt::join(missing, ", "),
                          table.qualified_name()),
              fmt::format("Say which one it is: --map FIELD={}, or give it a value: --set {}=…. Its fields are: {}",
                          missing.front(), missing.front(), fmt::join(names_of(fields), ", ")));
}

void check_counters(const cql::Table& table, const LoadOptions& options) {
  if (!table.is_counter || (options.timestamp.empty() && options.ttl.empty())) return;
  throw Error(ErrorClass::usage,
              fmt::format("{} has counters: {} is not possible there", table.qualified_name(),
                          options.ttl.empty() ? "--timestamp" : "--ttl"),
              "When counters are written is the server's business, and they do not expire.");
}

void check_columns(const LoadStatement& statement, const cql::Table& table, const LoadOptions& options) {
  const bool something = std::ranges::any_of(statement.columns, [](const auto* column) { return !is_key(*column); });
  const bool sets = options.write_as == WriteAs::update || (table.is_counter && options.write_as == WriteAs::insert);
  if (!something && sets) {
    throw Error(ErrorClass::usage, fmt::format("there is no field for a column to set in {}", table.qualified_name()),
                "An UPDATE sets columns besides the primary key.");
  }
  if (something && options.write_as == WriteAs::remove) {
    throw Error(ErrorClass::usage, "rows are deleted by their primary key: --set can give nothing else");
  }
  if (options.write_as == WriteAs::remove && !options.ttl.empty()) {
    throw Error(ErrorClass::usage, "what is deleted has no --ttl");
  }
}

void judge_repetition(LoadStatement& statement, const cql::Table& table, const LoadOptions& options) {
  if (table.is_counter && options.write_as != WriteAs::remove) {
    statement.repeat = Repeat::never;
    statement.at_most_once_because = "counters are added to";
    return;
  }
  for (const LoadOptions::Setting& setting : options.set) {
    if (computed_here(setting.expression) || cql::is_safely_repeatable(setting.expression)) continue;
    statement.repeat = Repeat::never;
    statement.at_most_once_because = "--set calls a function that gives another value each time";
    return;
  }
  if (!std::ranges::any_of(statement.columns, [](const auto* column) { return is_list(*column); })) return;
  const bool later = statement.timestamp == Timestamp::own && !has_column_times(options);
  statement.repeat = later ? Repeat::later_timestamp : Repeat::never;
  statement.at_most_once_because = "elements of lists would double when they are sent twice with one write time";
}

Assignment assign(const cql::Table& table, const LoadStatement* own, const Fields& fields, const std::string& input,
                  const LoadOptions& options) {
  LoadTargets targets = targets_of(table, own, options);
  if (own == nullptr && options.write_as == WriteAs::remove) {
    std::erase_if(targets.names, [&](const std::string& name) { return !is_key(*table.column(name)); });
    targets.kind = "key column";
  }
  return assign_fields(targets, fields, used_fields(fields, options), input, options);
}

}  // namespace

LoadStatement plan_statement(const cql::Table& table, const Fields& fields, const std::string& input,
                             const LoadOptions& options) {
  if (table.is_view) {
    throw Error(ErrorClass::usage, fmt::format("{} is a materialized view", table.qualified_name()),
                "Load its base table.");
  }
  check_counters(table, options);
  if (has_column_times(options)) check_column_times(table, options);
  const Assignment assignment = assign(table, nullptr, fields, input, options);
  LoadStatement statement;
  for (const cql::Column& column : table.columns) {
    if (assignment.contains(column.name) || expression_of(options, column.name) != nullptr)
      statement.columns.push_back(&column);
  }
  check_keys(table, statement.columns, fields, input);
  if (names_field(options.ttl, fields)) (void)find_field(fields, options.ttl, input, "--ttl");
  check_columns(statement, table, options);
  if (table.is_counter) {
    statement.timestamp = Timestamp::none;
  } else if (names_field(options.timestamp, fields)) {
    (void)find_field(fields, options.timestamp, input, "--timestamp");
    statement.timestamp = Timestamp::field;
  } else if (!options.timestamp.empty()) {
    statement.timestamp = Timestamp::constant;
  }
  judge_repetition(statement, table, options);
  StatementWriter writer(statement, table, options);
  if (has_column_times(options)) {
    writer.order_values(fields);
    plan_column_times(statement, table, fields, assignment, input, options);
  } else {
    writer.write(fields);
  }
  return statement;
}

void take_types(LoadStatement& statement, const std::vector<cql::ColumnSpec>& parameters) {
  if (parameters.size() != statement.markers.size()) {
    throw Error(ErrorClass::defect, fmt::format("\"{}\" has {} markers where {} were counted", statement.cql,
                                                parameters.size(), statement.markers.size()));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const Marker& marker = statement.markers[i];
    if (!fits(marker.takes, parameters[i].type)) {
      throw Error(ErrorClass::usage, fmt::format("the function that --set gives to {} makes another type than {}",
                                                 parameters[i].name, parameters[i].type.to_string()));
    }
    if (marker.takes != Marker::Takes::value || marker.value >= statement.values.size()) continue;
    LoadStatement::Value& value = statement.values[marker.value];
    if (value.type && *value.type != parameters[i].type && *value.of_field != 0) {
      throw Error(ErrorClass::usage,
                  fmt::format("the field {} is used as {} and as {}", value.name, value.type->to_string(),
                              parameters[i].type.to_string()),
                  "Give the file a field for each.");
    }
    if (!value.type) value.type = parameters[i].type;
  }
}

std::int64_t timestamp_step(Repeat repeat, std::uint64_t records) {
  if (repeat != Repeat::later_timestamp) return 1;
  constexpr std::uint64_t an_hour = 3'600'000'000;
  return static_cast<std::int64_t>(std::clamp<std::uint64_t>(an_hour / std::max<std::uint64_t>(records, 1), 16, 4'096));
}

formats::RowMapping map_fields(const LoadStatement& statement, const cql::Table& table, const Fields& fields,
                               const std::string& input, const LoadOptions& options, std::int64_t timestamp_base,
                               std::int64_t step) {
  const Assignment assignment = assign(table, statement.own_text ? &statement : nullptr, fields, input, options);
  formats::RowMapping mapping;
  std::size_t assigned = 0;
  for (const Value& value : statement.values) {
    std::size_t index = 0;
    if (*value.of_field != 0) {
      index = find_field(fields, value.name, input, value.of_field);
    } else if (const auto field = assignment.find(value.name); field != assignment.end()) {
      index = field->second;
      ++assigned;
    } else {
      throw Error(ErrorClass::usage,
                  statement.own_text
                      ? fmt::format("{} has no field for the marker :{}", input, value.name)
                      : fmt::format("{} has no field for {}, which the files before it have", input, value.name),
                  statement.own_text ? fmt::format("Say which one it is: --map FIELD={}. Its fields are: {}",
                                                   value.name, fmt::join(names_of(fields), ", "))
                                     : "Load files of different fields one after the other.");
    }
    mapping.parameters.push_back({index,
                                  {table.keyspace, table.name, value.name, value.type.value()},
                                  value.key,
                                  value.required || (options.nulls == Nulls::reject && *value.of_field == 0),
                                  value.keep_null || (options.nulls == Nulls::write && *value.of_field == 0)});
  }
  if (assignment.size() > assigned) {
    throw Error(ErrorClass::usage, fmt::format("{} has fields for more columns than the files before it", input),
                "Load files of different fields one after the other.");
  }
  if (statement.timestamp == Timestamp::own) {
    mapping.timestamp_base = timestamp_base;
    mapping.timestamp_step = step;
  }
  return mapping;
}

}  // namespace cqlbulk::operations
