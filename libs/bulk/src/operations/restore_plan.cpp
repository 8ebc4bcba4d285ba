#include "operations/restore_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "rows/nullable_list.hpp"

namespace cqlbulk::operations {

namespace {

using Kind = cql::TypeKind;

/// JSON has them apart from the values.
constexpr const char* json_writetimes = "_metadata.writetime.";
constexpr const char* json_ttls = "_metadata.ttl.";

std::optional<std::string> field_with(const std::vector<formats::Field>& fields, const std::string& base,
                                      const std::optional<std::string>& suffix, const char* in_json) {
  if (!suffix) return std::nullopt;
  for (const std::string& name : {base + *suffix, in_json + base}) {
    if (index_of_field(fields, name)) return name;
  }
  return std::nullopt;
}

bool has_times_of_elements(const cql::DataType& type) {
  return !type.frozen &&
         (type.kind == Kind::list || type.kind == Kind::set || type.kind == Kind::map || type.kind == Kind::udt);
}

/// TTL of an element that does not expire is null.
cql::DataType list_of(Kind kind) { return nullable_list_of(cql::DataType::scalar(kind)); }

}  // namespace

std::vector<std::string> fields_with_times(const std::vector<formats::Field>& fields, const LoadOptions& options) {
  std::vector<std::string> names;
  for (const formats::Field& field : fields) {
    if (const auto name = field_with(fields, field.name, options.restore_writetime, json_writetimes))
      names.push_back(*name);
    if (const auto name = field_with(fields, field.name, options.restore_ttl, json_ttls)) names.push_back(*name);
  }
  if (options.restore_ttl) names.emplace_back(ttl_read_at);
  return names;
}

void check_restoring(const cql::Table& table, const LoadOptions& options) {
  std::vector<std::string> problems;
  for (const auto& [given, option] : {std::pair(!options.timestamp.empty(), "--timestamp"),
                                      {!options.ttl.empty(), "--ttl"},
                                      {!options.set.empty(), "--set"},
                                      {options.nulls == Nulls::write, "--nulls write"},
                                      {options.write_as == WriteAs::remove, "--write-as delete"}}) {
    if (given) problems.emplace_back(option);
  }
  if (!problems.empty()) {
    throw Error(ErrorClass::usage, fmt::format("{} cannot be given together with --restore-writetime or --restore-ttl",
                                               fmt::join(problems, ", ")));
  }
  if (table.is_counter) {
    throw Error(ErrorClass::usage, fmt::format("{} has counters, which have no write times", table.qualified_name()));
  }
}

void plan_restoring(LoadStatement& statement, const cql::Table& table, const std::vector<formats::Field>& fields,
                    const Assignment& assignment, const LoadOptions& options) {
  RowRestorer::Layout layout;
  layout.insert = options.write_as == WriteAs::insert;
  bool any = false;
  const auto add = [&](const std::string& name, const char* option, cql::DataType type) {
    statement.values.push_back({.name = name, .of_field = option, .type = std::move(type)});
    return statement.values.size() - 1;
  };
  const bool has_static = std::ranges::any_of(
      statement.columns, [](const cql::Column* column) { return column->role == cql::Column::Role::static_; });
  for (std::size_t i = 0; i < statement.columns.size(); ++i) {
    RestoredColumn column{statement.columns[i], i};
    // A partition with nothing but static columns has none.
    if (has_static && column.column->role == cql::Column::Role::clustering) statement.values[i].key = false;
    if (!column.is_key()) {
      const std::string& base = fields[assignment.at(column.column->name)].name;
      const bool elements = has_times_of_elements(column.column->type);
      if (const auto name = field_with(fields, base, options.restore_writetime, json_writetimes)) {
        column.writetime =
            add(*name, "--restore-writetime", elements ? list_of(Kind::bigint) : cql::DataType::scalar(Kind::bigint));
      }
      if (const auto name = field_with(fields, base, options.restore_ttl, json_ttls)) {
        column.ttl = add(*name, "--restore-ttl", elements ? list_of(Kind::int_) : cql::DataType::scalar(Kind::int_));
      }
      any = any || column.writetime || column.ttl;
    }
    layout.columns.push_back(column);
  }
  if (!any) {
    throw Error(ErrorClass::usage, "no field holds the write time or the time to live of a column",
                "They are called as the column's field with _writetime or _ttl after it; give other endings as "
                "--restore-writetime=ENDING and --restore-ttl=ENDING.");
  }
  if (options.restore_ttl && index_of_field(fields, ttl_read_at)) {
    layout.read_at = add(ttl_read_at, "--restore-ttl", cql::DataType::scalar(Kind::timestamp));
  }
  layout.value_count = statement.values.size() + 1;
  statement.cql = RowRestorer(table, layout).statements().front();
  statement.restored = std::move(layout);
}

std::string restored_inexactly(const LoadStatement& statement) {
  std::vector<std::string> whole;
  std::vector<std::string> unknown;
  for (const RestoredColumn& column : statement.restored->columns) {
    if (column.is_key()) continue;
    const std::string name = cql::quote_identifier(column.column->name);
    if (!column.writetime && !column.ttl) unknown.push_back(name);
    if (has_times_of_elements(column.column->type) && !column.by_element()) whole.push_back(name);
  }
  std::string text;
  if (!whole.empty()) {
    text +=
        fmt::format("{}: written as a whole, with the newest of the elements' write times; ", fmt::join(whole, ", "));
  }
  if (!unknown.empty()) {
    text += fmt::format("{}: the input has neither write times nor times to live; ", fmt::join(unknown, ", "));
  }
  if (statement.restored->columns.empty() || text.empty()) return text;
  return text.substr(0, text.size() - 2);
}

}  // namespace cqlbulk::operations
