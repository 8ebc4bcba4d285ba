// What ClusterOptions::on_request is told, and that observers cannot harm what they observe.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using std::chrono::milliseconds;
using testing::AnyOf;
using testing::HasSubstr;
using testing::IsEmpty;
namespace error_code = scripted::error_code;

// A RequestEvent that outlives the call.
struct Told {
  RequestEvent::Kind kind;
  std::string statement;
  std::string keyspace;
  std::uint64_t tag;
  std::string node;
  std::chrono::nanoseconds duration;
  std::uint32_t attempts;
  std::uint32_t speculative_attempts;
  std::string error;
  std::vector<Error> failures;
};

class RequestEvents : public testing::Test {
 protected:
  RequestEvents() : options_(server_.client_options()) {
    server_.on("SELECT v", Reply::rows(ints({1})));
    options_.on_request = [this](const RequestEvent& event) {
      told_.push_back({event.kind,
                       std::string(event.statement),
                       std::string(event.keyspace),
                       event.tag,
                       std::string(event.node),
                       event.duration,
                       event.attempts,
                       event.speculative_attempts,
                       event.error == nullptr ? "" : event.error->what(),
                       {event.failures.begin(), event.failures.end()}});
    };
  }

  [[nodiscard]] std::string node(std::size_t index) const { return "127.0.0.1:" + std::to_string(server_.port(index)); }

  ScriptedServer server_{{.nodes = 2}};
  ClusterOptions options_;
  std::vector<Told> told_;
};

TEST_F(RequestEvents, tell_what_was_asked_and_how_it_went) {
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    Query one = query("SELECT v");
    one.options.keyspace = "ks";
    one.options.tag = 42;
    co_await connected.session.execute(std::move(one));
  }(options_));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].kind, RequestEvent::Kind::query);
  EXPECT_EQ(told_[0].statement, "SELECT v");
  EXPECT_EQ(told_[0].keyspace, "ks");
  EXPECT_EQ(told_[0].tag, 42U);
  EXPECT_THAT(told_[0].node, AnyOf(node(0), node(1)));
  EXPECT_GT(told_[0].duration.count(), 0);
  EXPECT_EQ(told_[0].attempts, 1U);
  EXPECT_EQ(told_[0].speculative_attempts, 0U);
  EXPECT_EQ(told_[0].error, "");
  EXPECT_THAT(told_[0].failures, IsEmpty());
}

TEST_F(RequestEvents, tell_of_every_kind_of_request_once) {
  server_.on("INSERT v", Reply::nothing());
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    const PreparedStatement insert = co_await connected.session.prepare("INSERT v", "ks");
    co_await connected.session.prepare("INSERT v", "ks");  // known already: nothing is asked
    co_await connected.session.execute(BoundStatement{.prepared = insert});
    Batch batch;
    batch.entries.emplace_back().cql = "INSERT v";
    co_await connected.session.execute(std::move(batch));
  }(options_));
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[0].kind, RequestEvent::Kind::prepare);
  EXPECT_EQ(told_[1].kind, RequestEvent::Kind::execute);
  EXPECT_EQ(told_[1].statement, "INSERT v");
  EXPECT_EQ(told_[1].keyspace, "ks");
  EXPECT_EQ(told_[2].kind, RequestEvent::Kind::batch);
  EXPECT_EQ(told_[2].statement, "batch of 1: INSERT v");
}

TEST_F(RequestEvents, tell_of_each_page_of_a_stream) {
  server_.once("SELECT pages", Reply::rows(ints({1, 2}), "more"));
  server_.once("SELECT pages", Reply::rows(ints({3})));
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    Query pages = query("SELECT pages");
    pages.options.tag = 7;
    ResultStream stream = connected.session.execute_stream(std::move(pages));
    while (co_await stream.next()) continue;
  }(options_));
  ASSERT_EQ(told_.size(), 2U);
  EXPECT_EQ(told_[0].tag, 7U);
  EXPECT_EQ(told_[1].tag, 7U);
}

