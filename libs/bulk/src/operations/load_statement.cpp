// INSERT, UPDATE, DELETE and adding to counters: their text, and what each bind marker takes.
#include "operations/load_statement.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <utility>

#include "cql/idempotence.hpp"
#include "cqlbulk/error.hpp"
#include "operations/cql_text.hpp"
#include "operations/load_fields.hpp"
#include "operations/restore_plan.hpp"
#include "operations/subject.hpp"

namespace cqlbulk::operations {

namespace {

using Fields = std::vector<formats::Field>;
using Role = cql::Column::Role;
using Timestamp = LoadStatement::Timestamp;
using Repeat = LoadStatement::Repeat;
using Value = LoadStatement::Value;

bool is_key(const cql::Column& column) { return column.role == Role::partition_key || column.role == Role::clustering; }
bool is_list(const cql::Column& column) { return column.type.kind == cql::TypeKind::list && !column.type.frozen; }

bool is_number(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  return text.size() > start && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start), text.end(),
                                            [](char c) { return c >= '0' && c <= '9'; });
}

/// TTL and timestamp may be a number for all or the name of a field; a field wins where both are possible.
bool names_field(const std::string& setting, const Fields& fields) {
  return !setting.empty() && (!is_number(setting) || index_of_field(fields, setting));
}

const std::string* expression_of(const LoadOptions& options, const std::string& column) {
  for (const LoadOptions::Setting& setting : options.set) {
    if (setting.column == column) return &setting.expression;
  }
  return nullptr;
}

/// The fields that expressions take: markers (:name) in their text.
std::vector<std::string> fields_of_expressions(const LoadOptions& options) {
  std::vector<std::string> names;
  for (const LoadOptions::Setting& setting : options.set) {
    const CqlText text = read_cql(setting.expression);
    for (const CqlToken& token : text.tokens) {
      if (token.kind == CqlToken::Kind::marker) names.push_back(marker_name(text.of(token)));
    }
  }
  return names;
}

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

bool restores(const LoadOptions& options) { return options.restore_writetime || options.restore_ttl; }

