#include "operations/restore_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "cqlbulk/error.hpp"
#include "operations/statement_writer.hpp"
#include "operations/subject.hpp"
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

bool restores(const LoadOptions& options) { return options.restore_writetime || options.restore_ttl; }

/// Adds the values that hold times to a statement's, and says where they are.
class TimePlanner {
 public:
  TimePlanner(LoadStatement& statement, const std::vector<formats::Field>& fields, const std::string& input)
      : statement_(statement), fields_(fields), input_(input) {}

  CellTime field(const std::string& name, const char* option, cql::DataType type) {
    statement_.values.push_back({.name = name, .of_field = option, .type = std::move(type)});
    return {.value = statement_.values.size() - 1};
  }
  CellTime write_time(const std::string& time, const char* option, TimeUnit unit) {
    if (!names_field(time, fields_)) return {.constant = constant_write_time(time, option, unit)};
    (void)find_field(fields_, time, input_, option);
    return field(time, option, cql::DataType::scalar(Kind::bigint));
  }
  CellTime ttl(const std::string& time, const char* option) {
    if (!names_field(time, fields_)) return {.constant = seconds(time, option)};
    (void)find_field(fields_, time, input_, option);
    return field(time, option, cql::DataType::scalar(Kind::int_));
  }
  /// One that the statement has already.
  [[nodiscard]] CellTime given(std::string_view option) const {
    const auto found =
        std::ranges::find_if(statement_.values, [&](const auto& value) { return value.of_field == option; });
    return {.value = static_cast<std::size_t>(found - statement_.values.begin())};
  }

  static std::int64_t seconds(const std::string& text, const char* option) {
    std::int32_t seconds = 0;
    const char* const end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, seconds);
    if (read.ec != std::errc() || read.ptr != end || seconds < 0)
      throw Error(ErrorClass::usage, fmt::format("{} {} is no number of seconds", option, text));
    return seconds;
  }

 private:
  LoadStatement& statement_;
  const std::vector<formats::Field>& fields_;
  const std::string& input_;
};

/// The time that options give to a column; null: none.
const std::string* time_of(const std::vector<LoadOptions::ColumnTime>& times, const std::string& column) {
  const auto found = std::ranges::find(times, column, &LoadOptions::ColumnTime::column);
  return found == times.end() ? nullptr : &found->time;
}

/// Every column that options give a time to can have one, and gets a value.
void check_columns_with_times(const cql::Table& table, const LoadStatement& statement, const char* option,
                              const std::vector<LoadOptions::ColumnTime>& times) {
  for (const LoadOptions::ColumnTime& time : times) {
    const cql::Column& column = find_column(table, time.column);
    const std::string name = fmt::format("{} ({})", column.name, option);
    if (is_key(column)) {
      throw Error(ErrorClass::usage, fmt::format("{} is part of the primary key, which has no times", name),
                  "Give the whole record one: --timestamp, --ttl.");
    }
    if (std::ranges::find(statement.columns, &column) == statement.columns.end())
      throw Error(ErrorClass::usage, fmt::format("{} gets no value from the input", name));
    if (std::ranges::count(times, time.column, &LoadOptions::ColumnTime::column) > 1)
      throw Error(ErrorClass::usage, fmt::format("{} is given two times", name));
  }
}

/// Times by options.
void plan_given_times(LoadStatement& statement, TimePlanner& planner, const LoadOptions& options,
                      RowRestorer::Layout& layout) {
  layout.by_column = true;
  layout.unit = options.timestamp_unit;
  if (statement.timestamp == LoadStatement::Timestamp::field) layout.writetime = planner.given("--timestamp");
  if (statement.timestamp == LoadStatement::Timestamp::constant)
    layout.writetime = {.constant = constant_write_time(options.timestamp, "--timestamp", options.timestamp_unit)};
  const bool ttl_field = std::ranges::any_of(
      statement.values, [](const auto& value) { return std::string_view(value.of_field) == "--ttl"; });
  if (ttl_field) {
    layout.ttl = planner.given("--ttl");
  } else if (!options.ttl.empty()) {
    layout.ttl = {.constant = TimePlanner::seconds(options.ttl, "--ttl")};
  }
  for (RestoredColumn& column : layout.columns) {
    const std::string& name = column.column->name;
    if (const std::string* const time = time_of(options.column_timestamps, name))
      column.writetime = planner.write_time(*time, "--timestamp-of", options.timestamp_unit);
    if (const std::string* const time = time_of(options.column_ttls, name)) column.ttl = planner.ttl(*time, "--ttl-of");
  }
}

