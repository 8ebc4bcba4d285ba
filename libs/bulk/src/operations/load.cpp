// A load from its options to its report.
#include "cqlbulk/load.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "cqlbulk/error.hpp"
#include "operations/checkpoints.hpp"
#include "operations/create_table.hpp"
#include "operations/free_space.hpp"
#include "operations/load_shard.hpp"
#include "operations/options_json.hpp"
#include "operations/pace_gate.hpp"
#include "operations/preflight.hpp"
#include "operations/recorded.hpp"
#include "operations/restore_plan.hpp"
#include "operations/resumption.hpp"
#include "operations/run_report.hpp"
#include "operations/supervision.hpp"
#include "storage/storage.hpp"

namespace cqlbulk {

namespace {

using namespace operations;
using journal::Json;

std::string sources_text(const LoadOptions& options) { return fmt::format("{}", fmt::join(options.from, " ")); }

Json description_of(LoadOptions options, const LoadPlan& plan) {
  for (std::string& from : options.from) from = lasting_path(from);
  if (!options.reject_file.empty()) options.reject_file = lasting_path(options.reject_file);
  Json description = {
      {"keyspace", plan.table->keyspace},
      {"table", plan.table->name},
      {"source", sources_text(options)},
      {"fingerprint", fingerprint_of(options)},
      {"settings", json_of(options)},
      {"connection", connection_json(options.operation)},
      {"place", place_json(*plan.metadata, plan.table)},
  };
  description.update(plan_json(plan));
  return description;
}

/// Often a name is misspelt, and then every row would lack the column without a word.
void notice_missing_fields(const LoadPlan& plan, const LoadOptions& options, observe::Ticker& ticker) {
  if (plan.statement.own_text || options.write_as == WriteAs::remove) return;
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
  report.resumable = true;
  return report;
}

/// What was read is written or rejected (or may have been written), or the numbers are worth nothing.
void check_totals(const Report& report, const LoadPlan& plan) {
  const std::uint64_t accounted = report.rows + report.rejected + report.uncertain + report.left_out;
  if (report.records_read == accounted && report.records_read == plan.records) return;
  throw Error(
      ErrorClass::defect,
      fmt::format("the totals do not add up: {} records in the input, {} read, {} written, {} rejected, {} "
                  "uncertain, {} left out",
                  plan.records, report.records_read, report.rows, report.rejected, report.uncertain, report.left_out));
}

/// What a load needs, in the order in which it comes to be.
struct LoadRun {
  const RunClock& clock;
  const LoadOptions& options;
  const LoadPlan& plan;
  ClusterThread& cluster;
  journal::OperationDirectory& operation;
  Observer& observer;
  std::stop_token stop;
};

/// Where bad records go.
struct BadRecords {
  RejectFile rejects;
  RejectFile doubtful;

