// Which columns an export selects, in which order, under which names; WRITETIME and TTL beside them.
#include <fmt/format.h>

#include <set>

#include "cqlbulk/error.hpp"
#include "operations/export_plan.hpp"
#include "operations/restore_plan.hpp"
#include "operations/subject.hpp"

namespace cqlbulk::operations {

namespace {

/// WRITETIME and TTL exist once per cell: not for keys, and for collections and UDTs whose elements are cells of their
/// own only since Cassandra 5.0; the server refuses them for counters.
bool has_times(const cql::Column& column, bool times_of_elements) {
  using Role = cql::Column::Role;
  if (column.role == Role::partition_key || column.role == Role::clustering) return false;
  switch (column.type.kind) {
    case cql::TypeKind::counter:
      return false;
    case cql::TypeKind::list:
    case cql::TypeKind::set:
    case cql::TypeKind::map:
    case cql::TypeKind::udt:
      return column.type.frozen || times_of_elements;
    default:
      return true;
  }
}

void check_names(const std::vector<std::string>& names) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) {
      throw Error(ErrorClass::usage, fmt::format("the file would have two columns named \"{}\"", name),
                  "Rename one with --columns column=name, or choose another suffix.");
    }
  }
}

}  // namespace

Selection choose_columns(const cql::Table& table, const ExportOptions& options, bool times_of_elements) {
  std::vector<ExportOptions::ColumnChoice> choices = options.columns;
  if (choices.empty()) {
    for (const cql::Column& column : table.columns) choices.push_back({column.name, column.name});
  }
  using Kind = formats::CellFact::Kind;
  Selection selection;
  for (const ExportOptions::ColumnChoice& choice : choices) {
    const cql::Column& column = find_column(table, choice.column);
    const std::string& name = choice.name_in_file.empty() ? column.name : choice.name_in_file;
    const std::string quoted = cql::quote_identifier(column.name);
    const std::size_t place = selection.names.size();
    const auto add = [&](std::string selector, std::string name_in_file, Kind kind) {
      selection.selectors.push_back(std::move(selector));
      selection.names.push_back(std::move(name_in_file));
      selection.facts.push_back({kind, place});
    };
    add(quoted, name, Kind::value);
    if (!has_times(column, times_of_elements)) continue;
    if (options.writetime_suffix) {
      add(fmt::format("WRITETIME({})", quoted), name + *options.writetime_suffix, Kind::writetime);
    }
    if (options.ttl_suffix) add(fmt::format("TTL({})", quoted), name + *options.ttl_suffix, Kind::ttl);
  }
  if (options.ttl_suffix) {
    selection.selectors.emplace_back("toTimestamp(now())");
    selection.names.emplace_back(ttl_read_at);
    selection.facts.push_back({});
  }
  check_names(selection.names);
  return selection;
}

}  // namespace cqlbulk::operations
