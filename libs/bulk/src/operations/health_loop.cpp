#include "operations/health_loop.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "cql/rows.hpp"
#include "operations/shards.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// What is asked of each node. Not all servers have all of them.
enum Table : std::size_t { stages, hints, inbound, outbound, clients, table_count };
constexpr std::array<const char*, table_count> queries{
    "SELECT name, active_tasks, active_tasks_limit, pending_tasks, blocked_tasks FROM system_views.thread_pools",
    "SELECT files FROM system_views.pending_hints",
    "SELECT expired_count FROM system_views.internode_inbound",
    "SELECT expired_count, overload_count FROM system_views.internode_outbound",
    "SELECT port FROM system_views.clients",
};
/// Answered by every server to every role: where nothing else can be read it tells whether somebody is there.
constexpr const char* sign_of_life = "SELECT key FROM system.local";

std::uint64_t positive(std::int64_t number) { return number > 0 ? static_cast<std::uint64_t>(number) : 0; }

/// A number of either width, for the tables do not agree; null counts as nothing.
std::uint64_t number(cql::RowCursor& row, std::size_t column, const cql::Page& page) {
  if (page.columns()[column].type.to_string() == "int") {
    return positive(row.get<std::optional<std::int32_t>>(column).value_or(0));
  }
  return positive(row.get<std::optional<std::int64_t>>(column).value_or(0));
}

void read(Table table, const cql::Page& page, pace::NodeReading& reading) {
  if (table == clients) {
    reading.clients = page.row_count();
    return;
  }
  std::uint64_t sum = 0;
  cql::RowCursor row(page);
  while (row.next()) {
    if (table != stages) {
      for (std::size_t i = 0; i < page.columns().size(); ++i) sum += number(row, i, page);
      continue;
    }
    pace::Stage stage{row.get<std::string>(0), number(row, 1, page), number(row, 2, page), number(row, 3, page),
                      number(row, 4, page)};
    if (stage.name == "CompactionExecutor") reading.pending_compactions = stage.pending;
    reading.stages.push_back(std::move(stage));
  }
  if (table == hints) reading.pending_hints = sum;
  if (table == inbound || table == outbound) reading.dropped = reading.dropped.value_or(0) + sum;
}

/// The table is not there, or not for us; whatever else goes wrong may pass.
bool for_good(const cql::Error& error) {
  using Kind = cql::ErrorKind;
  return error.kind() == Kind::unauthorized || error.kind() == Kind::invalid || error.kind() == Kind::syntax_error ||
         error.kind() == Kind::usage;
}

}  // namespace

struct HealthLoop::Round {
  std::vector<cql::Node> nodes;
  std::size_t next = 0;  ///< That nobody looks at yet.
  std::vector<pace::NodeReading> readings;
  std::array<std::optional<std::string>, table_count> unreadable;  ///< Why, for good.
};

HealthLoop::HealthLoop(ClusterThread& cluster, PaceGate& gate, std::chrono::milliseconds every,
                       std::function<void(std::string)> notice)
    : cluster_(cluster), gate_(gate), every_(every), notice_(std::move(notice)) {
  if (every_.count() > 0) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
}

namespace {

/// Hands the node's answer over; or why there is none. Throws when it was called off.
asio::awaitable<std::optional<cql::Error>> ask(cql::Session& session, const cql::Node& node, const char* cql,
                                               std::function<void(const cql::Page&)> take) {
  constexpr std::chrono::milliseconds patience{2'000};
  cql::Query query{cql};
  query.options.node = node.host_id;
  query.options.consistency = cql::Consistency::local_one;
  query.options.timeout = patience;
  std::optional<cql::Error> failure;
  try {
    const cql::Result result = co_await session.execute(std::move(query));
    take(result.page);
  } catch (const cql::Error& error) {
    failure = error;
  }
  if (failure && failure->kind() == cql::ErrorKind::cancelled) throw *failure;
  co_return failure;
}

}  // namespace

asio::awaitable<void> HealthLoop::look(std::shared_ptr<Round> round, cql::Session& session) {
  while (round->next < round->nodes.size()) {
    const cql::Node node = round->nodes[round->next++];
    pace::NodeReading reading;
    reading.node = node.endpoint();
    bool answers = false;
    const bool blind = std::ranges::all_of(round->unreadable, [](const auto& reason) { return reason.has_value(); });
    if (blind) answers = !(co_await ask(session, node, sign_of_life, [](const cql::Page&) {}));
    for (std::size_t table = 0; table < table_count; ++table) {
      if (round->unreadable[table]) continue;
      const std::optional<cql::Error> failure = co_await ask(session, node, queries[table], [&](const cql::Page& page) {
        read(static_cast<Table>(table), page, reading);
      });
      if (failure && !for_good(*failure)) break;  // Nobody is there, or has no time for us.
      answers = true;
      if (failure) round->unreadable[table] = failure->message();
    }
    if (!answers) continue;
    gate_.reachable(node.endpoint());
    round->readings.push_back(std::move(reading));
  }
}

void HealthLoop::run(const std::stop_token& stop) {
  constexpr unsigned at_once = 8;
  std::mutex mutex;
  std::condition_variable_any over;
  bool told = false;
  auto round = std::make_shared<Round>();
  while (!stop.stop_requested()) {
    // Those that the work goes to: nothing crosses over to other data centres.
    round->nodes = cluster_.metadata()->nodes;
    std::erase_if(round->nodes,
                  [this](const cql::Node& node) { return node.datacenter != cluster_.cluster().local_datacenter(); });
    round->next = 0;
    round->readings.clear();
    try {
      cluster_.ask([&](cql::Session& session) -> asio::awaitable<void> {
        return until_stopped(stop, run_at_once(at_once, [&](unsigned) { return look(round, session); }));
      });
      if (stop.stop_requested()) return;
      gate_.set_health(judge_.judge(round->readings));
    } catch (const std::exception& error) {
      // Whatever it is, the operation goes on by latency.
      if (!std::exchange(told, true)) notice_(fmt::format("the nodes' health cannot be read: {}", error.what()));
    }
    if (round->unreadable[stages] && !std::exchange(told, true)) {
      notice_(fmt::format("the nodes' health is not known, so the pace goes by latency and errors alone: {}",
                          *round->unreadable[stages]));
    }
    std::unique_lock lock(mutex);
    over.wait_for(lock, stop, every_, [] { return false; });
  }
}

}  // namespace cqlbulk::operations
