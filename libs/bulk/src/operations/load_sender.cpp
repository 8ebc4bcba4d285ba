#include "operations/load_sender.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"
#include "operations/pace_gate.hpp"
#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

PaceRequest pace_request(const cql::Batch& batch) {
  PaceRequest request;
  request.token = batch.options.routing_token;
  if (batch.entries.size() == 1) request.weight = 1;
  request.rows = batch.entries.size();
  for (const cql::Batch::Entry& entry : batch.entries) request.bytes += entry.wire_values.size();
  return request;
}

/// What a statement with a condition answers: a row whose first column says whether it was applied.
bool was_applied(const cql::Page& answer) {
  cql::Reader row(answer.rows(), "the answer to a condition");
  if (answer.row_count() == 0 || answer.columns().empty() || answer.columns().front().name != "[applied]") {
    throw cql::Error(cql::ErrorKind::protocol, "the answer to a condition does not say whether it was applied");
  }
  return row.i32() == 1 && row.raw(1)[0] != std::byte{0};
}

}  // namespace

asio::awaitable<void> LoadSender::run() {
  while (true) {
    std::optional<SendItem> item = queue_.try_pop();
    if (!item) item = co_await queue_.pop();
    if (!item) co_return;
    const Outcome outcome = co_await write(*item->unit, item->rows);
    if (outcome.kind == Outcome::Kind::written) {
      wrote(*item->unit, item->rows.size());
    } else if (outcome.kind != Outcome::Kind::stopped) {
      co_await settle(*item, outcome);
    }
    queue_.done(*item);
    --item->unit->under_way;
    finish_if_done(*item->unit);
  }
}

asio::awaitable<void> LoadSender::settle(const SendItem& item, const Outcome& outcome) {
  if (item.rows.size() == 1 || outcome.kind == Outcome::Kind::uncertain) {
    for (const RowToLoad& row : item.rows) note(*item.unit, row, outcome);
    co_return;
  }
  // One of them spoils the batch: one by one the others go through.
  for (const RowToLoad& row : item.rows) {
    const Outcome alone = co_await write(*item.unit, {&row, 1});
    if (alone.kind == Outcome::Kind::stopped) co_return;
    if (alone.kind == Outcome::Kind::written) {
      wrote(*item.unit, 1);
    } else {
      note(*item.unit, row, alone);
    }
  }
}

bool LoadSender::may_repeat(const cql::Error& error) const {
  return surely_not_applied(error) ||
         (work_.plan.statement.repeat != LoadStatement::Repeat::never && is_transient(error));
}

asio::awaitable<LoadSender::Outcome> LoadSender::write(UnitProgress& unit, std::span<const RowToLoad> rows) {
  const LoadStatement::Repeat repeat = work_.plan.statement.repeat;
  unsigned doubts = 0;  // Tries that may have been written.
  for (Tries tries;;) {
    std::optional<cql::Error> failure;
    try {
      observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
      if (work_.plan.restorer) co_return co_await restore(unit, rows);
      const unsigned later = repeat == LoadStatement::Repeat::later_timestamp ? doubts : 0;
      std::vector<cql::Buffer> bound;
      co_return co_await execute(batch_of(unit, rows, later, bound));
    } catch (const cql::Error& error) {
      failure = error;
    }
    if (blames_the_values(*failure)) co_return Outcome{Outcome::Kind::refused, failure->message()};
    work_.failures.add(cql::to_string(failure->kind()), work_.plan.table->qualified_name(), failure->what(),
                       failure->node());
    if (repeat == LoadStatement::Repeat::never && !surely_not_applied(*failure)) {
      co_return Outcome{Outcome::Kind::uncertain, fmt::format("may have been written: {}", failure->message())};
    }
    if (shard_.stop.stop_requested()) co_return Outcome{Outcome::Kind::stopped, {}};
    if (!surely_not_applied(*failure)) ++doubts;
    const observe::FailureClass kind = class_of(*failure);
    // Timestamps were left out for so many tries.
    const bool exhausted = repeat == LoadStatement::Repeat::later_timestamp && doubts > most_doubts;
    if (exhausted || !may_repeat(*failure) || !tries.again(kind, shard_.patience, Tries::Clock::now())) {
      throw describe(*failure, fmt::format("loading into {}", work_.plan.table->qualified_name()));
    }
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    work_.failures.waiting(kind, *failure, tries.count());
    co_await wait_before_retry(tries.count() - 1, shard_);
    if (shard_.stop.stop_requested()) co_return Outcome{Outcome::Kind::stopped, {}};
  }
}

