// Every conversation failing at each of its steps in every way. Each request ends exactly once, the session finds its
// way back by itself, and no stream id is lost on the way.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <functional>
#include <map>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using std::chrono::milliseconds;
using Kind = ClusterEvent::Kind;

struct Fault {
  const char* name;
  Reply reply;
};
// The error is a syntax error: no other node is asked after it.
const Fault faults[] = {
    {"closed", Reply::hang_up()},  {"closed_midway", Reply::rows(ints({1, 2, 3})).hang_up_midway()},
    {"stalled", Reply::stall()},   {"error", Reply::error(0x2000, "out of luck")},
    {"garbage", Reply::garbage()}, {"broken_message", Reply::rows(ints({1})).truncated(9)},
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

std::string name_of(int version, const std::string& step, const Fault& fault) {
  return "v" + std::to_string(version) + "_" + step + "_" + fault.name;
}

constexpr std::size_t streams = 4;

ClusterOptions options_of(const ScriptedServer& server, int version) {
  ClusterOptions options = server.client_options();
  options.protocol_version = version;
  options.connect_timeout = milliseconds(400);
  options.request_timeout = milliseconds(400);
  options.heartbeat_timeout = milliseconds(400);
  options.streams_per_connection = streams;
  options.reconnect = {.base = milliseconds(5), .max = milliseconds(20), .jitter = 0};
  return options;
}

/// As many requests at once as there are ids, several times over, to one node: it can be done only when no id is lost.
asio::awaitable<void> expect_every_stream_id(ScriptedServer& server, Session& session, std::size_t node) {
  const auto executor = co_await asio::this_coro::executor;
  for (int round = 0; round < 3; ++round) {
    const std::size_t before = server.count("held");
    std::size_t good = 0;
    std::size_t bad = 0;
    for (std::size_t request = 0; request < streams; ++request) {
      Query held = query("held");
      held.options.node = server.host_id(node);
      held.options.timeout = std::chrono::seconds(20);
      asio::co_spawn(executor, session.execute(std::move(held)),
                     [&](const std::exception_ptr& error, const Result&) { ++(error ? bad : good); });
    }
    co_await until([&] { return server.count("held") == before + streams || bad > 0; });
    server.release();
    co_await until([&] { return good + bad == streams; });
    EXPECT_EQ(bad, 0U);
  }
}

// Opening a connection: of a pool, while another node serves.

using Step = std::pair<const char*, Opcode>;
const Step handshake_steps[] = {
    {"options", Opcode::options}, {"startup", Opcode::startup}, {"login", Opcode::auth_response}};

class ReopeningFails : public testing::TestWithParam<std::tuple<int, Step, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Steps, ReopeningFails,
                         testing::Combine(testing::Values(4, 5), testing::ValuesIn(handshake_steps),
                                          testing::ValuesIn(faults)),
                         [](const auto& info) {
                           return name_of(std::get<0>(info.param), std::get<1>(info.param).first,
                                          std::get<2>(info.param));
                         });

TEST_P(ReopeningFails, and_is_tried_again_until_it_succeeds) {
  const auto& [version, step, fault] = GetParam();
  ScriptedServer server({.login = Credentials{"user", "password"}, .nodes = 2});
  server.on("any", Reply::rows(ints({1})));
  server.on("held", Reply::rows(ints({1})).held());
  ClusterOptions options = options_of(server, version);
  Events events;
  events.attach(options);
  run([](ScriptedServer& scripted, ClusterOptions client, Events told, Opcode opcode,
         Reply wrong) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    scripted.once(opcode, wrong);
    scripted.once(opcode, wrong);
    scripted.hang_up(1);
    // Meanwhile the other node serves everything.
    const std::string node = "127.0.0.1:" + std::to_string(scripted.port(1));
    co_await until([&] { return told.count(Kind::connection_lost, node) == 1; });
    for (int time = 0; time < 10; ++time) co_await connected.session.execute(query("any"));
    co_await until([&] { return told.count(Kind::connection_opened, node) == 2; });
    EXPECT_GE(told.count(Kind::reconnecting, node), 2U);
    co_await expect_every_stream_id(scripted, connected.session, 1);
  }(server, options, events, step.second, fault.reply));
}

