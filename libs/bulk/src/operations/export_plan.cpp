// From options and schema to a plan.
#include "operations/export_plan.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <numeric>

#include "cqlbulk/error.hpp"
#include "operations/file_format.hpp"
#include "operations/preflight.hpp"
#include "operations/prepare.hpp"
#include "operations/retry.hpp"
#include "operations/shards.hpp"
#include "operations/subject.hpp"
#include "operations/table_size.hpp"
#include "pace/presets.hpp"
#include "streams/compression.hpp"

namespace cqlbulk::operations {

namespace {

constexpr std::uint64_t default_part_bytes = std::uint64_t{1} << 30U;
/// Fragments of one file are seen by nobody; many small parts would be a nuisance.
constexpr std::chrono::seconds checkpoint_of_file{60};
constexpr std::chrono::seconds checkpoint_of_directory{300};

FormatKind format_of(const ExportOptions& options, const storage::Location& target) {
  if (options.format) return *options.format;
  if (target.kind == storage::Location::Kind::standard_stream) return FormatKind::csv;
  // A directory's name says nothing.
  return file_format(options.format, target.kind == storage::Location::Kind::file ? target.path : target.url);
}

/// The statement, and the names of its columns in the file (empty: as they come).
struct Statement {
  SelectParts parts;
  std::vector<std::string> names;
  std::vector<formats::CellFact> facts;
};

/// Since Cassandra 5.0; ScyllaDB, which calls itself 3.0, does not.
bool knows_times_of_elements(const cql::Metadata& metadata) { return std::atoi(metadata.release_version.c_str()) >= 5; }

Statement statement_of(const ExportOptions& options, const cql::Metadata& metadata) {
  const Subject& subject = options.subject;
  if (!subject.query.empty()) return {parse_select(subject.query), {}, {}};
  const cql::Table& table = find_table(metadata, subject.keyspace, subject.table);
  Selection selection = choose_columns(table, options, knows_times_of_elements(metadata));
  return {select_from(table, selection.selectors, subject.where), std::move(selection.names),
          std::move(selection.facts)};
}

/// The result's columns; where they are the table's own, with the schema's type, which knows what is frozen.
std::vector<cql::ColumnSpec> columns_of(const cql::PreparedStatement& statement, const cql::Table* table) {
  const auto found = statement.result_columns();
  if (!found || found->empty()) throw Error(ErrorClass::usage, "the query returns no rows", "Give a SELECT.");
  std::vector<cql::ColumnSpec> columns = *found;
  for (cql::ColumnSpec& column : columns) {
    const cql::Column* known = table == nullptr ? nullptr : table->column(column.name);
    if (known != nullptr && known->type == column.type) column.type = known->type;
  }
  return columns;
}

void plan_splits(const ExportOptions& options, ClusterThread& cluster, const cql::Metadata& metadata,
                 const std::vector<cql::TokenRange>& recorded, ExportPlan& plan) {
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
  const cql::Keyspace* keyspace = metadata.keyspace(plan.keyspace);
  const std::vector<cql::ReplicatedRange> ranges = metadata.ring.ranges(keyspace->replication);
  const PaceOptions& pace = options.operation.pace;
  if (!pace.splits || limits_aggressive(pace)) {
    plan.size = estimate_size(cluster, *metadata.table(plan.keyspace, plan.table));
    check_aggressive(pace, plan.size.bytes, fmt::format("{}.{} holds about", plan.keyspace, plan.table));
  }
  if (pace.splits) {
    plan.splits = plan::make_splits(ranges, *pace.splits);
  } else {
    const std::uint32_t count =
        plan::default_split_count(metadata.nodes.size(), plan.parallelism, plan.size.partitions, plan.size.bytes);
    plan.splits = plan::make_splits_within_ranges(ranges, count);
  }
  plan.order = plan::interleave_by_primary(plan.splits);
}

/// ".csv.gz"
std::string suffix_of_parts(const ExportPlan& plan) {
  return fmt::format(".{}{}", formats::part_suffix(plan.format, plan.format_options),
                     streams::suffix_of(plan.form.compression));
}

void plan_pace(const ExportOptions& options, ExportPlan& plan) {
  const PaceOptions& pace = options.operation.pace;
  plan.parallelism = std::max(1U, pace::planned_ranges(pace.preset, pace.parallelism));
  // A stream is written by one thread, in order.
  const bool one_writer = plan.target.kind == storage::Location::Kind::standard_stream || !plan.is_split();
  plan.threads = one_writer ? 1 : std::min(thread_count(pace.threads), plan.parallelism);
  plan.memory = memory_of(pace, plan.threads, plan.parallelism);
  plan.threads = plan.memory.threads;
  auto& row_group_bytes = plan.format_options.parquet.row_group_bytes;
  row_group_bytes = std::min(row_group_bytes, plan.memory.row_group);
  plan.page_size = pace.page_size;
  plan.consistency = pace.consistency.value_or(cql::Consistency::local_one);
  if (plan.target.kind == storage::Location::Kind::standard_stream) return;
  const bool directory = plan.target.kind == storage::Location::Kind::directory;
  plan.max_part_bytes = options.max_file_bytes.value_or(default_part_bytes);
  plan.checkpoint_every =
      options.operation.checkpoint_every.value_or(directory ? checkpoint_of_directory : checkpoint_of_file);
  if (!directory) return;
  plan.max_part_rows = options.max_file_rows;
  // Parts end between pages: with pages no larger than a part may be, no part has more rows than it may.
  if (plan.max_part_rows && *plan.max_part_rows < static_cast<std::uint64_t>(plan.page_size)) {
    plan.page_size = static_cast<std::int32_t>(*plan.max_part_rows);
  }
}

/// A table's partition key where it stands first.
std::size_t key_columns_of(const ExportPlan& plan, const cql::Table* table) {
  if (table == nullptr || plan.columns.size() < table->partition_key_size) return 0;
  for (std::size_t i = 0; i < table->partition_key_size; ++i) {
    if (plan.columns[i].name != table->columns[i].name) return 0;
  }
  return table->partition_key_size;
}

}  // namespace

void validate(const ExportOptions& options) {
  std::vector<std::string> problems;
  const Subject& subject = options.subject;
  if (options.to.empty()) problems.emplace_back("say where to write (--to)");
  if (!subject.query.empty() && (!options.columns.empty() || options.writetime_suffix || options.ttl_suffix)) {
    problems.emplace_back("with --query the columns, WRITETIME and TTL are the query's own");
  }
  if (!subject.query.empty() && !subject.where.empty())
    problems.emplace_back("--where belongs to a table, not a query");
  if (subject.query.empty() && (subject.keyspace.empty() || subject.table.empty())) {
    problems.emplace_back("say which table (KS.TABLE) or give a --query");
  }
  const PaceOptions& pace = options.operation.pace;
  check_memory(pace, problems);
  if (pace.page_size < 1) problems.emplace_back("--page-size must be at least 1");
  if (options.operation.checkpoint_every && options.operation.checkpoint_every->count() < 1) {
    problems.emplace_back("--checkpoint-every must be at least a second");
  }
  if (pace.retry_wait.count() < 0) problems.emplace_back("retry_wait must not be negative");
  if (pace.splits && *pace.splits == 0) problems.emplace_back("--splits must be at least 1");
  if (pace.parallelism && *pace.parallelism == 0) problems.emplace_back("--parallelism must be at least 1");
  if (pace.threads && *pace.threads == 0) problems.emplace_back("--threads must be at least 1");
  if (options.max_file_rows && *options.max_file_rows == 0) problems.emplace_back("--max-file-rows must be at least 1");
  if (options.max_file_bytes && *options.max_file_bytes == 0) {
    problems.emplace_back("--max-file-bytes must be at least 1");
  }
  if ((options.max_file_rows || options.max_file_bytes) && !options.to.empty() &&
      storage::parse_location(options.to).kind != storage::Location::Kind::directory) {
    problems.emplace_back("--max-file-rows and --max-file-bytes need a directory to write to (a path ending in /)");
  }
  if (!options.file_name_pattern.empty() && !options.to.empty() &&
      storage::parse_location(options.to).kind != storage::Location::Kind::directory) {
    problems.emplace_back("--file-name-pattern needs a directory to write to (a path ending in /)");
  }
  if ((options.file_mode & ~0666U) != 0 || (options.file_mode & 0600U) != 0600U) {
    problems.emplace_back("--file-mode must let the owner read and write, and nobody execute: 600 to 666");
  }
  if (!problems.empty()) throw Error(ErrorClass::usage, fmt::format("{}", fmt::join(problems, "; ")));
}

ExportPlan plan_export(const ExportOptions& options, ClusterThread& cluster,
                       const std::vector<cql::TokenRange>& recorded) {
  ExportPlan plan;
  plan.target = storage::parse_location(options.to);
  plan.format = format_of(options, plan.target);
  plan.format_options = formats::settled(plan.format, options.format_options, plan.target.url);
  plan.form = file_form(options.format_options.text_file, plan.format, plan.target.url);
  plan.part_names = {options.file_name_pattern, suffix_of_parts(plan)};
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  Statement statement = statement_of(options, *metadata);
  plan.keyspace = statement.parts.keyspace;
  plan.table = statement.parts.table;
  const SelectPlan select = plan_select(statement.parts, *metadata);
  plan.whole_because = select.whole_because;
  plan.statement = prepare(cluster, select.cql);
  plan.columns = columns_of(plan.statement, metadata->table(plan.keyspace, plan.table));
  plan.names = std::move(statement.names);
  plan.facts = std::move(statement.facts);
  if (plan.names.empty()) {
    for (const cql::ColumnSpec& column : plan.columns) plan.names.push_back(column.name);
  }
  if (options.subject.query.empty()) {
    const cql::Table* const table = metadata->table(plan.keyspace, plan.table);
    plan.key_columns = key_columns_of(plan, table);
    plan.wide_partitions = table != nullptr && table->clustering_size > 0;
  }
  plan_pace(options, plan);
  plan_splits(options, cluster, *metadata, recorded, plan);
  plan.most_failed = most_failed(options.operation.pace, plan.splits.size());
  return plan;
}

}  // namespace cqlbulk::operations