asio::awaitable<LoadSender::Outcome> LoadSender::restore(UnitProgress& unit, std::span<const RowToLoad> rows) {
  const LoadPlan& plan = work_.plan;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  RowRestorer::Writes writes;
  for (const RowToLoad& row : rows) {
    plan.restorer->append(row.wire(), std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), writes);
  }
  for (std::size_t first = 0; first < writes.writes.size();) {
    cql::Batch batch;
    batch.kind = cql::Batch::Kind::unlogged;
    std::size_t bytes = 0;
    for (; first < writes.writes.size(); ++first) {
      const RowRestorer::Write& write = writes.writes[first];
      if (!batch.entries.empty() && bytes + write.size > work_.options.batch_bytes) break;
      bytes += write.size;
      batch.entries.push_back(
          {&plan.restoring[write.statement], {}, write.values, writes.bytes.view(write.begin, write.size)});
    }
    batch.options = options_for(batch.entries.front());
    const Outcome outcome = co_await execute(std::move(batch));
    if (outcome.kind == Outcome::Kind::stopped) co_return outcome;
  }
  unit.expired += writes.expired;
  co_return Outcome{};
}

cql::Batch LoadSender::batch_of(const UnitProgress& unit, std::span<const RowToLoad> rows, unsigned tries,
                                std::vector<cql::Buffer>& bound) const {
  const LoadPlan& plan = work_.plan;
  const auto values = static_cast<std::uint16_t>(plan.prepared.parameters().size());
  const bool as_read = tries == 0 && plan.binder.as_is() && !plan.statement.static_row;
  bound.resize(as_read ? 0 : rows.size());
  cql::Batch batch;
  batch.kind = cql::Batch::Kind::unlogged;
  batch.entries.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (as_read) {
      batch.entries.push_back({&plan.prepared, {}, values, rows[i].wire()});
    } else {
      const cql::PreparedStatement& statement =
          bind(rows[i], input_of(unit).first_record + rows[i].record, tries, bound[i]);
      batch.entries.push_back(
          {&statement, {}, static_cast<std::uint16_t>(statement.parameters().size()), bound[i].view()});
    }
  }
  batch.options = options_for(batch.entries.front());
  return batch;
}

const cql::PreparedStatement& LoadSender::bind(const RowToLoad& row, std::uint64_t record, unsigned tries,
                                               cql::Buffer& bound) const {
  const LoadPlan& plan = work_.plan;
  cql::Buffer later;
  cql::ByteView wire = row.wire();
  if (tries > 0) {
    // The timestamp is the last value of a row.
    constexpr std::size_t timestamp_size = 8;
    later.append(wire);
    std::byte* const at = later.data() + wire.size() - timestamp_size;
    cql::store_big_endian(at, cql::load_big_endian<std::int64_t>(at) + std::int64_t{tries});
    wire = later.view();
  }
  const auto& static_row = plan.statement.static_row;
  const bool is_static = static_row && is_static_row(wire, static_row->clustering, static_row->regular);
  const RowBinder& binder = is_static ? plan.static_binder : plan.binder;
  if (binder.as_is()) {
    bound.append(wire);
  } else {
    binder.append(wire, record, bound);
  }
  return is_static ? plan.static_prepared : plan.prepared;
}

cql::RequestOptions LoadSender::options_for(const cql::Batch::Entry& first) const {
  const LoadPlan& plan = work_.plan;
  cql::RequestOptions options;
  options.consistency = plan.consistency;
  options.idempotent = plan.statement.repeat == LoadStatement::Repeat::same;
  options.routing_keyspace = plan.table->keyspace;
  if (const auto& indices = first.prepared->partition_key_indices(); !indices.empty()) {
    options.routing_token = token_of(first.wire_values, indices);
  }
  return options;
}