  BadRecords(const LoadOptions& options, const journal::OperationDirectory& operation)
      : rejects(options.reject_file.empty() ? operation.file("rejected") : options.reject_file),
        doubtful(operation.file("uncertain")) {}
};

std::vector<std::uint64_t> units_to_do(const journal::LoadState& state) {
  std::vector<std::uint64_t> todo;
  for (std::size_t unit = 0; unit < state.done.size(); ++unit) {
    if (!state.done[unit]) todo.push_back(unit);
  }
  return todo;
}

Report run(const LoadRun& run, BadRecords& bad, const journal::LoadState& before) {
  const LoadPlan& plan = run.plan;
  Report report = begin_report(run.options, plan, run.operation);
  observe::Counters counters(plan.threads);
  observe::ShardCounters& first = counters.shard(0);
  first.pieces_done = before.units_done;
  first.rejected = before.rejected;
  first.fraction = plan.records == 0 ? 0 : static_cast<double>(before.records) / static_cast<double>(plan.records);
  FailureLog failures;
  PaceGate gate(run.options.operation.pace, *run.cluster.metadata(), plan.table->keyspace,
                run.cluster.cluster().local_datacenter(), plan.threads, true);
  observe::Ticker ticker(run.observer, report, [&] {
    observe::Totals totals = counters.totals();
    totals.rows += before.rows;
    Progress progress = progress_of(totals, "load", plan.units.size());
    progress.held = gate.held_now();
    return progress;
  });
  failures.tell(ticker);
  if (before.units_done > 0) ticker.checkpoint(before.units_done);
  tell_checkpoints(run.operation, ticker);
  if (before.units_done == 0 && !plan.units.empty()) notice_missing_fields(plan, run.options, ticker);
  if (const std::string warning = look_at_spill_space(run.options, plan, run.operation.path()); !warning.empty()) {
    ticker.notice(warning);
  }
  if (plan.statement.restored) {
    if (const std::string inexact = restored_inexactly(plan.statement); !inexact.empty()) {
      ticker.notice(fmt::format("not all times can be restored: {}", inexact));
    }
  }
  if (plan.statement.repeat == LoadStatement::Repeat::never && !run.options.dry_run) {
    ticker.notice(
        fmt::format("each record is sent at most once, since {}; what may have been written when a request "
                    "or the operation fails is not sent again, but listed in uncertain.*",
                    plan.statement.at_most_once_because));
  }
  if (run.options.dry_run) ticker.notice("dry run: everything is read and converted, nothing is written");
  LoadAccount account(before, plan.most_rejected);
  LoadWork work{plan,          run.options,
                run.operation, counters,
                ticker,        failures,
                bad.rejects,   bad.doubtful,
                account,       units_to_do(before),
                before.starts, Claim(before.done.size() - before.units_done)};
  RunStop stop(run.stop);
  Supervision supervision(run.options.operation.pace, gate, run.cluster, &run.operation, ticker, stop);
  run_guarded(report, stop.token(), [&] {
    run_shards(run.cluster.cluster(), plan.threads, gate, plan.memory.in_flight, run.options.operation.pace,
               stop.token(), [&work](Shard shard) { return load_shard(work, shard); });
  });
  supervision.end(report);
  ticker.stop();

  const observe::Totals totals = counters.totals();
  finish_report(report, run.clock, totals, failures, ticker);
  // What belongs to units that are not done will be done again: it does not count.
  report.rows = account.rows();
  report.rows_before = before.rows;
  report.rejected = account.rejected();
  report.uncertain = account.uncertain();
  report.expired_cells = account.expired_cells();
  report.left_out = account.left_out();
  report.spilled_bytes = account.spilled_bytes();
  report.skipped_row_groups = account.skipped_row_groups();
  const std::uint64_t accounted = report.rows + report.rejected + report.uncertain + report.left_out;
  report.records_read = report.status == Status::success ? before.records + totals.records_read : accounted;
  report.bytes = report.status == Status::success ? plan.bytes : before.bytes + totals.bytes;
  report.reject_file = fmt::format("{}", fmt::join(bad.rejects.files(), " "));
  report.uncertain_file = fmt::format("{}", fmt::join(bad.doubtful.files(), " "));
  if (report.status == Status::success) check_totals(report, plan);
  if (report.status == Status::success && report.rejected + report.uncertain > 0) {
    report.status = Status::partial_success;
  }
  end_operation(run.operation, report);
  ticker.complete(report);
  return report;
}

/// Units that an earlier run began, and that must not be sent again: every record of them may have been written.
void give_up_begun_units(const LoadPlan& plan, journal::OperationDirectory& operation, BadRecords& bad,
                         journal::LoadState& state) {
  if (plan.statement.repeat != LoadStatement::Repeat::never) return;
  for (std::size_t index = 0; index < plan.units.size(); ++index) {
    if (state.done[index] || state.starts[index] == 0) continue;
    const LoadUnit& piece = plan.units[index];
    const LoadInput& input = plan.inputs[piece.input];
    formats::RowMapping mapping = input.mapping;
    for (std::uint64_t i = 0; i < piece.unit.record_count; ++i) {
      mapping.refused_records.push_back(piece.unit.first_record + i);
    }
    std::vector<BadRecord> records;
    const std::unique_ptr<formats::UnitReader> reader = input.source->open_unit(piece.unit, mapping);
    for (BoundRows block; reader->next(block);) {
      for (BadRecord& record : block.bad) {
        record.reason = "may have been written: the operation ended while it was being sent";
        records.push_back(std::move(record));
      }
    }
    const formats::Unit& unit = piece.unit;
    bad.doubtful.add({input.name, piece.input, input.reject_form}, records, [&](auto sizes) {
      operation.append(journal::UnitRecord{piece.input, unit.begin, unit.end, unit.first_record, unit.record_count, 0,
                                           0, records.size(), std::move(sizes), reader->left_out()});
    });
    state.done[index] = true;
    ++state.units_done;
    state.records += unit.record_count;
    state.uncertain += records.size();
    state.left_out += reader->left_out();
  }
}

}  // namespace

namespace {

/// Before anything is made or copied. What streams bring nobody knows.
void check_input_size(const LoadOptions& options) {
  if (options.dry_run || !limits_aggressive(options.operation.pace)) return;
  std::uint64_t bytes = 0;
  for (const std::string& input : storage::expand_inputs(options.from, options.recursive)) {
    if (storage::is_seekable(input)) bytes += storage::size_of(input);
  }
  check_aggressive(options.operation.pace, bytes, "the input is");
}

/// Of a dry run that has no table to convert for.
Report proposal_report(const LoadOptions& options, const RunClock& clock) {
  Report report;
  report.command = "load";
  report.dry_run = true;
  report.keyspace = options.subject.keyspace;
  report.table = options.subject.table;
  report.source_or_target = sources_text(options);
  report.seconds = clock.elapsed().count();
  return report;
}

}  // namespace

Report load(const LoadOptions& options, Observer& observer, std::stop_token stop) {
  const RunClock clock;
  validate(options);
  if (const auto earlier = unfinished_like(options.operation, [&] {
        LoadOptions lasting = options;
        for (std::string& from : lasting.from) from = lasting_path(from);
        return fingerprint_of(lasting);
      })) {
    observer.notice(fmt::format("going on with {}", *earlier));
    return resume(resume_options_of(options.operation, *earlier, options.converters), observer, std::move(stop));
  }
  check_input_size(options);
  ClusterThread cluster(options.operation.cluster, stop);
  if (options.create_table && create_table(options, cluster, observer)) return proposal_report(options, clock);
  journal::OperationDirectory operation(options.operation.operation_dir, "load", clock.started());
  const LoadPlan plan = plan_load(options, cluster, open_inputs(options, operation, stop), clock.started_us());
  operation.describe(description_of(options, plan));
  BadRecords bad(options, operation);
  return run({clock, options, plan, cluster, operation, observer, std::move(stop)}, bad,
             journal::replay_load({}, {}, planned_units(plan), operation.file("journal")));
}

namespace operations {

Report resume_load(const ResumeOptions& resume, journal::Operation operation, journal::OperationDirectory directory,
                   Observer& observer, std::stop_token stop) {
  const RunClock clock;
  const Json& description = operation.description;
  LoadOptions options = load_options_of(description.at("settings"));
  options.converters = converters_again(description.at("settings"), resume.converters);
  take_over(resume, options.operation);
  if (resume.max_errors) {
    options.max_errors = *resume.max_errors;
    options.max_errors_share.reset();
  }
  ClusterThread cluster(options.operation.cluster, stop);
  const std::shared_ptr<const cql::Metadata> metadata = cluster.metadata();
  const std::string keyspace = description.at("keyspace");
  check_same_place(description.at("place"), *metadata,
                   metadata->table(keyspace, description.at("table").get<std::string>()), operation.id);
  const LoadPlan plan = plan_load_again(options, cluster, description);
  journal::LoadState state =
      journal::replay_load(operation.units, operation.starts, planned_units(plan), directory.file("journal"));
  BadRecords bad(options, directory);
  const auto form_of = [&plan](std::uint64_t source) {
    if (source < plan.inputs.size()) return plan.inputs[source].reject_form;
    throw Error(ErrorClass::failed, "the journal names a source that is not there");
  };
  const std::string doubtful = directory.file("uncertain");
  std::vector<journal::RejectFileSize> rejected_files;
  std::vector<journal::RejectFileSize> doubtful_files;
  for (const journal::RejectFileSize& size : state.reject_files) {
    (size.file.starts_with(doubtful) ? doubtful_files : rejected_files).push_back(size);
  }
  bad.rejects.take_up(rejected_files, form_of);
  bad.doubtful.take_up(doubtful_files, form_of);
  directory.begin_run();
  give_up_begun_units(plan, directory, bad, state);
  return run({clock, options, plan, cluster, directory, observer, std::move(stop)}, bad, state);
}

}  // namespace operations

}  // namespace cqlbulk
