// Peers that say nothing any more: idle or amid requests, for ever or for some answers only.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "support/events.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using std::chrono::milliseconds;
using testing::HasSubstr;
using Kind = ClusterEvent::Kind;

/// Starts a query and keeps how it ended.
struct Ended {
  std::optional<int> value;
  std::optional<Error> error;
  [[nodiscard]] bool done() const { return value || error; }
};

asio::awaitable<std::shared_ptr<Ended>> start(Session& session, Query statement) {
  auto ended = std::make_shared<Ended>();
  asio::co_spawn(co_await asio::this_coro::executor, session.execute(std::move(statement)),
                 [ended](const std::exception_ptr& error, const Result& result) {
                   EXPECT_FALSE(ended->done()) << "a request ends once";
                   try {
                     if (error) std::rethrow_exception(error);
                     ended->value = first_int(result.page);
                   } catch (const Error& failure) {
                     ended->error = failure;
                   }
                 });
  co_return ended;
}

class Heartbeats : public testing::Test {
 protected:
  Heartbeats() {
    server_.on("any", Reply::rows(ints({1})));
    server_.on("slow", Reply::rows(ints({2})).held());
    options_ = server_.client_options();
    events_.attach(options_);
  }
  ScriptedServer server_;
  ClusterOptions options_;
  Events events_;
};

TEST_F(Heartbeats, an_idle_connection_that_fell_silent_is_replaced) {
  options_.heartbeat_interval = milliseconds(50);
  options_.heartbeat_timeout = milliseconds(200);
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.freeze_connections(0);
    co_await until(
        [&] { return events.count(Kind::connection_opened) >= 2 && events.count(Kind::control_moved) >= 2; });
    EXPECT_GE(events.count(Kind::heartbeat_missed), 2U) << "the session's connection and the cluster's";
    EXPECT_THAT(events.of(Kind::connection_lost).at(0).error->what(), HasSubstr("fell silent"));
    EXPECT_THAT(events.of(Kind::control_lost).at(0).error->what(), HasSubstr("fell silent"));
    const Result result = co_await connected.session.execute(query("any"));
    EXPECT_EQ(first_int(result.page), 1);
  }(server_, options_, events_));
}

TEST_F(Heartbeats, requests_on_a_connection_that_fell_silent_end_long_before_their_own_time) {
  options_.heartbeat_interval = std::chrono::hours(1);
  options_.heartbeat_timeout = milliseconds(200);
  options_.request_timeout = std::chrono::hours(1);
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.freeze_connections(0);
    std::vector<std::shared_ptr<Ended>> requests;
    for (int request = 0; request < 50; ++request) {
      requests.push_back(co_await start(connected.session, query("any")));
    }
    for (const auto& request : requests) {
      co_await until([&] { return request->done(); });
      EXPECT_TRUE(request->error.has_value());
      EXPECT_EQ(request->error->kind(), ErrorKind::connection_lost);
      EXPECT_THAT(request->error->what(), HasSubstr("fell silent"));
    }
    EXPECT_EQ(events.count(Kind::heartbeat_missed), 1U) << "the idle control connection is not asked yet";
    const Result result = co_await connected.session.execute(query("any"));
    EXPECT_EQ(first_int(result.page), 1);
  }(server_, options_, events_));
}

TEST_F(Heartbeats, a_slow_answer_is_waited_for_as_long_as_heartbeats_are_answered) {
  options_.heartbeat_interval = milliseconds(20);
  options_.streams_per_connection = 2;
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const std::size_t before = server.count(Opcode::options);
    // Both stream ids are taken: the heartbeat has one of its own.
    const auto first = co_await start(connected.session, query("slow"));
    const auto second = co_await start(connected.session, query("slow"));
    co_await until([&] { return server.count(Opcode::options) >= before + 10; });
    EXPECT_FALSE(first->done() || second->done());
    server.release();
    co_await until([&] { return first->done() && second->done(); });
    EXPECT_EQ(first->value, 2);
    EXPECT_EQ(second->value, 2);
    EXPECT_EQ(events.count(Kind::connection_lost), 0U);
    for (const scripted::Request& request : server.requests()) {
      if (request.cql == "slow") {
        EXPECT_LT(request.stream, 2);
      }
    }
  }(server_, options_, events_));
}