// Requests: PREPARE, QUERY, EXECUTE, BATCH, and later pages of a stream.

using Conversation = std::function<asio::awaitable<int>(Session&)>;

asio::awaitable<int> ask(Session& session) {
  const Result result = co_await session.execute(query("any"));
  co_return first_int(result.page);
}

asio::awaitable<int> prepare_and_execute(Session& session) {
  const PreparedStatement prepared = co_await session.prepare("prepared");
  const Result result = co_await session.execute(BoundStatement{.prepared = prepared});
  co_return first_int(result.page);
}

asio::awaitable<int> write_batch(Session& session) {
  const PreparedStatement prepared = co_await session.prepare("written");
  Batch batch;
  batch.entries.push_back({&prepared, {}, 0, {}});
  co_await session.execute(std::move(batch));
  co_return 1;
}

asio::awaitable<int> stream_pages(Session& session) {
  ResultStream stream = session.execute_stream(query("pages"));
  int pages = 0;
  while (co_await stream.next()) ++pages;
  co_return pages == 3 ? 1 : 0;
}

struct RequestStep {
  const char* name;
  Conversation conversation;
  Opcode opcode;
  /// Which message of this kind fails.
  int nth = 0;
};
const RequestStep request_steps[] = {
    {"query", ask, Opcode::query, 0},
    {"prepare", prepare_and_execute, Opcode::prepare, 0},
    {"execute", prepare_and_execute, Opcode::execute, 0},
    {"batch", write_batch, Opcode::batch, 0},
    {"first_page", stream_pages, Opcode::query, 0},
    {"second_page", stream_pages, Opcode::query, 1},
    {"last_page", stream_pages, Opcode::query, 2},
};
void PrintTo(const RequestStep& step, std::ostream* out) { *out << step.name; }

class ARequestFails : public testing::TestWithParam<std::tuple<int, RequestStep, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Steps, ARequestFails,
                         testing::Combine(testing::Values(4, 5), testing::ValuesIn(request_steps),
                                          testing::ValuesIn(faults)),
                         [](const auto& info) {
                           return name_of(std::get<0>(info.param), std::get<1>(info.param).name,
                                          std::get<2>(info.param));
                         });

Reply page(const scripted::Request& request) {
  const int at = request.paging_state.empty() ? 0 : std::stoi(request.paging_state);
  return Reply::rows(ints({at}), at < 2 ? std::to_string(at + 1) : "");
}

TEST_P(ARequestFails, once_and_the_next_one_succeeds) {
  const auto& [version, step, fault] = GetParam();
  ScriptedServer server;
  server.on("any", Reply::rows(ints({1})));
  server.on("held", Reply::rows(ints({1})).held());
  server.prepared("prepared", {.result = {{"v", "int"}}});
  server.on("prepared", Reply::rows(ints({1})));
  server.prepared("written", {});
  server.on("written", Reply::nothing());
  server.on("pages", page);
  run([](ScriptedServer& scripted, ClusterOptions client, RequestStep failing, Reply wrong) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    int ended = 0;
    bool failed = false;
    if (failing.nth == 0) {
      scripted.once(failing.opcode, wrong);
    } else {
      // The pages before the failing one are as they should be.
      for (int before = 0; before < failing.nth; ++before) {
        scripted.once("pages", Reply::rows(ints({before}), std::to_string(before + 1)));
      }
      scripted.once("pages", wrong);
    }
    asio::co_spawn(co_await asio::this_coro::executor, failing.conversation(connected.session),
                   [&](const std::exception_ptr& error, int) {
                     ++ended;
                     failed = error != nullptr;
                   });
    co_await until([&] { return ended > 0; });
    EXPECT_TRUE(failed);
    // A connection that broke may still be on its way back.
    bool works = false;
    co_await until([&] { return connected.cluster.metadata() != nullptr; });
    for (int attempt = 0; attempt < 200 && !works; ++attempt) {
      try {
        const int value = co_await failing.conversation(connected.session);
        works = value == 1;
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::no_node) << error.what();
      }
    }
    EXPECT_TRUE(works);
    EXPECT_EQ(ended, 1);
    if (wrong.way() != Reply::Way::never) co_await expect_every_stream_id(scripted, connected.session, 0);
  }(server, options_of(server, version), step, fault.reply));
}