std::vector<std::string> used_fields(const Fields& fields, const LoadOptions& options) {
  std::vector<std::string> used = fields_of_expressions(options);
  if (restores(options)) {
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

/// Writes a statement's text and notes what its markers take, in the order in which they come.
class StatementWriter {
 public:
  StatementWriter(LoadStatement& statement, const cql::Table& table, const LoadOptions& options)
      : statement_(statement), table_(table), options_(options) {}

  /// Values of columns in the table's order, so that the partition key comes first; then what else there is.
  void order_values(const Fields& fields) {
    std::size_t keys = 0;
    for (const cql::Column* column : statement_.columns) {
      if (expression_of(options_, column->name) != nullptr) continue;
      if (column->role == Role::partition_key) ++keys;
      add({.name = column->name, .type = column->type, .key = is_key(*column)});
    }
    statement_.key_values = keys == table_.partition_key_size ? keys : 0;
    for (const std::string& name : fields_of_expressions(options_)) {
      if (!index_.contains("--set " + name)) add({.name = name, .of_field = "--set", .keep_null = true});
    }
    if (names_field(options_.ttl, fields)) {
      add({.name = options_.ttl, .of_field = "--ttl", .type = cql::DataType::scalar(cql::TypeKind::int_)});
    }
    if (statement_.timestamp == Timestamp::field) {
      add({.name = options_.timestamp,
           .of_field = "--timestamp",
           .type = cql::DataType::scalar(cql::TypeKind::bigint),
           .required = true});
    }
  }

  void write(const Fields& fields) {
    order_values(fields);
    write_text();
    if (const auto rows = static_rows()) {
      statement_.static_row = rows;
      for (const std::uint16_t index : rows->clustering) statement_.values[index].key = false;
    }
  }

 private:
  void write_text() {
    if (table_.is_counter) {
      update("{0} = {0} + {1}");
    } else if (options_.write_as == WriteAs::update) {
      update("{0} = {1}");
    } else if (options_.write_as == WriteAs::remove) {
      text_ = fmt::format("DELETE FROM {}", table_.qualified_name());
      text_ += using_text();
      text_ += where_text();
    } else {
      insert();
    }
    statement_.cql = std::move(text_);
  }

  /// Where a table has static columns, and all keys and they come from fields.
  std::optional<LoadStatement::StaticRow> static_rows() {
    LoadStatement::StaticRow rows;
    std::vector<const cql::Column*> columns;
    bool any_static = false;
    for (const cql::Column* column : statement_.columns) {
      const auto value = index_.find(" " + column->name);
      const auto index = static_cast<std::uint16_t>(value == index_.end() ? 0 : value->second);
      if (column->role == Role::clustering) {
        if (value == index_.end()) return std::nullopt;
        rows.clustering.push_back(index);
      } else if (column->role == Role::regular) {
        if (value != index_.end()) rows.regular.push_back(index);
      } else {
        if (value == index_.end()) return std::nullopt;
        any_static = any_static || column->role == Role::static_;
        columns.push_back(column);
      }
    }
    if (!any_static || rows.clustering.empty() || options_.write_as == WriteAs::remove) return std::nullopt;
    const std::vector<const cql::Column*> all = std::exchange(statement_.columns, columns);
    const std::vector<Marker> markers = std::exchange(statement_.markers, {});
    const std::string cql = statement_.cql;
    write_text();
    rows.cql = std::exchange(statement_.cql, cql);
    rows.markers = std::exchange(statement_.markers, markers);
    statement_.columns = all;
    return rows;
  }

  void add(Value value) {
    index_[fmt::format("{} {}", value.of_field, value.name)] = statement_.values.size();
    statement_.values.push_back(std::move(value));
  }

  std::string marker(const char* option, const std::string& name) {
    const std::size_t index = index_.at(fmt::format("{} {}", option, name));
    statement_.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(index)});
    return "?";
  }

  std::string value_text(const cql::Column& column) {
    const std::string* const expression = expression_of(options_, column.name);
    if (expression == nullptr) return marker("", column.name);
    if (const auto takes = computed_here(*expression)) {
      statement_.markers.push_back({*takes, 0});
      return "?";
    }
    const CqlText cql = read_cql(*expression);
    std::string text;
    std::size_t copied = 0;
    for (const CqlToken& token : cql.tokens) {
      if (token.kind != CqlToken::Kind::marker) continue;
      text += cql.text.substr(copied, token.begin - copied) + marker("--set", marker_name(cql.of(token)));
      copied = token.end;
    }
    return text + cql.text.substr(copied);
  }

  void insert() {
    std::vector<std::string> names;
    std::vector<std::string> values;
    for (const cql::Column* column : statement_.columns) {
      names.push_back(cql::quote_identifier(column->name));
      values.push_back(value_text(*column));
    }
    text_ = fmt::format("INSERT INTO {} ({}) VALUES ({})", table_.qualified_name(), fmt::join(names, ", "),
                        fmt::join(values, ", "));
    text_ += using_text();
  }

  void update(fmt::format_string<std::string, std::string> form) {
    text_ = fmt::format("UPDATE {}", table_.qualified_name());
    text_ += using_text();
    std::vector<std::string> sets;
    for (const cql::Column* column : statement_.columns) {
      if (!is_key(*column)) sets.push_back(fmt::format(form, cql::quote_identifier(column->name), value_text(*column)));
    }
    text_ += fmt::format(" SET {}", fmt::join(sets, ", "));
    text_ += where_text();
  }

  std::string using_text() {
    std::string text;
    const char* word = "USING";
    if (!options_.ttl.empty()) {
      const bool field = index_.contains("--ttl " + options_.ttl);
      text += fmt::format(" {} TTL {}", word, field ? marker("--ttl", options_.ttl) : options_.ttl);
      word = "AND";
    }
    switch (statement_.timestamp) {
      case Timestamp::none:
        return text;
      case Timestamp::constant:
        return text + fmt::format(" {} TIMESTAMP {}", word, options_.timestamp);
      case Timestamp::field:
        return text + fmt::format(" {} TIMESTAMP {}", word, marker("--timestamp", options_.timestamp));
      case Timestamp::own:
        // After the values of the input.
        statement_.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(statement_.values.size())});
        return text + fmt::format(" {} TIMESTAMP ?", word);
    }
    return text;
  }

  std::string where_text() {
    std::vector<std::string> conditions;
    for (const cql::Column* column : statement_.columns) {
      if (is_key(*column))
        conditions.push_back(fmt::format("{} = {}", cql::quote_identifier(column->name), value_text(*column)));
    }
    return fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
  }

  LoadStatement& statement_;
  const cql::Table& table_;
  const LoadOptions& options_;
  std::map<std::string, std::size_t> index_;  ///< "OPTION NAME" to the value.
  std::string text_;
};

void check_counters(const cql::Table& table, const LoadOptions& options) {
  if (!table.is_counter) return;
  const char* problem = nullptr;
  if (!options.timestamp.empty()) problem = "--timestamp is not possible";
  if (!options.ttl.empty()) problem = "--ttl is not possible";
  if (options.write_as == WriteAs::remove) return;
  if (problem != nullptr) {
    throw Error(ErrorClass::usage, fmt::format("{} has counters: {} there", table.qualified_name(), problem),
                "Counters are added to, by when is the server's business.");
  }
}

void check_columns(const LoadStatement& statement, const cql::Table& table, const LoadOptions& options) {
  const bool something = std::ranges::any_of(statement.columns, [](const auto* column) { return !is_key(*column); });
  if (!something && (options.write_as == WriteAs::update || table.is_counter)) {
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
  const bool later = statement.timestamp == Timestamp::own && !restores(options);
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
  if (restores(options)) check_restoring(table, options);
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
  if (restores(options)) {
    writer.order_values(fields);
    plan_restoring(statement, table, fields, assignment, options);
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
