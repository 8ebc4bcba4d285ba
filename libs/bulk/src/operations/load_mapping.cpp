// Fields to columns: by --map, else by name; what is left over or missing is said by name.
#include "operations/load_mapping.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>

#include "cqlbulk/error.hpp"
#include "cqlbulk/nearest_name.hpp"
#include "operations/subject.hpp"

namespace cqlbulk::operations {

namespace {

using Fields = std::vector<formats::Field>;
using Role = cql::Column::Role;

std::vector<std::string> names_of(const Fields& fields) {
  std::vector<std::string> names;
  for (const formats::Field& field : fields) names.push_back(field.name);
  return names;
}

std::optional<std::size_t> index_of(const Fields& fields, const std::string& name) {
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].name == name) return i;
  }
  return std::nullopt;
}

/// A field that the user named; the error suggests the nearest.
std::size_t find_field(const Fields& fields, const std::string& name, const std::string& input, const char* option) {
  if (const auto found = index_of(fields, name)) return *found;
  const std::vector<std::string> names = names_of(fields);
  const auto nearest = nearest_name(name, names);
  throw Error(ErrorClass::usage, fmt::format("{} has no field \"{}\" ({})", input, name, option),
              nearest ? fmt::format("Did you mean \"{}\"?", *nearest)
                      : fmt::format("Its fields are: {}", fmt::join(names, ", ")));
}

/// Column name to the index of its field.
using Assignment = std::map<std::string, std::size_t>;

bool is_number(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  return text.size() > start && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start), text.end(),
                                            [](char c) { return c >= '0' && c <= '9'; });
}

/// TTL and timestamp may be a number for all or the name of a field; a field wins where both are possible.
bool names_field(const std::string& setting, const Fields& fields) {
  return !setting.empty() && (!is_number(setting) || index_of(fields, setting));
}

[[noreturn]] void fail_left_over(const std::vector<std::string>& left_over, const cql::Table& table,
                                 const std::string& input) {
  const std::string& first = left_over.front();
  std::vector<std::string> columns;
  for (const cql::Column& column : table.columns) columns.push_back(column.name);
  std::string advice;
  if (const auto nearest = nearest_name(first, columns))
    advice = fmt::format("Did you mean --map {}={}? ", first, *nearest);
  advice += "Leave fields out with --ignore-fields, or name their columns with --map FIELD=COLUMN.";
  throw Error(
      ErrorClass::usage,
      fmt::format("{}: {} \"{}\" {} no column in {}", input, left_over.size() == 1 ? "the field" : "the fields",
                  fmt::join(left_over, "\", \""), left_over.size() == 1 ? "has" : "have", table.qualified_name()),
      advice);
}

void check_no_field_is_double(const Fields& fields, const std::string& input) {
  std::vector<std::string> names = names_of(fields);
  std::sort(names.begin(), names.end());
  const auto twice = std::adjacent_find(names.begin(), names.end());
  if (twice != names.end()) {
    throw Error(ErrorClass::usage, fmt::format("{} has two fields named \"{}\"", input, *twice),
                "Rename one of them, or read the file with --no-header --skip 1 and --map by position.");
  }
}

Assignment assign(const cql::Table& table, const Fields& fields, const std::string& input, const LoadOptions& options) {
  check_no_field_is_double(fields, input);
  Assignment assignment;
  std::vector<bool> used(fields.size(), false);
  for (const LoadOptions::Mapping& mapping : options.map) {
    const std::size_t field = find_field(fields, mapping.field, input, "--map");
    const cql::Column& column = find_column(table, mapping.column);
    if (!assignment.emplace(column.name, field).second) {
      throw Error(ErrorClass::usage, fmt::format("--map names the column {} twice", column.name));
    }
    used[field] = true;
  }
  for (const std::string* setting : {&options.ttl, &options.timestamp}) {
    if (const auto field = index_of(fields, *setting)) used[*field] = true;
  }
  std::vector<std::string> left_over;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool mapped = std::any_of(options.map.begin(), options.map.end(), [&](const LoadOptions::Mapping& mapping) {
      return mapping.field == fields[i].name;
    });
    // A column that --map gives to another field is not also taken by name.
    if (!mapped && table.column(fields[i].name) != nullptr && assignment.emplace(fields[i].name, i).second) {
      used[i] = true;
    }
    if (!used[i]) left_over.push_back(fields[i].name);
  }
  if (!left_over.empty() && !options.ignore_fields) fail_left_over(left_over, table, input);
  return assignment;
}

/// Every key column needs a value; rows of static columns alone need the partition key alone.
void check_keys(const cql::Table& table, const Assignment& assignment, const Fields& fields, const std::string& input) {
  const bool only_static = std::all_of(table.columns.begin(), table.columns.end(),
                                       [&](const cql::Column& column) {
                                         return !assignment.contains(column.name) ||
                                                column.role == Role::partition_key || column.role == Role::static_;
                                       }) &&
                           std::any_of(table.columns.begin(), table.columns.end(), [&](const cql::Column& column) {
                             return assignment.contains(column.name) && column.role == Role::static_;
                           });
  std::vector<std::string> missing;
  for (const cql::Column& column : table.columns) {
    const bool key = column.role == Role::partition_key || (column.role == Role::clustering && !only_static);
    if (key && !assignment.contains(column.name)) missing.push_back(column.name);
  }
  if (missing.empty()) return;
  throw Error(ErrorClass::usage,
              fmt::format("{} has no field for {} of {}'s primary key", input, fmt::join(missing, ", "),
                          table.qualified_name()),
              fmt::format("Say which one it is: --map FIELD={}. Its fields are: {}", missing.front(),
                          fmt::join(names_of(fields), ", ")));
}

