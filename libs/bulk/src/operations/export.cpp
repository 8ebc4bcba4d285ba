// An export from its options to its report.
#include "cqlbulk/export.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "operations/checkpoints.hpp"
#include "operations/describe.hpp"
#include "operations/export_shard.hpp"
#include "operations/run_report.hpp"

namespace cqlbulk {

namespace {

using namespace operations;
using journal::Json;

Json description_of(const ExportOptions& options, const ExportPlan& plan, const ExportOutput& output) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    columns.push_back(
        {{"name", plan.columns[i].name}, {"type", plan.columns[i].type.to_string()}, {"in_file", plan.names[i]}});
  }
  Json splits = Json::array();
  for (const plan::Split& split : plan.splits) {
    // As text: JSON's numbers are not wide enough for many readers.
    splits.push_back({fmt::format("{}", split.range.start), fmt::format("{}", split.range.end)});
  }
  return {
      {"keyspace", plan.keyspace},
      {"table", plan.table},
      {"target", options.to},
      {"format", std::string(to_string(plan.format))},
      {"statement", plan.statement.cql()},
      {"columns", std::move(columns)},
      {"settings",
       {{"consistency", std::string(cql::to_string(plan.consistency))},
        {"page_size", plan.page_size},
        {"parallelism", plan.parallelism},
        {"threads", plan.threads},
        {"overwrite", options.overwrite},
        {"max_file_rows", plan.max_part_rows ? Json(*plan.max_part_rows) : Json()},
        {"max_file_bytes", plan.max_part_bytes},
        {"max_rows", options.operation.pace.max_rows ? Json(*options.operation.pace.max_rows) : Json()}}},
      {"staging", output.storage().staging()},
      {"splits", std::move(splits)},
  };
}

Report begin_report(const ExportOptions& options, const ExportPlan& plan,
                    const journal::OperationDirectory& operation) {
  Report report;
  report.command = "export";
  report.operation = operation.id();
  report.operation_dir = operation.path();
  report.keyspace = plan.keyspace;
  report.table = plan.table;
  report.source_or_target = options.to;
  report.format = to_string(plan.format);
  report.consistency = cql::to_string(plan.consistency);
  report.pieces = plan.splits.size();
  return report;
}

}  // namespace

Report export_table(const ExportOptions& options, Observer& observer, std::stop_token stop) {
  RunClock clock;
  validate(options);
  ClusterThread cluster(options.operation.cluster, stop);
  const ExportPlan plan = plan_export(options, cluster);
  journal::OperationDirectory operation(options.operation.operation_dir, "export", clock.started());
  ExportOutput output(plan, options, operation);
  operation.describe(description_of(options, plan, output));

  Report report = begin_report(options, plan, operation);
  observe::Counters counters(plan.threads);
  FailureLog failures;
  observe::Ticker ticker(observer, report,
                         [&] { return progress_of(counters.totals(), "export", plan.splits.size()); });
  failures.tell(ticker);
  tell_checkpoints(operation, ticker);
  if (!plan.is_split()) ticker.notice(fmt::format("the query runs as one, not in splits: {}", plan.whole_because));
  ExportWork work{
      plan, output, counters, ticker, failures, Claim(plan.splits.size()), RowLimit(options.operation.pace.max_rows)};
  run_guarded(report, stop, [&] {
    run_shards(cluster.cluster(), plan.threads, options.operation.pace, stop,
               [&work](Shard shard) { return export_shard(work, shard); });
    if (!stop.stop_requested()) output.finish();
  });
  ticker.stop();

  report.pieces_failed = work.splits_failed;
  report.files = output.files();
  report.bytes = output.bytes();
  finish_report(report, clock, counters.totals(), failures, ticker);
  end_operation(operation, report);
  ticker.complete(report);
  return report;
}

}  // namespace cqlbulk
