// What the session does with the policy's decisions: who is asked again, when, how often, and what the end tells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <set>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Request;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;
namespace error_code = scripted::error_code;

std::vector<std::size_t> nodes_asked(const ScriptedServer& server, const std::string& cql) {
  std::vector<std::size_t> nodes;
  for (const Request& request : server.requests()) {
    if (request.cql == cql && request.opcode != Opcode::prepare) nodes.push_back(request.node);
  }
  return nodes;
}

std::vector<ErrorKind> kinds_of(const std::vector<Error>& errors) {
  std::vector<ErrorKind> kinds;
  for (const Error& error : errors) kinds.push_back(error.kind());
  return kinds;
}

TEST(Retries, a_read_timeout_that_lacked_only_the_data_goes_to_the_same_node_once) {
  ScriptedServer server({.nodes = 3});
  server.once("SELECT v", Reply::read_timeout(2, 2, false));
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Result result = co_await connected.session.execute(query("SELECT v"));
    const auto nodes = nodes_asked(server_, "SELECT v");
    EXPECT_EQ(nodes.size(), 2U);
    EXPECT_EQ(nodes.at(0), nodes.at(1));
    EXPECT_EQ(result.attempts, 2U);
    EXPECT_EQ(result.host_id, server_.host_id(nodes.at(1)));

    server_.on("SELECT v", Reply::read_timeout(2, 2, false));
    const Error error = co_await failure_of(connected.session, query("SELECT v"));
    EXPECT_EQ(error.kind(), ErrorKind::read_timeout);
    EXPECT_EQ(error.attempts(), 2U);
    EXPECT_THAT(kinds_of(error.causes()), ElementsAre(ErrorKind::read_timeout));
    EXPECT_EQ(server_.count("SELECT v"), 4U);
  }(server));
}

TEST(Retries, too_few_replicas_are_tried_once_on_another_node) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", Reply::unavailable(2, 1));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Error error = co_await failure_of(connected.session, query("SELECT v"));
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.server().value().alive, 1);
    EXPECT_EQ(error.attempts(), 2U);
    EXPECT_EQ(error.causes().size(), 1U);
    EXPECT_NE(error.node(), error.causes().at(0).node());
    const auto nodes = nodes_asked(server_, "SELECT v");
    EXPECT_EQ(std::set(nodes.begin(), nodes.end()).size(), 2U);
  }(server));
}

TEST(Retries, the_only_nodes_answer_is_the_end_when_another_was_wanted) {
  ScriptedServer server;
  server.on("SELECT v", Reply::unavailable(2, 1));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Error error = co_await failure_of(connected.session, query("SELECT v"));
    EXPECT_EQ(error.kind(), ErrorKind::unavailable);
    EXPECT_EQ(error.query(), "SELECT v");
    EXPECT_EQ(error.attempts(), 1U);
    EXPECT_TRUE(error.causes().empty());
  }(server));
}

TEST(Retries, an_overloaded_node_gets_time_and_another_is_asked) {
  ScriptedServer server({.nodes = 2});
  server.once("busy", Reply::error(error_code::overloaded, "too much"));
  server.on("busy", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto begin = std::chrono::steady_clock::now();
    const Result result = co_await connected.session.execute(idempotent("busy"));
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(50));
    EXPECT_EQ(result.attempts, 2U);
    const auto nodes = nodes_asked(server_, "busy");
    EXPECT_EQ(std::set(nodes.begin(), nodes.end()).size(), 2U);
  }(server));
}

TEST(Retries, with_a_wait_the_only_node_is_asked_again) {
  ScriptedServer server;
  server.once("busy", Reply::error(error_code::overloaded, "too much"));
  server.once("busy", Reply::error(error_code::server_error, "oops"));
  server.on("busy", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query pinned = idempotent("busy");
    pinned.options.node = server_.host_id(0);
    const Result result = co_await connected.session.execute(std::move(pinned));
    EXPECT_EQ(result.attempts, 3U);
  }(server));
}