TEST_F(RequestEvents, tell_of_failures_the_overcome_ones_too) {
  server_.once("SELECT busy", Reply::error(error_code::overloaded, "too much to do"));
  server_.on("SELECT busy", Reply::rows(ints({1})));
  server_.on("SELECT wrong", Reply::error(error_code::invalid, "no such table"));
  server_.on("SELECT slow", Reply::stall());
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    co_await connected.session.execute(query("SELECT busy"));
    co_await failure_of(connected.session, query("SELECT wrong"));
    Query slow = query("SELECT slow");
    slow.options.timeout = milliseconds(30);
    co_await failure_of(connected.session, std::move(slow));
  }(options_));
  ASSERT_EQ(told_.size(), 3U);
  EXPECT_EQ(told_[0].error, "");
  EXPECT_EQ(told_[0].attempts, 2U);
  ASSERT_EQ(told_[0].failures.size(), 1U);
  EXPECT_EQ(told_[0].failures[0].kind(), ErrorKind::overloaded);
  EXPECT_THAT(told_[1].error, HasSubstr("no such table"));
  EXPECT_THAT(told_[1].node, AnyOf(node(0), node(1)));
  EXPECT_THAT(told_[2].error, HasSubstr("no answer within 30 ms"));
  EXPECT_GE(told_[2].duration, milliseconds(30));
}

TEST_F(RequestEvents, tell_of_a_race_once) {
  auto stalled = std::make_shared<bool>(false);
  server_.on("SELECT slow", [stalled](const scripted::Request&) {
    return std::exchange(*stalled, true) ? Reply::rows(ints({1})) : Reply::stall();
  });
  options_.speculative_execution = SpeculativeExecution{.delay = milliseconds(10), .at_most = 1};
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    co_await connected.session.execute(query("SELECT slow"));
  }(options_));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_EQ(told_[0].attempts, 2U);
  EXPECT_EQ(told_[0].speculative_attempts, 1U);
  EXPECT_EQ(told_[0].error, "");
}

TEST_F(RequestEvents, tell_of_cancelled_requests) {
  server_.on("SELECT slow", Reply::stall());
  run([](ClusterOptions options, ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    const auto pending = start(co_await asio::this_coro::executor, connected.session, query("SELECT slow"));
    co_await until([&] { return server.count("SELECT slow") == 1; });
    pending->cancel();
    co_await until([&] { return pending->done(); });
  }(options_, server_));
  ASSERT_EQ(told_.size(), 1U);
  EXPECT_THAT(told_[0].error, HasSubstr("cancelled"));
}

TEST_F(RequestEvents, come_before_the_caller_goes_on) {
  run([](ClusterOptions options, std::vector<Told>& told) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    for (std::size_t request = 1; request <= 3; ++request) {
      co_await connected.session.execute(query("SELECT v"));
      EXPECT_EQ(told.size(), request);
    }
  }(options_, told_));
}

TEST_F(RequestEvents, observers_that_throw_harm_nothing_and_are_counted) {
  options_.on_request = [](const RequestEvent&) { throw std::runtime_error("the disk is full"); };
  options_.on_event = [](const ClusterEvent&) { throw 1; };
  run([](ClusterOptions options) -> asio::awaitable<void> {
    Connected connected = co_await connect(std::move(options));
    const std::uint64_t before = connected.cluster.observer_failures();
    EXPECT_GT(before, 0U);  // connections were opened
    EXPECT_EQ(first_int((co_await connected.session.execute(query("SELECT v"))).page), 1);
    EXPECT_THAT((co_await failure_of(connected.session, query("SELECT not in the script"))).what(),
                HasSubstr("not in the script"));
    EXPECT_EQ(connected.cluster.observer_failures(), before + 2);
    EXPECT_EQ(connected.session.metrics().requests.begun, 2U);
    EXPECT_EQ(connected.session.metrics().requests.in_flight(), 0U);
  }(options_));
}

}  // namespace
}  // namespace cql::test
