#include "operations/count_journal.hpp"

#include "cqlbulk/error.hpp"
#include "journal/replay.hpp"
#include "operations/options_json.hpp"
#include "operations/recorded.hpp"

namespace cqlbulk::operations {

namespace {

journal::Json description_of(const CountOptions& options, const CountPlan& plan) {
  return {{"keyspace", plan.keyspace},
          {"table", plan.table},
          {"statement", plan.statement.cql()},
          {"settings", json_of(options)},
          {"connection", connection_json(options.operation)},
          {"place", place_json(*plan.metadata, plan.metadata->table(plan.keyspace, plan.table))},
          {"splits", splits_json(plan.splits)}};
}

}  // namespace

CountJournal::CountJournal(const CountOptions& options, const CountPlan& plan,
                           std::chrono::system_clock::time_point started) {
  try {
    directory_.emplace(options.operation.operation_dir, "count", started);
    directory_->describe(description_of(options, plan));
  } catch (const Error& error) {
    directory_.reset();
    problem_ = error.message();
  }
}

void CountJournal::counted(std::uint64_t split, std::uint64_t rows) {
  constexpr std::chrono::seconds interval{1};
  const std::lock_guard lock(mutex_);
  waiting_.rows += rows;
  waiting_.splits.push_back({.split = split, .done = true, .rows = rows});
  if (std::chrono::steady_clock::now() - appended_ >= interval) append();
}

void CountJournal::flush() {
  const std::lock_guard lock(mutex_);
  append();
}

void CountJournal::append() {
  if (directory_ && !waiting_.splits.empty()) directory_->append(waiting_);
  waiting_ = {.kind = journal::PartRecord::Kind::none};
  appended_ = std::chrono::steady_clock::now();
}

std::vector<std::optional<std::uint64_t>> counted_splits(const journal::Operation& operation, std::size_t splits) {
  const journal::ExportState state = journal::replay_export(operation.parts, splits, operation.path + "/journal");
  std::vector<std::optional<std::uint64_t>> counted(splits);
  for (std::size_t i = 0; i < splits; ++i) {
    if (state.splits[i].done) counted[i] = state.splits[i].rows;
  }
  return counted;
}

}  // namespace cqlbulk::operations
