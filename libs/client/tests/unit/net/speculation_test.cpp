// Speculative execution: when a second node is asked, who wins, and what becomes of the others.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using scripted::Request;
using std::chrono::milliseconds;
namespace error_code = scripted::error_code;

ClusterOptions speculating(const ScriptedServer& server, std::size_t at_most = 1, int delay_ms = 20) {
  ClusterOptions options = server.client_options();
  options.speculative_execution = SpeculativeExecution{milliseconds(delay_ms), at_most};
  return options;
}

/// The first node that is asked gets `first`, all others `rest`.
scripted::ReplyFunction first_and_rest(Reply first, Reply rest) {
  auto asked = std::make_shared<std::optional<std::size_t>>();
  return [=](const Request& request) {
    if (!*asked) *asked = request.node;
    return **asked == request.node ? first : rest;
  };
}

TEST(Speculation, a_slow_node_gets_company_and_the_first_answer_wins) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", first_and_rest(Reply::stall(), Reply::rows(ints({2}))));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_));
    const Result result = co_await connected.session.execute(query("SELECT v"));
    EXPECT_EQ(first_int(result.page), 2);
    EXPECT_EQ(result.attempts, 2U);
    EXPECT_EQ(result.speculative_attempts, 1U);
    EXPECT_EQ(server_.count("SELECT v"), 2U);
  }(server));
}

TEST(Speculation, a_quick_node_gets_none) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_, 2, 20'000));
    const Result result = co_await connected.session.execute(query("SELECT v"));
    EXPECT_EQ(result.attempts, 1U);
    EXPECT_EQ(result.speculative_attempts, 0U);
  }(server));
}

TEST(Speculation, is_only_for_what_may_be_done_twice_and_is_not_pinned) {
  ScriptedServer server({.nodes = 3});
  for (const char* cql : {"INSERT v", "INSERT … IF NOT EXISTS", "SELECT pinned", "SELECT off"}) {
    server.on(cql, Reply::stall());
  }
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_, 2, 1));
    for (const std::string cql : {"INSERT v", "INSERT … IF NOT EXISTS", "SELECT pinned", "SELECT off"}) {
      Query one = query(cql);
      one.options.idempotent = cql.find("IF") != std::string::npos;
      if (cql == "SELECT pinned") one.options.node = server_.host_id(1);
      if (cql == "SELECT off") one.options.speculative_execution = SpeculativeExecution{.at_most = 0};
      one.options.timeout = milliseconds(150);
      const Error error = co_await failure_of(connected.session, std::move(one));
      EXPECT_EQ(error.kind(), ErrorKind::timeout);
      EXPECT_EQ(server_.count(cql), 1U) << cql;
    }
  }(server));
}

TEST(Speculation, may_be_asked_for_by_one_request) {
  ScriptedServer server({.nodes = 2});
  server.on("UPDATE v", first_and_rest(Reply::stall(), Reply::nothing()));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query asking = idempotent("UPDATE v");
    asking.options.speculative_execution = SpeculativeExecution{milliseconds(5), 1};
    const Result result = co_await connected.session.execute(std::move(asking));
    EXPECT_EQ(result.speculative_attempts, 1U);
  }(server));
}

TEST(Speculation, asks_no_more_nodes_than_it_may_and_each_once) {
  ScriptedServer server({.nodes = 5});
  server.on("SELECT v", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    for (const std::size_t at_most : {1U, 3U, 10U}) {
      Connected connected = co_await connect(speculating(server_, at_most, 5));
      const std::size_t before = server_.count("SELECT v");
      Query slow = query("SELECT v");
      slow.options.timeout = milliseconds(300);
      const Error error = co_await failure_of(connected.session, std::move(slow));
      EXPECT_EQ(error.kind(), ErrorKind::timeout);
      const std::size_t asked = server_.count("SELECT v") - before;
      EXPECT_LE(asked, std::min<std::size_t>(at_most + 1, 5));
      EXPECT_GE(asked, 2U);
      EXPECT_EQ(error.attempts(), asked);
      std::set<std::size_t> nodes;
      const auto requests = server_.requests();
      for (const Request& request : requests) {
        if (request.cql == "SELECT v") nodes.insert(request.node);
      }
      EXPECT_GE(nodes.size(), asked);
    }
  }(server));
}

