// From options and schema to a plan for counting.
#include "operations/count_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "cqlbulk/error.hpp"
#include "operations/preflight.hpp"
#include "operations/prepare.hpp"
#include "operations/retry.hpp"
#include "operations/shards.hpp"
#include "operations/subject.hpp"
#include "operations/table_size.hpp"
#include "pace/presets.hpp"

namespace cqlbulk::operations {

namespace {

std::vector<std::string> key_columns_of(const cql::Table& table) {
  std::vector<std::string> key;
  for (const cql::Column& column : table.columns) {
    if (column.role == cql::Column::Role::partition_key) key.push_back(cql::quote_identifier(column.name));
  }
  return key;
}

/// Splits the statement where it may be, and where the server agrees.
void prepare_statements(const CountStatements& statements, const cql::Table& table, ClusterThread& cluster,
                        CountPlan& plan) {
  if (plan.is_split()) {
    try {
      plan.statement = prepare(cluster, split_text(statements.counting, table));
    } catch (const Error& error) {
      if (error.error_class() != ErrorClass::usage) throw;
      // When the server takes it without the token restriction, that was what it would not have.
      plan.statement = prepare(cluster, statements.counting.text());
      plan.whole_because = "the server takes no token restriction in it";
    }
  } else {
    plan.statement = prepare(cluster, statements.counting.text());
  }
  if (statements.method == CountPlan::Method::by_reading) return;
  plan.keys = plan.is_split() ? split_text(statements.keys, table) : statements.keys.text();
}

void plan_splits(const CountOptions& options, const cql::Table& table, ClusterThread& cluster,
                 const std::vector<cql::TokenRange>& recorded, CountPlan& plan) {
  if (!recorded.empty()) {
    // Ranges are ranges, whoever holds them by now.
    for (const cql::TokenRange& range : recorded) plan.splits.push_back({range, {}});
    plan.order.resize(recorded.size());
    std::iota(plan.order.begin(), plan.order.end(), 0U);
    return;
  }
  if (!plan.is_split()) {
    plan.splits.resize(1);
    plan.order = {0};
    return;
  }
  const cql::Metadata& metadata = *plan.metadata;
  const auto ranges = metadata.ring.ranges(metadata.keyspace(plan.keyspace)->replication);
  const PaceOptions& pace = options.operation.pace;
  if (!pace.splits || limits_aggressive(pace)) {
    plan.size = estimate_size(cluster, table);
    check_aggressive(pace, plan.size.bytes, fmt::format("{}.{} holds about", plan.keyspace, plan.table));
  }
  const std::uint32_t count = pace.splits ? *pace.splits
                                          : plan::default_split_count(metadata.nodes.size(), plan.parallelism,
                                                                      plan.size.partitions, plan.size.bytes);
  plan.splits =
      options.by == CountBy::host ? plan::make_splits_within_ranges(ranges, count) : plan::make_splits(ranges, count);
  plan.order = plan::interleave_by_primary(plan.splits);
}

void plan_pace(const CountOptions& options, CountPlan& plan) {
  const PaceOptions& pace = options.operation.pace;
  plan.parallelism = pace::planned_ranges(pace.preset, pace.parallelism);
  plan.consistency = pace.consistency.value_or(cql::Consistency::local_one);
  plan.page_size =
      plan.method == CountPlan::Method::by_server ? pace.page_size : std::min(pace.page_size, largest_read_page);
}

}  // namespace

void validate(const CountOptions& options) {
  std::vector<std::string> problems;
  const Subject& subject = options.subject;
  const PaceOptions& pace = options.operation.pace;
  if (subject.query.empty() && (subject.keyspace.empty() || subject.table.empty())) {
    problems.emplace_back("say which table (KS.TABLE) or give a --query");
  }
  if (!subject.query.empty() && !subject.where.empty()) {
    problems.emplace_back("--where belongs to a table, not a query");
  }
  check_memory(pace, problems);
  if (pace.page_size < 1) problems.emplace_back("--page-size must be at least 1");
  if (pace.retry_wait.count() < 0) problems.emplace_back("retry_wait must not be negative");
  if (pace.splits && *pace.splits == 0) problems.emplace_back("--splits must be at least 1");
  if (pace.parallelism && *pace.parallelism == 0) problems.emplace_back("--parallelism must be at least 1");
  if (pace.threads && *pace.threads == 0) problems.emplace_back("--threads must be at least 1");
  if (options.by == CountBy::partition && options.top == 0) problems.emplace_back("--top must be at least 1");
  if (!problems.empty()) throw Error(ErrorClass::usage, fmt::format("{}", fmt::join(problems, "; ")));
  // A query that is none is known to be wrong before any work, too.
  if (!subject.query.empty()) static_cast<void>(parse_select(subject.query));
}

std::string CountPlan::name_of(const cql::TokenRange& range) const {
  return is_split() ? fmt::format("range ({}, {}]", range.start, range.end) : "the whole query";
}

CountStatements count_statements(const SelectParts& parts, const cql::Table& table, CountBy by) {
  CountStatements statements;
  statements.counting = parts;
  statements.keys = parts;
  const std::vector<std::string> key = key_columns_of(table);
  // These decide which rows there are, so the statement must stay as it is.
  const bool decides_rows =
      parts.limit || parts.per_partition_limit || parts.group_by || parts.distinct || !parts.aggregate.empty();
  if (by == CountBy::partition) {
    if (decides_rows) {
      throw Error(ErrorClass::usage,
                  "--by partition counts the rows of a table: a query with LIMIT, DISTINCT, GROUP BY or aggregates has "
                  "others");
    }
    statements.method = CountPlan::Method::by_groups;
    statements.counting.selection = fmt::format("{}, COUNT(*)", fmt::join(key, ", "));
    statements.counting.tail = fmt::format("GROUP BY {}", fmt::join(key, ", "));
    statements.keys.selection = fmt::format("{}", fmt::join(key, ", "));
  } else if (decides_rows) {
    statements.method = CountPlan::Method::by_reading;
  } else {
    statements.counting.selection = "COUNT(*)";
    // ORDER BY decides nothing here, and COUNT(*) bears none.
    statements.counting.tail.clear();
    statements.keys.selection = key.front();
  }
  if (statements.method != CountPlan::Method::by_reading) {
    statements.counting.json = statements.keys.json = false;
    statements.keys.tail.clear();
  }
  return statements;
}

CountPlan plan_count(const CountOptions& options, ClusterThread& cluster,
                     const std::vector<cql::TokenRange>& recorded) {
  CountPlan plan;
  plan.metadata = cluster.metadata();
  plan.by = options.by;
  const Subject& subject = options.subject;
  std::optional<SelectParts> parts;
  if (!subject.query.empty()) parts = parse_select(subject.query);
  plan.keyspace = parts ? parts->keyspace : subject.keyspace;
  plan.table = parts ? parts->table : subject.table;
  const cql::Table& table = find_table(*plan.metadata, plan.keyspace, plan.table);
  if (!parts) parts = select_from(table, {}, subject.where);

  const CountStatements statements = count_statements(*parts, table, options.by);
  plan.method = statements.method;
  plan.key_columns = table.partition_key_size;
  plan.whole_because = why_whole(*parts, *plan.metadata);
  plan_pace(options, plan);
  prepare_statements(statements, table, cluster, plan);
  if (!plan.is_split() && (options.by == CountBy::range || options.by == CountBy::host)) {
    throw Error(ErrorClass::usage, fmt::format("the count cannot be told by {}: it runs as one query, because {}",
                                               options.by == CountBy::range ? "range" : "host", plan.whole_because));
  }
  plan_splits(options, table, cluster, recorded, plan);
  plan.most_failed = most_failed(options.operation.pace, plan.splits.size());
  plan.parallelism = std::min(plan.parallelism, static_cast<std::uint32_t>(plan.splits.size()));
  plan.threads = std::min(thread_count(options.operation.pace.threads), plan.parallelism);
  plan.memory = memory_of(options.operation.pace, plan.threads, plan.parallelism);
  plan.threads = plan.memory.threads;
  return plan;
}

}  // namespace cqlbulk::operations