// The promise that matters most: nothing of this is sent twice.
TEST(Retries, what_is_not_idempotent_is_sent_once_whatever_the_server_says) {
  struct Case {
    const char* cql;
    Reply reply;
    bool flagged;
  };
  const auto lost = [] { return Reply::hang_up(); };
  const std::vector<Case> cases{
      {"INSERT plain", Reply::error(error_code::overloaded, "too much"), false},
      {"INSERT plain", Reply::error(error_code::server_error, "oops"), false},
      {"INSERT plain", Reply::error(error_code::truncate_error, "oops"), false},
      {"INSERT plain", Reply::unavailable(2, 1), false},
      {"INSERT plain", Reply::write_timeout("BATCH_LOG"), false},
      {"INSERT plain", Reply::write_timeout("SIMPLE"), true},
      {"INSERT plain", Reply::read_timeout(2, 2, false), false},
      {"INSERT plain", lost(), false},
      {"INSERT … IF NOT EXISTS", lost(), true},
      {"INSERT … VALUES (now())", Reply::error(error_code::overloaded, "too much"), true},
  };
  for (const Case& one : cases) {
    ScriptedServer server({.nodes = 3});
    server.on(one.cql, one.reply);
    run([](ScriptedServer& server_, Query statement) -> asio::awaitable<void> {
      Connected connected = co_await connect(server_.client_options());
      const std::string cql = statement.cql;
      const Error error = co_await failure_of(connected.session, std::move(statement));
      EXPECT_EQ(server_.count(cql), 1U) << error.what();
      EXPECT_EQ(error.attempts(), 1U);
    }(server, one.flagged ? idempotent(one.cql) : query(one.cql)));
  }
}

TEST(Retries, a_prepared_write_to_a_list_is_sent_once_though_flagged) {
  ScriptedServer server({.nodes = 3});
  for (const char* type : {"list<int>", "set<int>"}) {
    const std::string cql = std::string("INSERT INTO unknown (k, c) VALUES (?, ?) -- ") + type;
    server.prepared(cql, {.parameters = {{"k", "int"}, {"c", type}}, .partition_key = {0}});
    server.once(cql, Reply::hang_up());
    server.on(cql, Reply::nothing());
  }
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    for (const std::string type : {"list<int>", "set<int>"}) {
      const std::string cql = "INSERT INTO unknown (k, c) VALUES (?, ?) -- " + type;
      BoundStatement insert{.prepared = co_await connected.session.prepare(cql)};
      insert.values.add_int(1);
      insert.values.add_null();
      insert.options.idempotent = true;
      const auto pending = start(co_await asio::this_coro::executor, connected.session, std::move(insert));
      co_await until([&] { return pending->done(); });
      EXPECT_EQ(pending->error.has_value(), type == "list<int>") << type;
    }
  }(server));
}

TEST(Retries, a_batch_is_repeatable_only_when_all_of_it_is) {
  ScriptedServer server({.nodes = 2});
  server.on("INSERT a", Reply::hang_up());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    ClusterOptions options = server_.client_options();
    options.reconnect = {.base = std::chrono::milliseconds(1), .max = std::chrono::milliseconds(5)};
    Connected connected = co_await connect(options);
    std::size_t sent = 0;
    const auto well = [](const PlannedNode& node) { return node.condition == PlannedNode::Condition::well; };
    const auto times_sent = [&](Batch batch) -> asio::awaitable<std::size_t> {
      co_await until([&] {  // the connections lost before are back
        const std::vector<PlannedNode> nodes = connected.session.route(query("INSERT a"));
        return nodes.size() == 2 && std::all_of(nodes.begin(), nodes.end(), well);
      });
      co_await failure_of(connected.session, std::move(batch));
      const std::size_t before = std::exchange(sent, server_.count("INSERT a"));
      co_return sent - before;
    };
    Batch batch;
    batch.entries.push_back({nullptr, "INSERT a", 0, {}});
    EXPECT_EQ(co_await times_sent(batch), 1U);
    batch.options.idempotent = true;
    EXPECT_EQ(co_await times_sent(batch), 2U);
    batch.entries.push_back({nullptr, "INSERT b IF NOT EXISTS", 0, {}});
    EXPECT_EQ(co_await times_sent(batch), 1U);
    batch.entries.pop_back();
    batch.kind = Batch::Kind::counter;
    EXPECT_EQ(co_await times_sent(batch), 1U);
  }(server));
}

