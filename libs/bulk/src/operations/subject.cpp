// KS.TABLE from the command line, and looking names up with help for the one who mistyped.
#include "operations/subject.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

#include "cqlbulk/error.hpp"
#include "cqlbulk/nearest_name.hpp"
#include "operations/cql_text.hpp"

namespace cqlbulk {

Subject parse_subject(const std::string& text) {
  const auto fail = [&text] {
    return Error(ErrorClass::usage, fmt::format("\"{}\" is not KEYSPACE.TABLE", text),
                 "Names are case-sensitive when quoted as in CQL: ks.\"Table\".");
  };
  const operations::CqlText cql = operations::read_cql(text);
  Subject subject;
  subject.keyspace = cql.name(0);
  subject.table = cql.name(2);
  const bool complete = cql.tokens.size() == 3 && cql.is_symbol(1, '.') && cql.text.size() == text.size();
  if (!complete || subject.keyspace.empty() || subject.table.empty()) throw fail();
  return subject;
}

namespace operations {

namespace {

template <typename Map>
std::string suggestion(const std::string& wanted, const Map& known) {
  std::vector<std::string> names;
  for (const auto& [name, value] : known) names.push_back(name);
  const std::optional<std::string> nearest = nearest_name(wanted, names);
  return nearest ? fmt::format("Did you mean {}?", cql::quote_identifier(*nearest)) : std::string();
}

}  // namespace

const cql::Keyspace& find_keyspace(const cql::Metadata& metadata, const std::string& keyspace) {
  if (const cql::Keyspace* found = metadata.keyspace(keyspace)) return *found;
  std::string advice = suggestion(keyspace, metadata.keyspaces);
  if (advice.empty()) advice = "`cqlbulk inspect` lists the keyspaces.";
  throw Error(ErrorClass::usage, fmt::format("there is no keyspace {}", cql::quote_identifier(keyspace)),
              std::move(advice));
}

const cql::Table& find_table(const cql::Metadata& metadata, const std::string& keyspace, const std::string& table) {
  const cql::Keyspace& home = find_keyspace(metadata, keyspace);
  if (const auto found = home.tables.find(table); found != home.tables.end()) return found->second;
  std::string advice = suggestion(table, home.tables);
  if (advice.empty()) advice = fmt::format("`cqlbulk inspect {}` lists its tables.", cql::quote_identifier(keyspace));
  throw Error(
      ErrorClass::usage,
      fmt::format("there is no table {} in keyspace {}", cql::quote_identifier(table), cql::quote_identifier(keyspace)),
      std::move(advice));
}

const cql::Column& find_column(const cql::Table& table, const std::string& column) {
  if (const cql::Column* found = table.column(column)) return *found;
  std::vector<std::string> names;
  for (const cql::Column& known : table.columns) names.push_back(known.name);
  const std::optional<std::string> nearest = nearest_name(column, names);
  throw Error(ErrorClass::usage,
              fmt::format("there is no column {} in {}", cql::quote_identifier(column), table.qualified_name()),
              nearest ? fmt::format("Did you mean {}?", cql::quote_identifier(*nearest))
                      : fmt::format("`cqlbulk inspect {}` lists its columns.", table.qualified_name()));
}

}  // namespace operations
}  // namespace cqlbulk
