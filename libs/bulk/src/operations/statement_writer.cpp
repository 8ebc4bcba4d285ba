#include "operations/statement_writer.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "cqlbulk/error.hpp"
#include "operations/cql_text.hpp"
#include "operations/load_fields.hpp"

namespace cqlbulk::operations {

namespace {

using Fields = std::vector<formats::Field>;
using Role = cql::Column::Role;
using Timestamp = LoadStatement::Timestamp;

bool is_number(const std::string& text) {
  const std::size_t start = text.starts_with('-') ? 1 : 0;
  return text.size() > start && std::all_of(text.begin() + static_cast<std::ptrdiff_t>(start), text.end(),
                                            [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

bool names_field(const std::string& setting, const Fields& fields) {
  return !setting.empty() && (!is_number(setting) || index_of_field(fields, setting));
}

std::int64_t constant_write_time(const std::string& text, const char* option, TimeUnit unit) {
  std::int64_t time = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), time);
  if (end.ec == std::errc() && end.ptr == text.data() + text.size()) {
    if (const auto microseconds = microseconds_of(time, unit)) return *microseconds;
  }
  throw Error(ErrorClass::usage, fmt::format("{} {} is no whole number of microseconds in 64 bits", option, text));
}

const std::string* expression_of(const LoadOptions& options, const std::string& column) {
  for (const LoadOptions::Setting& setting : options.set) {
    if (setting.column == column) return &setting.expression;
  }
  return nullptr;
}

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

void StatementWriter::order_values(const Fields& fields) {
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

void StatementWriter::write(const Fields& fields) {
  order_values(fields);
  write_text();
  if (const auto rows = static_rows()) {
    statement_.static_row = rows;
    for (const std::uint16_t index : rows->clustering) statement_.values[index].key = false;
  }
}

void StatementWriter::write_text() {
  if (options_.write_as == WriteAs::remove) {
    text_ = fmt::format("DELETE FROM {}", table_.qualified_name());
    text_ += using_text();
    text_ += where_text();
  } else if (table_.is_counter || options_.write_as == WriteAs::update) {
    update(table_.is_counter);
  } else {
    insert();
  }
  statement_.cql = std::move(text_);
}

std::optional<LoadStatement::StaticRow> StatementWriter::static_rows() {
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

void StatementWriter::add(LoadStatement::Value value) {
  index_[fmt::format("{} {}", value.of_field, value.name)] = statement_.values.size();
  statement_.values.push_back(std::move(value));
}

std::string StatementWriter::marker(const char* option, const std::string& name) {
  const std::size_t index = index_.at(fmt::format("{} {}", option, name));
  statement_.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(index)});
  return "?";
}

std::string StatementWriter::value_text(const cql::Column& column) {
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

void StatementWriter::insert() {
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

void StatementWriter::update(bool adds) {
  text_ = fmt::format("UPDATE {}", table_.qualified_name());
  text_ += using_text();
  std::vector<std::string> sets;
  for (const cql::Column* column : statement_.columns) {
    if (is_key(*column)) continue;
    const std::string name = cql::quote_identifier(column->name);
    sets.push_back(fmt::format("{} = {}{}", name, adds ? name + " + " : "", value_text(*column)));
  }
  text_ += fmt::format(" SET {}", fmt::join(sets, ", "));
  text_ += where_text();
}

std::string StatementWriter::using_text() {
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
      return text + fmt::format(" {} TIMESTAMP {}", word,
                                constant_write_time(options_.timestamp, "--timestamp", options_.timestamp_unit));
    case Timestamp::field:
      text += fmt::format(" {} TIMESTAMP {}", word, marker("--timestamp", options_.timestamp));
      if (options_.timestamp_unit != TimeUnit::microseconds)
        statement_.markers.back().takes = Marker::Takes::write_time;
      return text;
    case Timestamp::own:
      // After the values of the input.
      statement_.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(statement_.values.size())});
      return text + fmt::format(" {} TIMESTAMP ?", word);
  }
  return text;
}

std::string StatementWriter::where_text() {
  std::vector<std::string> conditions;
  for (const cql::Column* column : statement_.columns) {
    if (is_key(*column))
      conditions.push_back(fmt::format("{} = {}", cql::quote_identifier(column->name), value_text(*column)));
  }
  return fmt::format(" WHERE {}", fmt::join(conditions, " AND "));
}

}  // namespace cqlbulk::operations