/// Times of an export, by the names of fields.
void plan_exported_times(const std::vector<formats::Field>& fields, const Assignment& assignment, TimePlanner& planner,
                         const LoadOptions& options, RowRestorer::Layout& layout) {
  bool any = false;
  for (RestoredColumn& column : layout.columns) {
    if (column.is_key()) continue;
    const std::string& base = fields[assignment.at(column.column->name)].name;
    column.element_times = has_times_of_elements(column.column->type);
    const auto type_of = [&](Kind kind) { return column.element_times ? list_of(kind) : cql::DataType::scalar(kind); };
    if (const auto name = field_with(fields, base, options.restore_writetime, json_writetimes))
      column.writetime = planner.field(*name, "--restore-writetime", type_of(Kind::bigint));
    if (const auto name = field_with(fields, base, options.restore_ttl, json_ttls))
      column.ttl = planner.field(*name, "--restore-ttl", type_of(Kind::int_));
    any = any || column.writetime.is_given() || column.ttl.is_given();
  }
  if (!any) {
    throw Error(ErrorClass::usage, "no field holds the write time or the time to live of a column",
                "They are called as the column's field with _writetime or _ttl after it; give other endings as "
                "--restore-writetime=ENDING and --restore-ttl=ENDING.");
  }
  if (options.restore_ttl && index_of_field(fields, ttl_read_at))
    layout.read_at = planner.field(ttl_read_at, "--restore-ttl", cql::DataType::scalar(Kind::timestamp)).value;
}

}  // namespace

bool has_column_times(const LoadOptions& options) {
  return restores(options) || !options.column_timestamps.empty() || !options.column_ttls.empty();
}

std::vector<std::string> fields_with_times(const std::vector<formats::Field>& fields, const LoadOptions& options) {
  std::vector<std::string> names;
  for (const formats::Field& field : fields) {
    if (const auto name = field_with(fields, field.name, options.restore_writetime, json_writetimes))
      names.push_back(*name);
    if (const auto name = field_with(fields, field.name, options.restore_ttl, json_ttls)) names.push_back(*name);
  }
  if (options.restore_ttl) names.emplace_back(ttl_read_at);
  for (const auto* times : {&options.column_timestamps, &options.column_ttls}) {
    for (const LoadOptions::ColumnTime& time : *times) names.push_back(time.time);
  }
  return names;
}

void check_column_times(const cql::Table& table, const LoadOptions& options) {
  std::vector<std::string> problems;
  const bool exported = restores(options);
  const bool by_option = !options.column_timestamps.empty() || !options.column_ttls.empty();
  for (const auto& [given, option] : {std::pair(exported && !options.timestamp.empty(), "--timestamp"),
                                      {exported && !options.ttl.empty(), "--ttl"},
                                      {exported && by_option, "--timestamp-of, --ttl-of"},
                                      {!options.set.empty(), "--set"},
                                      {options.nulls == Nulls::write, "--nulls write"},
                                      {options.write_as == WriteAs::remove, "--write-as delete"}}) {
    if (given) problems.emplace_back(option);
  }
  if (!problems.empty()) {
    throw Error(ErrorClass::usage,
                fmt::format("{} cannot be given together with {}", fmt::join(problems, ", "),
                            exported ? "--restore-writetime or --restore-ttl" : "--timestamp-of or --ttl-of"));
  }
  if (table.is_counter) {
    throw Error(ErrorClass::usage, fmt::format("{} has counters, which have no write times", table.qualified_name()));
  }
}

void plan_column_times(LoadStatement& statement, const cql::Table& table, const std::vector<formats::Field>& fields,
                       const Assignment& assignment, const std::string& input, const LoadOptions& options) {
  check_columns_with_times(table, statement, "--timestamp-of", options.column_timestamps);
  check_columns_with_times(table, statement, "--ttl-of", options.column_ttls);
  RowRestorer::Layout layout;
  layout.insert = options.write_as == WriteAs::insert;
  const bool has_static = std::ranges::any_of(
      statement.columns, [](const cql::Column* column) { return column->role == cql::Column::Role::static_; });
  for (std::size_t i = 0; i < statement.columns.size(); ++i) {
    layout.columns.push_back({statement.columns[i], i});
    // A partition with nothing but static columns has none.
    if (has_static && layout.columns[i].column->role == cql::Column::Role::clustering) statement.values[i].key = false;
  }
  TimePlanner planner(statement, fields, input);
  if (restores(options)) {
    plan_exported_times(fields, assignment, planner, options, layout);
  } else {
    plan_given_times(statement, planner, options, layout);
  }
  layout.value_count = statement.values.size() + (statement.timestamp == LoadStatement::Timestamp::own ? 1 : 0);
  statement.cql = RowRestorer(table, layout).statements().front();
  statement.restored = std::move(layout);
}

std::string restored_inexactly(const LoadStatement& statement) {
  const RowRestorer::Layout& layout = statement.restored.value();
  if (layout.by_column) return "";
  std::vector<std::string> whole;
  std::vector<std::string> unknown;
  for (const RestoredColumn& column : layout.columns) {
    if (column.is_key()) continue;
    const std::string name = cql::quote_identifier(column.column->name);
    if (!column.writetime.is_given() && !column.ttl.is_given()) unknown.push_back(name);
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
  return text.empty() ? text : text.substr(0, text.size() - 2);
}

}  // namespace cqlbulk::operations
