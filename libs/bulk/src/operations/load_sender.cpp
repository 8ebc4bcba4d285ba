#include "operations/load_sender.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"
#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

asio::awaitable<void> LoadSender::run() {
  while (const std::optional<SendItem> item = co_await queue_.pop()) {
    co_await send(*item);
    queue_.done(*item);
    --item->unit->under_way;
    finish_if_done(*item->unit);
  }
}

asio::awaitable<void> LoadSender::send(const SendItem& item) {
  const Outcome outcome = co_await write(item.rows);
  if (outcome.kind == Outcome::Kind::written) wrote(*item.unit, item.rows.size());
  if (outcome.kind != Outcome::Kind::refused) co_return;
  if (item.rows.size() == 1) {
    refuse(*item.unit, item.rows.front(), outcome.reason);
    co_return;
  }
  // One of them spoils the batch: one by one the others go through.
  for (const RowToLoad& row : item.rows) {
    const Outcome alone = co_await write({&row, 1});
    if (alone.kind == Outcome::Kind::stopped) co_return;
    if (alone.kind == Outcome::Kind::written) {
      wrote(*item.unit, 1);
    } else {
      refuse(*item.unit, row, alone.reason);
    }
  }
}

asio::awaitable<LoadSender::Outcome> LoadSender::write(std::span<const RowToLoad> rows) {
  for (unsigned retry = 0;; ++retry) {
    std::optional<cql::Error> failure;
    try {
      observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
      co_await request(rows);
      co_return Outcome{};
    } catch (const cql::Error& error) {
      failure = error;
    }
    if (blames_the_values(*failure)) co_return Outcome{Outcome::Kind::refused, failure->message()};
    const bool may_repeat = surely_not_applied(*failure) || (work_.plan.statement.idempotent && is_transient(*failure));
    if (shard_.stop.stop_requested()) co_return Outcome{Outcome::Kind::stopped, {}};
    work_.failures.add(cql::to_string(failure->kind()), work_.plan.table->qualified_name(), failure->what(),
                       failure->node());
    if (!may_repeat || retry >= most_retries) {
      throw describe(*failure, fmt::format("loading into {}", work_.plan.table->qualified_name()));
    }
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    co_await wait_before_retry(retry, shard_);
    if (shard_.stop.stop_requested()) co_return Outcome{Outcome::Kind::stopped, {}};
  }
}

asio::awaitable<void> LoadSender::request(std::span<const RowToLoad> rows) {
  const LoadPlan& plan = work_.plan;
  cql::RequestOptions options;
  options.consistency = plan.consistency;
  options.idempotent = plan.statement.idempotent;
  options.routing_token = token_of(rows.front().wire(), plan.statement.partition_key_size);
  options.routing_keyspace = plan.table->keyspace;
  const std::size_t values = plan.prepared.parameters().size();
  cql::Result result;
  if (rows.size() == 1) {
    cql::BoundStatement statement{plan.prepared, {}, std::move(options)};
    statement.values.add_wire(rows.front().wire(), values);
    result = co_await shard_.session.execute(std::move(statement));
  } else {
    cql::Batch batch;
    batch.kind = cql::Batch::Kind::unlogged;
    batch.options = std::move(options);
    batch.entries.reserve(rows.size());
    for (const RowToLoad& row : rows) {
      batch.entries.push_back({&plan.prepared, {}, static_cast<std::uint16_t>(values), row.wire()});
    }
    result = co_await shard_.session.execute(std::move(batch));
  }
  for (std::string& warning : result.warnings) {
    work_.ticker.notice(fmt::format("{} warns: {}", result.node, warning));
  }
}

void LoadSender::wrote(UnitProgress& unit, std::uint64_t rows) {
  unit.rows += rows;
  observe::ShardCounters::add(counters_.rows, rows);
}

void LoadSender::refuse(UnitProgress& unit, const RowToLoad& row, std::string reason) {
  unit.refused.emplace(row.record, std::move(reason));
  // Too many, or too many to keep: now. Otherwise once, when the unit is done.
  constexpr std::size_t most_kept = 10'000;
  const bool too_many = work_.rejects.count() + unit.refused.size() > work_.plan.most_rejected;
  if (too_many || unit.refused.size() >= most_kept) reject_refused(unit);
}

void LoadSender::reject_refused(UnitProgress& unit) {
  const std::map<std::uint64_t, std::string> refused = std::exchange(unit.refused, {});
  if (refused.empty()) return;
  const LoadUnit& piece = work_.plan.units[unit.unit];
  const LoadInput& input = work_.plan.inputs[piece.input];
  formats::RowMapping mapping = input.mapping;
  for (const auto& [record, reason] : refused) mapping.refused_records.push_back(record);
  const std::unique_ptr<formats::UnitReader> reader = input.source->open_unit(piece.unit, mapping);
  for (BoundRows block; reader->next(block);) {
    for (BadRecord& bad : block.bad) {
      const auto found = refused.find(bad.record);
      if (found == refused.end()) continue;
      bad.reason = found->second;
      reject(unit, "refused", input, bad);
    }
  }
}

void LoadSender::reject(UnitProgress& unit, std::string_view kind, const LoadInput& input, const BadRecord& record) {
  ++unit.rejected;
  observe::ShardCounters::add<std::uint64_t>(counters_.rejected, 1);
  const std::string place = record.line != 0 ? fmt::format("{}:{}", input.name, record.line)
                                             : fmt::format("{}, record {}", input.name, record.record + 1);
  work_.failures.add(kind, place,
                     record.column.empty() ? record.reason : fmt::format("{}: {}", record.column, record.reason));
  work_.rejects.add(input.name, input.reject_form, record);
}

void LoadSender::finish_if_done(UnitProgress& unit) {
  if (!unit.all_read || unit.under_way > 0) return;
  reject_refused(unit);
  const LoadUnit& piece = work_.plan.units[unit.unit];
  // A unit that was cut short by a stop has groups which nobody sent.
  if (unit.rows + unit.rejected != unit.read) {
    if (shard_.stop.stop_requested()) return;
    throw Error(ErrorClass::defect, fmt::format("{} records of a unit were read, {} written and {} rejected", unit.read,
                                                unit.rows, unit.rejected));
  }
  if (unit.read != piece.unit.record_count) {
    const LoadInput& input = work_.plan.inputs[piece.input];
    throw Error(ErrorClass::failed,
                fmt::format("{} changed while it was being loaded: {} records where there were {}", input.name,
                            unit.read, piece.unit.record_count),
                "Load it again from the start, when nobody writes to it.");
  }
  work_.operation.append(journal::UnitRecord{piece.input, piece.unit.begin, piece.unit.end, piece.unit.first_record,
                                             unit.read, unit.rows, unit.rejected});
  observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
  work_.ticker.piece_done({std::nullopt, work_.plan.inputs[piece.input].name, piece.unit.first_record, unit.rows,
                           unit.rejected, piece.unit.bytes, std::chrono::steady_clock::now() - unit.started});
}

}  // namespace cqlbulk::operations