TEST(Retries, switched_off_leave_one_attempt_that_is_sent) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", Reply::error(error_code::is_bootstrapping, "not yet"));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query once = query("SELECT v");
    once.options.may_retry = false;
    const Error error = co_await failure_of(connected.session, std::move(once));
    EXPECT_EQ(error.kind(), ErrorKind::is_bootstrapping);
    EXPECT_EQ(server_.count("SELECT v"), 1U);
    // Nothing can be sent to a node that is gone: it is passed over all the same.
    server_.on("SELECT v", Reply::rows(ints({1})));
    server_.stop(1);
    server_.stop(2);
    for (int time = 0; time < 6; ++time) {
      Query again = query("SELECT v");
      again.options.may_retry = false;
      const auto pending = start(co_await asio::this_coro::executor, connected.session, std::move(again));
      co_await until([&] { return pending->done(); });
      // The loss of an open connection may have to be noticed by one request first.
      EXPECT_TRUE(pending->result || pending->error->kind() == ErrorKind::connection_lost);
    }
    const Result last = co_await connected.session.execute(query("SELECT v"));
    EXPECT_EQ(last.host_id, server_.host_id(0));
  }(server));
}

TEST(Retries, follow_the_callers_own_policy) {
  ScriptedServer server({.nodes = 3});
  server.once("INSERT v", Reply::error(error_code::invalid, "no"));
  server.once("INSERT v", Reply::error(error_code::overloaded, "no"));
  server.on("INSERT v", Reply::nothing());
  ClusterOptions options = server.client_options();
  struct Seen {
    ErrorKind kind;
    bool idempotent;
    std::size_t earlier;
    bool operator==(const Seen&) const = default;
  };
  std::vector<Seen> seen;
  options.retry_policy = [&seen](const FailedAttempt& attempt) {
    seen.push_back({attempt.error.kind(), attempt.idempotent, attempt.earlier.size()});
    return RetryDecision{RetryDecision::Action::next_node, milliseconds(0)};
  };
  run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const Result result = co_await connected.session.execute(query("INSERT v"));
    EXPECT_EQ(result.attempts, 3U);
    const auto nodes = nodes_asked(server_, "INSERT v");
    EXPECT_EQ(std::set(nodes.begin(), nodes.end()).size(), 3U);
  }(server, options));
  EXPECT_THAT(seen, ElementsAre(Seen{ErrorKind::invalid, false, 0}, Seen{ErrorKind::overloaded, false, 1}));
}

TEST(Retries, a_wait_beyond_the_time_limit_is_not_begun) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", Reply::error(error_code::overloaded, "too much"));
  ClusterOptions options = server.client_options();
  options.retry_policy = [](const FailedAttempt&) {
    return RetryDecision{RetryDecision::Action::next_node, std::chrono::hours(1)};
  };
  run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const Error error = co_await failure_of(connected.session, query("SELECT v"));
    EXPECT_EQ(error.kind(), ErrorKind::overloaded);
    EXPECT_EQ(server_.count("SELECT v"), 1U);
  }(server, options));
}

TEST(Retries, the_time_limit_covers_all_attempts) {
  ScriptedServer server({.nodes = 2});
  server.once("SELECT v", Reply::error(error_code::overloaded, "too much"));
  server.on("SELECT v", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query limited = query("SELECT v");
    limited.options.timeout = milliseconds(300);
    const auto begin = std::chrono::steady_clock::now();
    const Error error = co_await failure_of(connected.session, std::move(limited));
    EXPECT_EQ(error.kind(), ErrorKind::timeout);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, milliseconds(300));
    EXPECT_THAT(error.what(), HasSubstr("300 ms"));
    EXPECT_EQ(error.attempts(), 2U);
    EXPECT_THAT(kinds_of(error.causes()), ElementsAre(ErrorKind::overloaded));
  }(server));
}

TEST(Retries, an_error_brings_what_the_server_said_beside_it) {
  ScriptedServer server;
  Uuid trace;
  trace.bytes[3] = std::byte{9};
  server.on("INSERT v", Reply::error(error_code::invalid, "no").warning({"mind this"}).tracing_id(trace));
  run([](ScriptedServer& server_, Uuid id) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Error error = co_await failure_of(connected.session, query("INSERT v"));
    EXPECT_THAT(error.server().value().warnings, ElementsAre("mind this"));
    EXPECT_EQ(error.server().value().tracing_id, id);
  }(server, trace));
}

}  // namespace
}  // namespace cql::test
