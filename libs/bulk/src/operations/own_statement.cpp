#include "operations/own_statement.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cql/idempotence.hpp"
#include "cqlbulk/error.hpp"
#include "operations/cql_text.hpp"

namespace cqlbulk::operations {

namespace {

using Timestamp = LoadStatement::Timestamp;
using Repeat = LoadStatement::Repeat;

constexpr const char* timestamp_marker = "cqlbulk_timestamp";

class OwnStatementReader {
 public:
  explicit OwnStatementReader(std::string_view query) : cql_(read_cql(query)) {
    while (!cql_.tokens.empty() && cql_.is_symbol(cql_.tokens.size() - 1, ';')) cql_.tokens.pop_back();
  }

  OwnStatement run() {
    for (std::size_t i = 0; i < size(); ++i) {
      if (cql_.is_symbol(i, ';')) fail("--query must be one statement");
    }
    std::size_t table = 0;
    const bool insert = cql_.is_word(0, "insert");
    const bool update = cql_.is_word(0, "update");
    if (insert && cql_.is_word(1, "into")) {
      table = 2;
    } else if (update) {
      table = 1;
    } else if (cql_.is_word(0, "delete")) {
      table = find(1, "from") + 1;
    } else {
      fail("--query of a load must be an INSERT, UPDATE or DELETE");
    }
    read_table(table);
    const std::size_t after = table + 3;
    own_.text = cql_.slice(0, size());
    own_.conditional = find(after, "if") < size();
    // The timestamp goes to the end of an INSERT, before the SET of an UPDATE and the WHERE of a DELETE.
    const std::size_t place = insert ? size() : find(after, update ? "set" : "where");
    const std::size_t clause = find(after, "using");
    const bool has_using = clause < place;
    for (std::size_t i = clause; i < place; ++i)
      own_.own_timestamp = own_.own_timestamp || cql_.is_word(i, "timestamp");
    if (!own_.conditional && !own_.own_timestamp) add_timestamp(place, has_using);
    return std::move(own_);
  }

 private:
  [[noreturn]] void fail(std::string_view message) const {
    throw Error(ErrorClass::usage, fmt::format("{}: {}", message, std::string_view(cql_.text).substr(0, 100)));
  }
  [[nodiscard]] std::size_t size() const { return cql_.tokens.size(); }

  /// The first such word at or after `at`, outside brackets; size() when there is none.
  [[nodiscard]] std::size_t find(std::size_t at, std::string_view word) const {
    while (at < size() && !cql_.is_word(at, word)) {
      const bool opens = cql_.is_symbol(at, '(') || cql_.is_symbol(at, '[') || cql_.is_symbol(at, '{');
      at = opens ? cql_.after_bracket(at) : at + 1;
    }
    return std::min(at, size());
  }

  void read_table(std::size_t at) {
    own_.keyspace = cql_.name(at);
    own_.table = cql_.name(at + 2);
    if (own_.keyspace.empty()) fail("--query must say which table");
    if (!cql_.is_symbol(at + 1, '.') || own_.table.empty()) {
      fail(fmt::format("--query must name the keyspace too (keyspace.{})", own_.keyspace));
    }
  }

  void add_timestamp(std::size_t place, bool has_using) {
    const bool named = std::ranges::any_of(cql_.tokens, [this](const CqlToken& token) {
      return token.kind == CqlToken::Kind::marker && cql_.of(token) != "?";
    });
    const std::string marker = named ? fmt::format(":{}", timestamp_marker) : "?";
    own_.with_timestamp = fmt::format("{} {} TIMESTAMP {}", cql_.slice(0, place), has_using ? "AND" : "USING", marker);
    if (place < size()) own_.with_timestamp += " " + cql_.slice(place, size());
  }

  CqlText cql_;
  OwnStatement own_;
};

/// Markers of one name and type share a value.
std::uint16_t value_of(LoadStatement& statement, const cql::ColumnSpec& parameter) {
  const auto found = std::ranges::find_if(statement.values, [&](const LoadStatement::Value& value) {
    return value.name == parameter.name && *value.type == parameter.type;
  });
  if (found == statement.values.end()) {
    statement.values.push_back({.name = parameter.name, .type = parameter.type});
    return static_cast<std::uint16_t>(statement.values.size() - 1);
  }
  return static_cast<std::uint16_t>(found - statement.values.begin());
}

}  // namespace

OwnStatement read_own_statement(std::string_view query) { return OwnStatementReader(query).run(); }

const std::string& text_to_prepare(const OwnStatement& own, const cql::Table& table) {
  return own.with_timestamp.empty() || table.is_counter ? own.text : own.with_timestamp;
}

LoadStatement plan_own_statement(const OwnStatement& own, const cql::Metadata& metadata, const cql::Table& table,
                                 const cql::PreparedStatement& prepared) {
  LoadStatement statement;
  statement.own_text = true;
  statement.cql = prepared.cql();
  statement.conditional = own.conditional;
  const bool timestamped = &text_to_prepare(own, table) == &own.with_timestamp;
  statement.timestamp = timestamped ? Timestamp::own : own.own_timestamp ? Timestamp::field : Timestamp::none;

  const std::vector<cql::ColumnSpec>& parameters = prepared.parameters();
  for (const std::uint16_t index : prepared.partition_key_indices()) {
    statement.values[value_of(statement, parameters.at(index))].key = true;
  }
  statement.key_values = statement.values.size();
  std::optional<std::size_t> timestamp;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (timestamped && (parameters[i].name == timestamp_marker || parameters[i].name == "[timestamp]")) {
      timestamp = i;
      statement.markers.push_back({});
      continue;
    }
    statement.markers.push_back({Marker::Takes::value, value_of(statement, parameters[i])});
  }
  if (statement.values.empty()) {
    throw Error(ErrorClass::usage, "the statement of --query has no markers",
                "Name the fields that it takes: INSERT INTO ks.t (k, v) VALUES (:k, :v)");
  }
  if (timestamp) statement.markers[*timestamp].value = static_cast<std::uint16_t>(statement.values.size());
  // Keys that share a marker are fewer values than key columns, and a row's beginning is not its key.
  if (statement.key_values != table.partition_key_size) statement.key_values = 0;
  if (own.conditional) {
    statement.repeat = Repeat::never;
    statement.at_most_once_because = "the statement has a condition";
  } else if (!cql::is_safely_repeatable(prepared, metadata)) {
    statement.repeat = Repeat::never;
    statement.at_most_once_because =
        table.is_counter ? "counters are added to" : "the statement may do something else when it is sent twice";
  }
  return statement;
}

}  // namespace cqlbulk::operations
