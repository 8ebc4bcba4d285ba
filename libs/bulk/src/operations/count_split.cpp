// The ways to count a split, each the next one's fallback.
#include "operations/count_split.hpp"

#include <optional>

#include "cql/result.hpp"
#include "cqlbulk/rows.hpp"
#include "operations/pace_gate.hpp"
#include "operations/partition_runs.hpp"
#include "operations/retry.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// A split that is not counted after so many halvings (a 64th of it) holds partitions too large for the time limit:
/// then its keys are read page by page, which costs the server little more than counting and meets no limit.
constexpr unsigned most_halvings = 6;

/// A smaller piece may go well.
bool too_much_at_once(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  return error.kind() == Kind::read_timeout || error.kind() == Kind::read_failure || error.kind() == Kind::timeout;
}

/// What was read of a range that was called off is no number.
void check_whole(const RangeStream& stream) {
  if (!stream.at_end()) throw cql::Error(cql::ErrorKind::cancelled, "called off");
}

}  // namespace

asio::awaitable<std::uint64_t> SplitCounter::count(plan::Split split, LargestPartitions* partitions) {
  switch (plan_.method) {
    case CountPlan::Method::by_server:
      co_return co_await count_by_server(std::move(split), 0);
    case CountPlan::Method::by_reading:
      co_return co_await count_by_reading(plan_.statement, split.range);
    case CountPlan::Method::by_groups:
      break;
  }
  // A split counts wholly or not at all.
  LargestPartitions found = *partitions;
  std::optional<cql::Error> failure;
  std::uint64_t rows = 0;
  try {
    rows = co_await count_by_groups(split.range, found);
  } catch (const cql::Error& error) {
    failure = error;
  }
  if (failure) {
    if (!too_much_at_once(*failure) || shard_.stop.stop_requested()) throw *failure;
    found = *partitions;
    rows = co_await count_by_keys(split.range, found);
  }
  *partitions = std::move(found);
  co_return rows;
}

asio::awaitable<std::uint64_t> SplitCounter::count_by_server(plan::Split split, unsigned halvings) {
  std::optional<cql::Error> failure;
  for (Tries tries;;) {
    failure.reset();
    PaceRequest request;
    if (plan_.is_split()) request.token = split.range.end;
    PacePermit permit = co_await shard_.gate.enter(request, shard_.stop);
    if (!permit) throw cql::Error(cql::ErrorKind::cancelled, "stopped");
    try {
      const std::uint64_t rows = co_await ask_server(split.range, permit.node());
      permit.answered({rows, rows, 0});
      co_return rows;
    } catch (const cql::Error& error) {
      failure = error;
    }
    permit.failed(*failure);
    if (shard_.stop.stop_requested()) throw *failure;
    failures_.add(cql::to_string(failure->kind()), plan_.name_of(split.range), failure->what(), failure->node());
    if (too_much_at_once(*failure)) break;
    const observe::FailureClass kind = class_of(*failure);
    if (!tries.again(kind, shard_.patience, Tries::Clock::now())) throw *failure;
    observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
    failures_.waiting(kind, *failure, tries.count());
    co_await wait_before_retry(tries.count() - 1, shard_);
  }
  observe::ShardCounters::add<std::uint64_t>(counters_.retries, 1);
  const std::vector<plan::Split> halves =
      plan_.is_split() && halvings < most_halvings ? plan::bisect(split) : std::vector<plan::Split>{};
  if (halves.empty()) co_return co_await count_by_reading(co_await prepare_keys(), split.range);
  std::uint64_t rows = 0;
  for (const plan::Split& half : halves) rows += co_await count_by_server(half, halvings + 1);
  co_return rows;
}

