// A load from its options to its report.
#include "cqlbulk/load.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "operations/checkpoints.hpp"
#include "operations/load_shard.hpp"
#include "operations/run_report.hpp"

namespace cqlbulk {

namespace {

using namespace operations;
using journal::Json;

std::string sources_text(const LoadOptions& options) { return fmt::format("{}", fmt::join(options.from, " ")); }

Json description_of(const LoadOptions& options, const LoadPlan& plan) {
  Json sources = Json::array();
  for (const LoadInput& input : plan.inputs) {
    Json fields = Json::object();
    for (const formats::RowMapping::Parameter& parameter : input.mapping.parameters) {
      fields[parameter.column.name] = input.source->fields()[parameter.field].name;
    }
    sources.push_back(
        {{"name", input.name},
         {"path", input.path},
         {"format", std::string(to_string(input.format))},
         {"records", input.records},
         {"fields", std::move(fields)},
         {"timestamp_base", input.mapping.timestamp_base ? Json(*input.mapping.timestamp_base) : Json()}});
  }
  Json units = Json::array();
  for (const LoadUnit& piece : plan.units) {
    units.push_back({piece.input, piece.unit.begin, piece.unit.end, piece.unit.first_record, piece.unit.record_count});
  }
  return {
      {"keyspace", plan.table->keyspace},
      {"table", plan.table->name},
      {"source", sources_text(options)},
      {"statement", plan.statement.cql},
      {"settings",
       {{"consistency", std::string(cql::to_string(plan.consistency))},
        {"threads", plan.threads},
        {"batch", options.batch == BatchBy::partition ? "partition" : "off"},
        {"batch_rows", options.batch_rows},
        {"batch_bytes", options.batch_bytes},
        {"max_errors", plan.most_rejected},
        {"dry_run", options.dry_run}}},
      {"sources", std::move(sources)},
      {"units", std::move(units)},
  };
}

/// Often a name is misspelt, and then every row would lack the column without a word.
void notice_missing_fields(const LoadPlan& plan, observe::Ticker& ticker) {
  std::vector<std::string> missing;
  for (const cql::Column& column : plan.table->columns) {
    const std::vector<const cql::Column*>& loaded = plan.statement.columns;
    if (std::find(loaded.begin(), loaded.end(), &column) == loaded.end()) missing.push_back(column.name);
  }
  if (missing.empty()) return;
  ticker.notice(fmt::format("no field is for {}: left as {} in {}", fmt::join(missing, ", "),
                            missing.size() == 1 ? "it is" : "they are", plan.table->qualified_name()));
}

Report begin_report(const LoadOptions& options, const LoadPlan& plan, const journal::OperationDirectory& operation) {
  Report report;
  report.command = "load";
  report.dry_run = options.dry_run;
  report.operation = operation.id();
  report.operation_dir = operation.path();
  report.keyspace = plan.table->keyspace;
  report.table = plan.table->name;
  report.source_or_target = sources_text(options);
  report.format = to_string(plan.inputs.front().format);
  report.consistency = cql::to_string(plan.consistency);
  report.pieces = plan.units.size();
  for (const LoadInput& input : plan.inputs) report.files.push_back(input.name);
  return report;
}

/// What was read is written or rejected, or the numbers are worth nothing.
void check_totals(const Report& report, const LoadPlan& plan) {
  if (report.records_read == report.rows + report.rejected && report.records_read == plan.records) return;
  throw Error(ErrorClass::defect,
              fmt::format("the totals do not add up: {} records in the input, {} read, {} written, {} rejected",
                          plan.records, report.records_read, report.rows, report.rejected));
}

}  // namespace

Report load(const LoadOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  validate(options);
  ClusterThread cluster(options.operation.cluster, stop);
  journal::OperationDirectory operation(options.operation.operation_dir, "load", clock.started());
  const LoadPlan plan = plan_load(options, cluster, open_inputs(options, operation, stop), clock.started_us());
  operation.describe(description_of(options, plan));

  Report report = begin_report(options, plan, operation);
  observe::Counters counters(plan.threads);
  FailureLog failures;
  RejectFile rejects(options.reject_file.empty() ? operation.file("rejected") : options.reject_file,
                     plan.most_rejected);
  observe::Ticker ticker(observer, report, [&] { return progress_of(counters.totals(), "load", plan.units.size()); });
  failures.tell(ticker);
  tell_checkpoints(operation, ticker);
  notice_missing_fields(plan, ticker);
  if (options.dry_run) ticker.notice("dry run: everything is read and converted, nothing is written");
  LoadWork work{plan, options, operation, counters, ticker, failures, rejects, Claim(plan.units.size())};
  run_guarded(report, stop, [&] {
    run_shards(cluster.cluster(), plan.threads, options.operation.pace, stop,
               [&work](Shard shard) { return load_shard(work, shard); });
  });
  ticker.stop();

  const observe::Totals totals = counters.totals();
  finish_report(report, clock, totals, failures, ticker);
  report.records_read = totals.records_read;
  report.rejected = totals.rejected;
  report.bytes = report.status == Status::success ? plan.bytes : totals.bytes;
  const std::vector<std::string> reject_files = rejects.files();
  report.reject_file = fmt::format("{}", fmt::join(reject_files, " "));
  if (report.status == Status::success) check_totals(report, plan);
  if (report.status == Status::success && report.rejected > 0) report.status = Status::partial_success;
  end_operation(operation, report);
  ticker.complete(report);
  return report;
}

}  // namespace cqlbulk