asio::awaitable<LoadSender::Outcome> LoadSender::execute(cql::Batch batch) {
  const PaceRequest request = pace_request(batch);
  // What must not be sent twice is ended in order, a stop or not: its unit was begun.
  const bool to_the_end = work_.plan.statement.repeat == LoadStatement::Repeat::never;
  // Encoded it is there twice more: as a message, and as what the socket has not taken yet. Of small ones the gate lets
  // no more go than fit.
  constexpr std::uint64_t large = 256U << 10U;
  constexpr std::uint64_t copies = 2;
  MemoryBudget::Lease memory;
  if (request.bytes >= large) memory = co_await shard_.in_flight->take(copies * request.bytes);
  PacePermit permit = co_await shard_.gate.enter(request, to_the_end ? std::stop_token{} : shard_.stop);
  if (!permit) co_return Outcome{Outcome::Kind::stopped, {}};
  batch.options.preferred_node = permit.node();
  std::optional<cql::Error> failure;
  try {
    const cql::Result result = co_await ask(std::move(batch));
    Outcome outcome = judge(result);
    permit.answered({request.bytes, request.rows, request.bytes});
    co_return outcome;
  } catch (const cql::Error& error) {
    failure = error;
  }
  permit.failed(*failure);
  throw std::move(*failure);
}

asio::awaitable<cql::Result> LoadSender::ask(cql::Batch batch) {
  if (batch.entries.size() > 1) return shard_.session.execute(std::move(batch));
  const cql::Batch::Entry& entry = batch.entries.front();
  cql::BoundStatement statement{*entry.prepared, {}, std::move(batch.options)};
  statement.values.add_wire(entry.wire_values, entry.value_count);
  return shard_.session.execute(std::move(statement));
}

LoadSender::Outcome LoadSender::judge(const cql::Result& result) const {
  for (const std::string& warning : result.warnings) {
    work_.ticker.notice(fmt::format("{} warns: {}", result.node, warning));
  }
  if (work_.plan.statement.conditional && !was_applied(result.page)) {
    return {Outcome::Kind::refused, "not applied: its condition does not hold"};
  }
  return {};
}

namespace {

RowToLoad row_to_load(const BoundRows& rows, std::size_t index) {
  return {rows.row(index).data(), rows.rows[index].size, rows.rows[index].record};
}

}  // namespace

void LoadSender::try_out(UnitProgress& unit, const BoundRows& rows) {
  const bool as_read = work_.plan.binder.as_is() && !work_.plan.statement.static_row;
  cql::Buffer bound;
  std::uint64_t good = 0;
  for (std::size_t i = 0; i < rows.rows.size(); ++i) {
    try {
      bound.clear();
      if (!as_read && !work_.plan.restorer) (void)bind(row_to_load(rows, i), rows.rows[i].record, 0, bound);
      ++good;
    } catch (const cql::Error& error) {
      note(unit, row_to_load(rows, i), {Outcome::Kind::refused, error.message()});
    }
  }
  wrote(unit, good);
}

void LoadSender::wrote(UnitProgress& unit, std::uint64_t rows) {
  unit.rows += rows;
  observe::ShardCounters::add(counters_.rows, rows);
}

const LoadInput& LoadSender::input_of(const UnitProgress& unit) const {
  return work_.plan.inputs[work_.plan.units[unit.unit].input];
}

RejectFile::Origin LoadSender::origin_of(const UnitProgress& unit) const {
  const LoadInput& input = input_of(unit);
  return {input.name, work_.plan.units[unit.unit].input, input.reject_form};
}

void LoadSender::note(UnitProgress& unit, const RowToLoad& row, const Outcome& outcome) {
  const bool refused = outcome.kind == Outcome::Kind::refused;
  (refused ? unit.refused : unit.doubted).emplace(row.record, outcome.reason);
  // Too many, or too many to keep: now. Otherwise once, when the unit is done.
  constexpr std::size_t most_kept = 10'000;
  const std::size_t noted = unit.refused.size() + unit.doubted.size();
  if (work_.account.nearly_too_many(noted) || noted >= most_kept) find_noted(unit);
}