asio::awaitable<std::uint64_t> SplitCounter::ask_server(cql::TokenRange range, std::optional<cql::Uuid> node) {
  cql::BoundStatement statement = bind(range);
  statement.options.preferred_node = node;
  const cql::Result result = co_await shard_.session.execute(std::move(statement));
  observe::ShardCounters::add<std::uint64_t>(counters_.requests, 1);
  for (const std::string& warning : result.warnings) warn_(warning);
  cql::RowCursor row(result.page);
  if (!row.next())
    throw cql::Error(cql::ErrorKind::protocol, "COUNT(*) came back without a row").with_node(result.node);
  const auto rows = static_cast<std::uint64_t>(row.get<std::int64_t>(0));
  observe::ShardCounters::add(counters_.rows, rows);
  co_return rows;
}

asio::awaitable<std::uint64_t> SplitCounter::count_by_reading(cql::PreparedStatement statement, cql::TokenRange range) {
  std::uint64_t rows = 0;
  RangeStream stream = rows_of(std::move(statement), range);
  while (const std::optional<cql::Page> page = co_await stream.next()) {
    rows += page->row_count();
    observe::ShardCounters::add<std::uint64_t>(counters_.rows, page->row_count());
  }
  check_whole(stream);
  co_return rows;
}

asio::awaitable<std::uint64_t> SplitCounter::count_by_groups(cql::TokenRange range, LargestPartitions& partitions) {
  std::uint64_t rows = 0;
  CellIndex cells;
  RangeStream stream = rows_of(plan_.statement, range);
  while (const std::optional<cql::Page> page = co_await stream.next()) {
    const RowsView groups = cells.index(page->columns(), page->rows(), page->row_count());
    for (std::size_t i = 0; i < groups.row_count; ++i) {
      const Cell& count = groups.cell(i, plan_.key_columns);
      if (count.size != 8) throw cql::Error(cql::ErrorKind::protocol, "COUNT(*) is no bigint");
      const auto in_group = static_cast<std::uint64_t>(cql::load_big_endian<std::int64_t>(groups.value(count).data()));
      // An empty table is one group of nothing.
      if (in_group != 0) partitions.add(key_of(groups, i, plan_.key_columns), in_group);
      rows += in_group;
    }
  }
  check_whole(stream);
  observe::ShardCounters::add(counters_.rows, rows);
  co_return rows;
}

asio::awaitable<std::uint64_t> SplitCounter::count_by_keys(cql::TokenRange range, LargestPartitions& partitions) {
  std::uint64_t rows = 0;
  CellIndex cells;
  PartitionRun run;
  RangeStream stream = rows_of(co_await prepare_keys(), range);
  while (const std::optional<cql::Page> page = co_await stream.next()) {
    const RowsView keys = cells.index(page->columns(), page->rows(), page->row_count());
    if (keys.row_count > 0) stream.reached(key_of(keys, keys.row_count - 1, plan_.key_columns), plan_.key_columns);
    run.add(keys, plan_.key_columns, partitions);
    rows += keys.row_count;
  }
  check_whole(stream);
  run.end(partitions);
  observe::ShardCounters::add(counters_.rows, rows);
  co_return rows;
}

RangeStream SplitCounter::rows_of(cql::PreparedStatement statement, const cql::TokenRange& range) {
  RangeQuery query{std::move(statement), plan_.keyspace, std::nullopt, plan_.consistency};
  if (plan_.is_split()) query.range = range;
  return RangeStream(shard_, std::move(query), page_size_, counters_, failures_);
}

cql::BoundStatement SplitCounter::bind(const cql::TokenRange& range) const {
  cql::BoundStatement bound{plan_.statement, bind_range(plan_.statement, range), {}};
  bound.options.consistency = plan_.consistency;
  bound.options.page_size = plan_.page_size;
  bound.options.idempotent = true;
  if (plan_.is_split()) {
    bound.options.routing_token = range.end;
    bound.options.routing_keyspace = plan_.keyspace;
  }
  return bound;
}

asio::awaitable<cql::PreparedStatement> SplitCounter::prepare_keys() {
  co_return co_await shard_.session.prepare(plan_.keys);
}

}  // namespace cqlbulk::operations
