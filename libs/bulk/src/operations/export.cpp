// An export from its options to its report: begun, or taken up where an earlier run ended.
#include "cqlbulk/export.hpp"

#include <fmt/format.h>

#include <optional>

#include "cqlbulk/error.hpp"
#include "operations/checkpoints.hpp"
#include "operations/describe.hpp"
#include "operations/export_shard.hpp"
#include "operations/free_space.hpp"
#include "operations/options_json.hpp"
#include "operations/pace_gate.hpp"
#include "operations/partition_runs.hpp"
#include "operations/preflight.hpp"
#include "operations/recorded.hpp"
#include "operations/resumption.hpp"
#include "operations/run_report.hpp"
#include "operations/supervision.hpp"
#include "storage/full_disk.hpp"

namespace cqlbulk {

namespace {

using namespace operations;
using journal::Json;

Json columns_json(const ExportPlan& plan) {
  Json columns = Json::array();
  for (std::size_t i = 0; i < plan.columns.size(); ++i) {
    columns.push_back(
        {{"name", plan.columns[i].name}, {"type", plan.columns[i].type.to_string()}, {"in_file", plan.names[i]}});
  }
  return columns;
}

Json description_of(ExportOptions options, const ExportPlan& plan, const ExportOutput& output,
                    const cql::Metadata& metadata) {
  options.to = lasting_path(options.to);
  return {
      {"keyspace", plan.keyspace},
      {"table", plan.table},
      {"target", options.to},
      {"format", std::string(to_string(plan.format))},
      {"statement", plan.statement.cql()},
      {"columns", columns_json(plan)},
      {"fingerprint", fingerprint_of(options)},
      {"settings", json_of(options)},
      {"connection", connection_json(options.operation)},
      {"place", place_json(metadata, metadata.table(plan.keyspace, plan.table))},
      {"staging", output.storage().staging().empty() ? "" : lasting_path(output.storage().staging())},
      {"replaces", output.storage().replaces()},
      {"splits", splits_json(plan.splits)},
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
  report.resumable = plan.target.kind != storage::Location::Kind::standard_stream;
  return report;
}

/// The splits that are not done, in the plan's order.
std::vector<SplitToDo> splits_to_do(const ExportPlan& plan, const journal::ExportState& state) {
  std::vector<SplitToDo> todo;
  for (const std::uint32_t split : plan.order) {
    if (state.splits[split].done) continue;
    const auto& position = state.splits[split].position;
    if (position.after && !plan.splits[split].range.contains(*position.after)) {
      throw Error(ErrorClass::failed, fmt::format("the journal has split {} go on outside its range", split),
                  "The journal cannot be trusted; run the operation again.");
    }
    todo.push_back({split, position});
  }
  return todo;
}

std::optional<std::uint64_t> rows_left(const ExportOptions& options, const journal::ExportState& state) {
  const auto& most = options.operation.pace.max_rows;
  if (!most) return most;
  return *most - std::min(*most, state.rows);
}

/// What shards took from the cluster must be in the files, of every split, or the numbers are worth nothing.
void check_totals(const journal::ExportState& before, const journal::ExportState& after, const observe::Totals& totals,
                  const std::vector<std::uint64_t>& rows_read) {
  for (std::size_t split = 0; split < rows_read.size(); ++split) {
    if (before.splits[split].rows + rows_read[split] == after.splits[split].rows) continue;
    throw Error(ErrorClass::defect,
                fmt::format("the totals of range {} do not add up: {} rows were read, after {} of earlier runs; the "
                            "files have {}",
                            split + 1, rows_read[split], before.splits[split].rows, after.splits[split].rows));
  }
  if (before.rows + totals.rows == after.rows) return;
  throw Error(ErrorClass::defect, fmt::format("the totals do not add up: {} rows were read, after {} of earlier runs; "
                                              "the files have {}",
                                              totals.rows, before.rows, after.rows));
}

/// An output without some of its ranges would look complete.
void check_all_done(const ExportWork& work) {
  if (work.splits_failed == 0) return;
  throw Error(ErrorClass::failed,
              fmt::format("{} of {} token ranges of {}.{} could not be exported, the others were: {}",
                          work.splits_failed.load(), work.plan.splits.size(), work.plan.keyspace, work.plan.table,
                          work.first_failure),
              "Resume the operation when what is in the way is gone.");
}

/// What an export needs besides its output, in the order in which it comes to be.
struct ExportRun {
  const RunClock& clock;
  const ExportOptions& options;
  const ExportPlan& plan;
  ClusterThread& cluster;
  journal::OperationDirectory& operation;
  storage::FullDisk& full_disk;
  Observer& observer;
  RunStop& stop;  ///< Full disks are waited for until then, too.
};

Report run(const ExportRun& run, ExportOutput& output) {
  const ExportPlan& plan = run.plan;
  Report report = begin_report(run.options, plan, run.operation);
  const journal::ExportState before = output.state();
  observe::Counters counters(plan.threads);
  counters.shard(0).pieces_done = before.splits_done;
  counters.shard(0).fraction = fraction_done(plan, before);
  FailureLog failures;
  PaceGate gate(run.options.operation.pace, *run.cluster.metadata(), plan.keyspace,
                run.cluster.cluster().local_datacenter(), plan.threads);
  observe::Ticker ticker(run.observer, report, [&] {
    observe::Totals totals = counters.totals();
    totals.rows += before.rows;
    Progress progress = progress_of(totals, "export", plan.splits.size());
    progress.held = gate.held_now();
    return progress;
  });
  failures.tell(ticker);
  if (before.splits_done > 0) ticker.checkpoint(before.splits_done);
  tell_checkpoints(run.operation, ticker);
  run.full_disk.tell([&ticker](std::string text) { ticker.notice(std::move(text)); });
  if (plan.size.known()) {
    ticker.notice(run_line(plan.size, {run.cluster.metadata()->nodes.size(), plan.splits.size(),
                                       std::min<std::size_t>(plan.parallelism, plan.splits.size()), plan.threads}));
  }
  if (!plan.is_split()) ticker.notice(fmt::format("the query runs as one, not in splits: {}", plan.whole_because));
  ExportWork work{plan,
                  splits_to_do(plan, before),
                  output,
                  counters,
                  ticker,
                  failures,
                  Claim(plan.splits.size() - before.splits_done),
                  RowLimit(rows_left(run.options, before)),
                  std::vector<std::uint64_t>(plan.splits.size())};
  const std::stop_token stop = run.stop.token();
  Supervision supervision(run.options.operation.pace, gate, run.cluster, &run.operation, ticker, run.stop);
  run_guarded(report, stop, [&] {
    run_shards(run.cluster.cluster(), plan.threads, gate, plan.memory.in_flight, run.options.operation.pace, stop,
               [&work](Shard shard) { return export_shard(work, shard); });
    if (stop.stop_requested()) return;
    check_all_done(work);
    output.finish();
    if (report.resumable) run.operation.write_whole("manifest.json", output.manifest().to_json());
  });
  supervision.end(report);
  ticker.stop();

  report.pieces_failed = work.splits_failed;
  report.files = output.files();
  report.bytes = output.bytes();
  const observe::Totals totals = counters.totals();
  finish_report(report, run.clock, totals, failures, ticker);
  report.rows_before = before.rows;
  if (const cql::Table* table = run.cluster.metadata()->table(plan.keyspace, plan.table)) {
    for (const LargestPartitions::Partition& partition : work.partitions.sorted()) {
      report.largest_partitions.push_back({key_as_json(*table, partition.key), partition.rows});
    }
  }
  if (report.resumable) {
    const journal::ExportState after = output.state();
    report.rows = after.rows;
    if (report.status == Status::success) check_totals(before, after, totals, work.rows_read);
  }
  end_operation(run.operation, report);
  ticker.complete(report);
  return report;
}

void check_same_columns(const Json& description, const ExportPlan& plan, const std::string& operation) {
  const Json now = columns_json(plan);
  const Json& then = description.at("columns");
  if (now == then && plan.statement.cql() == description.at("statement").get<std::string>()) return;
  for (std::size_t i = 0; i < std::min(now.size(), then.size()); ++i) {
    if (now[i] == then[i]) continue;
    throw Error(ErrorClass::usage,
                fmt::format("{}.{} was altered since {} began: column {} was {}, now there is {}", plan.keyspace,
                            plan.table, operation, i + 1, then[i].dump(), now[i].dump()),
                "Run the export again from the start.");
  }
  throw Error(ErrorClass::usage,
              fmt::format("{}.{} was altered since {} began: it had {} columns to export, now {}", plan.keyspace,
                          plan.table, operation, then.size(), now.size()),
              "Run the export again from the start.");
}

}  // namespace

Report export_table(const ExportOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  validate(options);
  if (const auto earlier = unfinished_like(options.operation, [&] {
        ExportOptions lasting = options;
        lasting.to = lasting_path(options.to);
        return fingerprint_of(lasting);
      })) {
    observer.notice(fmt::format("going on with {}", *earlier));
    return resume(resume_options_of(options.operation, *earlier, options.converters), observer, std::move(stop));
  }
  ClusterThread cluster(options.operation.cluster, stop);
  const ExportPlan plan = plan_export(options, cluster);
  if (const std::string warning = look_at_free_space(plan); !warning.empty()) observer.notice(warning);
  journal::OperationDirectory operation(options.operation.operation_dir, "export", clock.started());
  RunStop run_stop(std::move(stop));
  storage::FullDisk full_disk(options.operation.full_disk_wait, run_stop.token());
  ExportOutput output(plan, options, operation, full_disk);
  operation.describe(description_of(options, plan, output, *cluster.metadata()));
  try {
    output.begin();
  } catch (const Error&) {
    operation.discard();
    throw;
  }
  return run({clock, options, plan, cluster, operation, full_disk, observer, run_stop}, output);
}

namespace operations {

Report resume_export(const ResumeOptions& resume, journal::Operation operation, journal::OperationDirectory directory,
                     Observer& observer, std::stop_token stop) {
  const RunClock clock;
  const Json& description = operation.description;
  ExportOptions options = export_options_of(description.at("settings"));
  options.converters = converters_again(description.at("settings"), resume.converters);
  const std::int32_t page_size_before = options.operation.pace.page_size;
  take_over(resume, options.operation);
  const std::string staging = description.at("staging");
  if (staging.empty()) {
    throw Error(ErrorClass::usage, fmt::format("{} wrote to a stream, which cannot be taken up again", operation.id),
                "Run the command again.");
  }
  ClusterThread cluster(options.operation.cluster, stop);
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  check_same_place(
      description.at("place"), *metadata,
      metadata->table(description.at("keyspace").get<std::string>(), description.at("table").get<std::string>()),
      operation.id);
  ExportPlan plan = plan_export(options, cluster, recorded_splits(description));
  // Larger pages than before may reach the query's LIMIT, where Cassandra begins again (range_stream.cpp).
  if (!plan.is_split()) plan.page_size = std::min(plan.page_size, page_size_before);
  check_same_columns(description, plan, operation.id);
  RunStop run_stop(std::move(stop));
  storage::FullDisk full_disk(options.operation.full_disk_wait, run_stop.token());
  ExportOutput output(plan, options, directory, full_disk, {staging, description.at("replaces")},
                      std::move(operation.parts));
  directory.begin_run();
  return run({clock, options, plan, cluster, directory, full_disk, observer, run_stop}, output);
}

}  // namespace operations

}  // namespace cqlbulk