std::string insert_text(const LoadStatement& statement, const cql::Table& table, const LoadOptions& options) {
  std::vector<std::string> names;
  for (const cql::Column* column : statement.columns) names.push_back(cql::quote_identifier(column->name));
  std::string text = fmt::format("INSERT INTO {} ({}) VALUES ({})", table.qualified_name(), fmt::join(names, ", "),
                                 fmt::join(std::vector<const char*>(names.size(), "?"), ", "));
  const char* word = "USING";
  if (!options.ttl.empty()) {
    text += fmt::format(" {} TTL {}", word, statement.ttl_field.empty() ? options.ttl : "?");
    word = "AND";
  }
  const bool constant = statement.timestamp == LoadStatement::Timestamp::constant;
  return text + fmt::format(" {} TIMESTAMP {}", word, constant ? options.timestamp : "?");
}

}  // namespace

LoadStatement plan_statement(const cql::Table& table, const Fields& fields, const std::string& input,
                             const LoadOptions& options) {
  if (table.is_counter) {
    throw Error(
        ErrorClass::usage, fmt::format("{} has counters, which cannot be loaded yet", table.qualified_name()),
        "A counter that is added to twice is wrong for good; use cqlsh or a script that keeps its own account.");
  }
  if (table.is_view) {
    throw Error(ErrorClass::usage, fmt::format("{} is a materialized view", table.qualified_name()),
                "Load its base table.");
  }
  const Assignment assignment = assign(table, fields, input, options);
  check_keys(table, assignment, fields, input);
  LoadStatement statement;
  statement.partition_key_size = table.partition_key_size;
  for (const cql::Column& column : table.columns) {
    if (!assignment.contains(column.name)) continue;
    statement.columns.push_back(&column);
    if (column.type.kind == cql::TypeKind::list && !column.type.frozen) {
      statement.repeat =
          options.timestamp.empty() ? LoadStatement::Repeat::later_timestamp : LoadStatement::Repeat::never;
    }
  }
  if (names_field(options.ttl, fields)) {
    find_field(fields, options.ttl, input, "--ttl");
    statement.ttl_field = options.ttl;
  }
  if (names_field(options.timestamp, fields)) {
    find_field(fields, options.timestamp, input, "--timestamp");
    statement.timestamp = LoadStatement::Timestamp::field;
  } else if (!options.timestamp.empty()) {
    statement.timestamp = LoadStatement::Timestamp::constant;
  }
  statement.cql = insert_text(statement, table, options);
  return statement;
}

std::int64_t timestamp_step(LoadStatement::Repeat repeat, std::uint64_t records) {
  if (repeat != LoadStatement::Repeat::later_timestamp) return 1;
  constexpr std::uint64_t an_hour = 3'600'000'000;
  return static_cast<std::int64_t>(std::clamp<std::uint64_t>(an_hour / std::max<std::uint64_t>(records, 1), 16, 4'096));
}

formats::RowMapping map_fields(const LoadStatement& statement, const cql::Table& table, const Fields& fields,
                               const std::string& input, const LoadOptions& options, std::int64_t timestamp_base,
                               std::int64_t step) {
  const Assignment assignment = assign(table, fields, input, options);
  check_keys(table, assignment, fields, input);
  formats::RowMapping mapping;
  for (const cql::Column* column : statement.columns) {
    const auto field = assignment.find(column->name);
    if (field == assignment.end()) {
      throw Error(ErrorClass::usage,
                  fmt::format("{} has no field for {}, which the files before it have", input, column->name),
                  "Load files of different fields one after the other.");
    }
    const bool key = column->role == Role::partition_key || column->role == Role::clustering;
    mapping.parameters.push_back({field->second,
                                  {table.keyspace, table.name, column->name, column->type},
                                  key,
                                  options.nulls == Nulls::reject,
                                  options.nulls == Nulls::write});
  }
  if (assignment.size() > statement.columns.size()) {
    throw Error(ErrorClass::usage, fmt::format("{} has fields for more columns than the files before it", input),
                "Load files of different fields one after the other.");
  }
  const auto add = [&](const std::string& name, const char* option, cql::TypeKind type, bool reject_null) {
    mapping.parameters.push_back({find_field(fields, name, input, option),
                                  {table.keyspace, table.name, name, cql::DataType::scalar(type)},
                                  false,
                                  reject_null,
                                  false});
  };
  if (!statement.ttl_field.empty()) add(statement.ttl_field, "--ttl", cql::TypeKind::int_, false);
  if (statement.timestamp == LoadStatement::Timestamp::field) {
    add(options.timestamp, "--timestamp", cql::TypeKind::bigint, true);
  } else if (statement.timestamp == LoadStatement::Timestamp::own) {
    mapping.timestamp_base = timestamp_base;
    mapping.timestamp_step = step;
  }
  return mapping;
}

}  // namespace cqlbulk::operations