TEST_F(Heartbeats, an_answer_on_the_heartbeats_id_that_nobody_asked_for_is_an_error) {
  server_.once("any", Reply::nothing().on_stream(2'048));
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const auto request = co_await start(connected.session, query("any"));
    co_await until([&] { return request->done(); });
    EXPECT_THAT(request->error.value().what(), HasSubstr("stream 2048, where nothing was asked"));
  }(options_));
}

// Answers that never come take up ids; when they take up most of them, requests move to a new connection.
TEST_F(Heartbeats, a_connection_with_too_many_lost_answers_is_replaced_and_its_requests_end_by_themselves) {
  options_.streams_per_connection = 5;
  options_.heartbeat_timeout = milliseconds(50);
  server_.on("lost", Reply::stall());
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    const auto slow = co_await start(connected.session, query("slow"));
    for (int request = 0; request < 3; ++request) {
      Query lost = query("lost");
      lost.options.timeout = milliseconds(20);
      const auto ended = co_await start(connected.session, std::move(lost));
      co_await until([&] { return ended->done(); });
      EXPECT_EQ(ended->error.value().kind(), ErrorKind::timeout);
    }
    co_await until([&] { return events.count(Kind::connection_opened) == 2; });
    EXPECT_THAT(events.of(Kind::connection_lost).at(0).error->what(), HasSubstr("stream ids"));
    EXPECT_FALSE(slow->done()) << "its connection lives as long as it is under way";
    co_await connected.session.execute(query("any"));
    std::set<std::size_t> connections;
    for (const scripted::Request& request : server.requests()) {
      if (request.cql == "slow" || request.cql == "any") connections.insert(request.connection);
    }
    EXPECT_EQ(connections.size(), 2U);
    server.release();
    co_await until([&] { return slow->done(); });
    EXPECT_EQ(slow->value, 2);
    co_await until([&] { return server.open_connections() == 2; });
  }(server_, options_, events_));
}

// Never, under any order of answers, timeouts and cancellations, is an id used while its late answer may come.
TEST_F(Heartbeats, no_stream_id_is_used_twice_at_a_time) {
  options_.streams_per_connection = 8;
  options_.heartbeat_timeout = std::chrono::seconds(10);
  server_.on("lost", Reply::rows(ints({3})).held());
  run([](ScriptedServer& server, ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    for (int round = 0; round < 20; ++round) {
      std::vector<std::shared_ptr<Ended>> requests;
      for (int request = 0; request < 12; ++request) {
        Query one = query(request % 4 == 0 ? "lost" : "any");
        if (request % 4 == 0) one.options.timeout = milliseconds(5 + request);
        requests.push_back(co_await start(connected.session, std::move(one)));
      }
      for (const auto& request : requests) {
        co_await until([&] { return request->done(); });
        if (request->value) {
          EXPECT_EQ(request->value, 1) << "not the late answer of another request";
        }
      }
      server.release();
    }
    // All late answers come, of requests too that are still on their way: every id is free again.
    server.on("lost", Reply::rows(ints({3})));
    server.release();
    server.on("all", Reply::rows(ints({4})).held());
    std::vector<std::shared_ptr<Ended>> all;
    for (int request = 0; request < 8; ++request) all.push_back(co_await start(connected.session, query("all")));
    co_await until([&] { return server.count("all") == 8; });
    server.release();
    for (const auto& request : all) {
      co_await until([&] { return request->done(); });
    }
  }(server_, options_));
}

TEST_F(Heartbeats, a_node_said_to_be_down_that_answers_is_up_and_keeps_its_connections) {
  run([](ScriptedServer& server, ClusterOptions options, Events events) -> asio::awaitable<void> {
    Connected connected = co_await connect(options);
    server.send_status_change(0, false);
    co_await until([&] { return events.count(Kind::node_down) == 1; });
    co_await connected.session.execute(query("any"));
    co_await until([&] { return events.count(Kind::node_up) == 1; });
    EXPECT_TRUE(connected.cluster.metadata()->nodes.at(0).up);
    EXPECT_EQ(events.count(Kind::connection_lost), 0U);
  }(server_, options_, events_));
}

}  // namespace
}  // namespace cql::test