// Reading the metadata again: each query of it, and the wish for events on another node.

const char* const metadata_steps[] = {
    "SELECT * FROM system.local",
    "SELECT * FROM system.peers_v2",
    "SELECT keyspace_name, durable_writes, replication FROM system_schema.keyspaces",
    "SELECT keyspace_name, type_name, field_names, field_types FROM system_schema.types",
    "SELECT keyspace_name, table_name, id, flags FROM system_schema.tables",
    "SELECT keyspace_name, view_name, id FROM system_schema.views",
    "SELECT keyspace_name, table_name, column_name, clustering_order, kind, position, type FROM system_schema.columns",
    "SELECT keyspace_name FROM system_virtual_schema.keyspaces",
};

class ReadingMetadataFails : public testing::TestWithParam<std::tuple<std::size_t, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Steps, ReadingMetadataFails,
                         testing::Combine(testing::Range(std::size_t{0}, std::size(metadata_steps)),
                                          testing::ValuesIn(faults)),
                         [](const auto& info) {
                           return name_of(5, "query" + std::to_string(std::get<0>(info.param)),
                                          std::get<1>(info.param));
                         });

TEST_P(ReadingMetadataFails, and_another_node_is_asked) {
  const auto& [step, fault] = GetParam();
  ScriptedServer server({.nodes = 2});
  server.on("any", Reply::rows(ints({1})));
  ClusterOptions options = options_of(server, 5);
  Events events;
  events.attach(options);
  run([](ScriptedServer& scripted, ClusterOptions client, Events told, std::string cql,
         Reply wrong) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    scripted.once(cql, wrong);
    scripted.send_schema_change();
    co_await until([&] { return told.count(Kind::schema_changed) == 1; });
    co_await connected.cluster.refresh();
    EXPECT_EQ(connected.cluster.metadata()->nodes.size(), 2U);
    // Requests have nothing to do with it.
    co_await connected.session.execute(query("any"));
  }(server, options, events, metadata_steps[step], fault.reply));
}

class MovingFails : public testing::TestWithParam<std::tuple<std::size_t, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Steps, MovingFails,
                         testing::Combine(testing::Range(std::size_t{0}, std::size(metadata_steps) + 1),
                                          testing::ValuesIn(faults)),
                         [](const auto& info) {
                           return name_of(5, "step" + std::to_string(std::get<0>(info.param)), std::get<1>(info.param));
                         });

TEST_P(MovingFails, and_yet_the_control_connection_finds_a_node) {
  const auto& [step, fault] = GetParam();
  ScriptedServer server({.nodes = 3});
  ClusterOptions options = options_of(server, 5);
  Events events;
  events.attach(options);
  run([](ScriptedServer& scripted, ClusterOptions client, Events told, std::size_t failing,
         Reply wrong) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(client);
    if (failing < std::size(metadata_steps)) {
      scripted.once(metadata_steps[failing], wrong);
    } else {
      scripted.once(Opcode::register_, wrong);
    }
    scripted.stop(0);
    co_await until([&] { return told.count(Kind::control_moved) == 2; });
    const auto before = cluster.metadata();
    EXPECT_EQ(before->nodes.size(), 3U);
    scripted.send_schema_change();
    co_await until([&] { return cluster.metadata() != before; });
  }(server, options, events, step, fault.reply));
}

}  // namespace
}  // namespace cql::test