void LoadSender::find_noted(UnitProgress& unit) {
  const std::map<std::uint64_t, std::string> refused = std::exchange(unit.refused, {});
  const std::map<std::uint64_t, std::string> doubted = std::exchange(unit.doubted, {});
  if (refused.empty() && doubted.empty()) return;
  const LoadInput& input = input_of(unit);
  formats::RowMapping mapping = input.mapping;
  for (const auto& [record, reason] : refused) mapping.refused_records.push_back(record);
  for (const auto& [record, reason] : doubted) mapping.refused_records.push_back(record);
  std::sort(mapping.refused_records.begin(), mapping.refused_records.end());
  const std::unique_ptr<formats::UnitReader> reader =
      input.source->open_unit(work_.plan.units[unit.unit].unit, mapping);
  for (BoundRows block; reader->next(block);) {
    for (BadRecord& bad : block.bad) {
      if (const auto found = refused.find(bad.record); found != refused.end()) {
        bad.reason = found->second;
        reject(unit, "refused", std::move(bad));
      } else if (const auto doubt = doubted.find(bad.record); doubt != doubted.end()) {
        bad.reason = doubt->second;
        ++unit.uncertain;
        unit.doubtful.push_back(std::move(bad));
        count_bad("uncertain", input, unit.doubtful.back());
      }
    }
  }
}

void LoadSender::reject(UnitProgress& unit, std::string_view kind, BadRecord record) {
  ++unit.rejected;
  observe::ShardCounters::add<std::uint64_t>(counters_.rejected, 1);
  unit.rejects.push_back(std::move(record));
  count_bad(kind, input_of(unit), unit.rejects.back());
}

void LoadSender::count_bad(std::string_view kind, const LoadInput& input, const BadRecord& record) {
  const std::string place = record.line != 0 ? fmt::format("{}:{}", input.name, record.line)
                                             : fmt::format("{}, record {}", input.name, record.record + 1);
  work_.failures.add(kind, place,
                     record.column.empty() ? record.reason : fmt::format("{}: {}", record.column, record.reason));
  if (!work_.account.too_many()) return;
  const std::uint64_t most = work_.account.most();
  throw Error(
      ErrorClass::failed,
      most == 0 ? fmt::format("a record was rejected: {}: {}", place, record.reason)
                : fmt::format("more than {} records were rejected, the last one {}: {}", most, place, record.reason),
      "The .reasons.jsonl beside the reject file says why; correct the input or the mapping, or allow more with "
      "--max-errors.");
}

void LoadSender::show(UnitProgress& unit) {
  work_.rejects.show(origin_of(unit), unit.rejects);
  work_.doubtful.show(origin_of(unit), unit.doubtful);
}

void LoadSender::finish_if_done(UnitProgress& unit) {
  if (!unit.all_read || unit.under_way > 0) return;
  find_noted(unit);
  const LoadUnit& piece = work_.plan.units[unit.unit];
  // A unit that was cut short by a stop has groups which nobody sent.
  if (unit.rows + unit.rejected + unit.uncertain + unit.left_out != unit.read) {
    if (shard_.stop.stop_requested()) return;
    throw Error(ErrorClass::defect,
                fmt::format("{} records of a unit were read, {} written, {} rejected, {} uncertain, {} left out",
                            unit.read, unit.rows, unit.rejected, unit.uncertain, unit.left_out));
  }
  if (unit.read != piece.unit.record_count) {
    const LoadInput& input = work_.plan.inputs[piece.input];
    throw Error(ErrorClass::failed,
                fmt::format("{} changed while it was being loaded: {} records where there were {}", input.name,
                            unit.read, piece.unit.record_count),
                "Load it again from the start, when nobody writes to it.");
  }
  journal::UnitRecord record{piece.input, piece.unit.begin, piece.unit.end, piece.unit.first_record,
                             unit.read,   unit.rows,        unit.rejected,  unit.uncertain};
  record.left_out = unit.left_out;
  work_.doubtful.add(origin_of(unit), unit.doubtful, [&](std::vector<journal::RejectFileSize> doubtful) {
    work_.rejects.add(origin_of(unit), unit.rejects, [&](std::vector<journal::RejectFileSize> rejects) {
      record.reject_files = std::move(rejects);
      record.reject_files.insert(record.reject_files.end(), doubtful.begin(), doubtful.end());
      work_.operation.append(record);
    });
  });
  work_.account.finished(unit);
  unit.finished = true;
  observe::ShardCounters::add<std::uint64_t>(counters_.pieces_done, 1);
  work_.ticker.piece_done({std::nullopt, work_.plan.inputs[piece.input].name, piece.unit.first_record, unit.rows,
                           unit.rejected, piece.unit.bytes, std::chrono::steady_clock::now() - unit.started});
}

}  // namespace cqlbulk::operations
