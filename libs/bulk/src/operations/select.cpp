// Writing SELECTs, and judging which may be split.
#include "operations/select.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {

namespace {

std::string compose(const SelectParts& parts, std::string_view where) {
  std::string text = fmt::format("SELECT {}{}{} FROM {}", parts.json ? "JSON " : "", parts.distinct ? "DISTINCT " : "",
                                 parts.selection, parts.from);
  if (!where.empty()) text += fmt::format(" WHERE {}", where);
  if (!parts.tail.empty()) text += fmt::format(" {}", parts.tail);
  if (parts.allow_filtering) text += " ALLOW FILTERING";
  return text;
}

bool pins_the_partition(const SelectParts& parts, const cql::Table& table) {
  return std::all_of(table.columns.begin(), table.columns.end(), [&](const cql::Column& column) {
    return column.role != cql::Column::Role::partition_key ||
           std::find(parts.pinned.begin(), parts.pinned.end(), column.name) != parts.pinned.end();
  });
}

bool selects_only_the_partition_key(const SelectParts& parts, const cql::Table& table) {
  return !parts.selected.empty() &&
         std::all_of(parts.selected.begin(), parts.selected.end(), [&](const std::string& name) {
           const cql::Column* column = table.column(name);
           return column != nullptr && column->role == cql::Column::Role::partition_key;
         });
}

}  // namespace

std::string SelectParts::text() const { return compose(*this, where); }

SelectParts select_from(const cql::Table& table, std::span<const std::string> selectors, std::string_view where) {
  std::vector<std::string> all;
  if (selectors.empty()) {
    for (const cql::Column& column : table.columns) all.push_back(cql::quote_identifier(column.name));
    selectors = all;
  }
  std::string text = fmt::format("SELECT {} FROM {}", fmt::join(selectors, ", "), table.qualified_name());
  if (!where.empty()) text += fmt::format(" WHERE {}", where);
  return parse_select(text);
}

std::string why_whole(const SelectParts& parts, const cql::Metadata& metadata) {
  const cql::Keyspace* keyspace = metadata.keyspace(parts.keyspace);
  const cql::Table* table = metadata.table(parts.keyspace, parts.table);
  if (keyspace == nullptr || table == nullptr) return "the schema does not know its table";
  if (table->is_virtual) return "its table is virtual";
  if (keyspace->replication.strategy == cql::Replication::Strategy::local) return "its table is local to each node";
  if (!metadata.murmur3()) return fmt::format("the cluster's partitioner is {}", metadata.partitioner);
  if (parts.limit) return "it has a LIMIT";
  if (parts.group_by) return "it has GROUP BY";
  if (parts.order_by) return "it has ORDER BY";
  if (!parts.aggregate.empty()) return fmt::format("{}() may be an aggregate", parts.aggregate);
  if (parts.distinct && !selects_only_the_partition_key(parts, *table)) {
    return "it has DISTINCT beyond the partition key";
  }
  if (parts.token_restriction && !parts.token_markers) return "it restricts the token itself";
  if (pins_the_partition(parts, *table)) return "it names its partitions";
  return {};
}

std::string split_text(const SelectParts& parts, const cql::Table& table) {
  if (parts.token_markers) return parts.text();
  std::vector<std::string> key;
  for (const cql::Column& column : table.columns) {
    if (column.role == cql::Column::Role::partition_key) key.push_back(cql::quote_identifier(column.name));
  }
  const std::string token = fmt::format("token({})", fmt::join(key, ", "));
  return compose(parts, fmt::format("{}{}{} > :start AND {} <= :end", parts.where, parts.where.empty() ? "" : " AND ",
                                    token, token));
}

SelectPlan plan_select(const SelectParts& parts, const cql::Metadata& metadata) {
  SelectPlan plan;
  plan.whole_because = why_whole(parts, metadata);
  plan.split = plan.whole_because.empty();
  plan.cql = plan.split ? split_text(parts, *metadata.table(parts.keyspace, parts.table)) : parts.text();
  return plan;
}

cql::Values bind_range(const cql::PreparedStatement& prepared, const cql::TokenRange& range) {
  cql::Values values;
  for (const cql::ColumnSpec& parameter : prepared.parameters()) {
    if (parameter.name == "start") {
      values.add_bigint(range.start);
    } else if (parameter.name == "end") {
      values.add_bigint(range.end);
    } else {
      throw Error(ErrorClass::usage,
                  fmt::format("a query may have the markers :start and :end, not {}", parameter.name));
    }
  }
  return values;
}

}  // namespace cqlbulk::operations