// The loser's stream id is not used again before its late answer has come.
TEST(Speculation, the_losers_stream_id_stays_parked) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::rows(ints({1})).held(), Reply::rows(ints({2}))));
  server.on("SELECT w", Reply::rows(ints({3})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_));
    const Result result = co_await connected.session.execute(query("SELECT v"));
    EXPECT_EQ(first_int(result.page), 2);
    const Request loser = [&] {
      for (const Request& request : server_.requests()) {
        if (request.cql == "SELECT v") return request;
      }
      return Request{};
    }();
    for (int time = 0; time < 5; ++time) {
      Query other = query("SELECT w");
      other.options.node = server_.host_id(loser.node);
      co_await connected.session.execute(std::move(other));
      EXPECT_NE(server_.requests().back().stream, loser.stream);
    }
    server_.release();
    const Result after = co_await connected.session.execute(query("SELECT w"));
    EXPECT_EQ(first_int(after.page), 3);
  }(server));
}

TEST(Speculation, an_error_that_stands_ends_the_race) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::stall(), Reply::error(error_code::invalid, "no such column")));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_));
    const Error error = co_await failure_of(connected.session, query("SELECT v"));
    EXPECT_EQ(error.kind(), ErrorKind::invalid);
    EXPECT_EQ(error.attempts(), 2U);
  }(server));
}

// A runner for which no node is left does not take the others' chance away.
TEST(Speculation, a_lost_runner_leaves_the_race_to_the_others) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::rows(ints({1})).held(), Reply::hang_up()));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_));
    const auto pending = start(co_await asio::this_coro::executor, connected.session, query("SELECT v"));
    co_await until([&] { return server_.count("SELECT v") == 2; });
    for (int turn = 0; turn < 5; ++turn) co_await until([&] { return true; });
    EXPECT_FALSE(pending->done());
    server_.release();
    co_await until([&] { return pending->done(); });
    EXPECT_TRUE(pending->result.has_value());
    EXPECT_EQ(first_int(pending->result->page), 1);
  }(server));
}

TEST(Speculation, when_all_runners_fail_the_end_names_each_node) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::rows(ints({1})).held(), Reply::hang_up()));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_));
    const auto pending = start(co_await asio::this_coro::executor, connected.session, query("SELECT v"));
    co_await until([&] { return server_.count("SELECT v") == 2; });
    server_.hang_up(0);
    server_.hang_up(1);
    co_await until([&] { return pending->done(); });
    EXPECT_EQ(pending->error.value().kind(), ErrorKind::connection_lost);
    EXPECT_EQ(pending->error->causes().size(), 1U);
    EXPECT_NE(pending->error->node(), pending->error->causes().at(0).node());
  }(server));
}

TEST(Speculation, many_at_once_end_once_each) {
  ScriptedServer server({.nodes = 3});
  auto count = std::make_shared<int>(0);
  server.on("SELECT v", [count](const Request&) {
    switch (++*count % 4) {
      case 0:
        return Reply::rows(ints({1})).held();
      case 1:
        return Reply::error(error_code::is_bootstrapping, "not yet");
      default:
        return Reply::rows(ints({1}));
    }
  });
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(speculating(server_, 2, 1));
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::shared_ptr<Pending>> pending;
    for (int request = 0; request < 300; ++request) {
      pending.push_back(start(executor, connected.session, query("SELECT v")));
      if (request % 7 == 0) pending.back()->cancel();
    }
    co_await until([&] {
      server_.release();
      return std::all_of(pending.begin(), pending.end(), [](const auto& one) { return one->done(); });
    });
  }(server));
}

}  // namespace
}  // namespace cql::test
