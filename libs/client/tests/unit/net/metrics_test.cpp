// The numbers of a session: each counter by what moves it, and that together they leave nothing out.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using scripted::Request;
using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;
namespace error_code = scripted::error_code;

using Kinds = std::map<ErrorKind, std::uint64_t>;

Kinds kinds_of(const ErrorCounts& counts) {
  Kinds kinds;
  counts.each([&](ErrorKind kind, std::uint64_t count) { kinds[kind] = count; });
  return kinds;
}

NodeMetrics sum_of(const SessionMetrics& metrics) {
  NodeMetrics sum;
  for (const NodeMetrics& node : metrics.nodes) {
    sum.attempts.merge(node.attempts);
    sum.preparations_repeated += node.preparations_repeated;
    sum.connections += node.connections;
    sum.connections_opened += node.connections_opened;
    sum.connections_lost += node.connections_lost;
    sum.connections_failed += node.connections_failed;
    sum.bytes_in += node.bytes_in;
    sum.bytes_out += node.bytes_out;
  }
  return sum;
}

NodeMetrics node_of(const SessionMetrics& metrics, const ScriptedServer& server, std::size_t index) {
  for (const NodeMetrics& node : metrics.nodes) {
    if (node.host_id == server.host_id(index)) return node;
  }
  ADD_FAILURE() << "node " << index << " is not there";
  return {};
}

/// The first node that is asked gets `first`, all others `rest`.
scripted::ReplyFunction first_and_rest(Reply first, Reply rest) {
  auto asked = std::make_shared<std::optional<std::size_t>>();
  return [=](const Request& request) {
    if (!*asked) *asked = request.node;
    return **asked == request.node ? first : rest;
  };
}

TEST(Metrics, begin_with_nothing_but_connections) {
  ScriptedServer server({.nodes = 2});
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 0U);
    EXPECT_EQ(metrics.requests.errors.total(), 0U);
    EXPECT_EQ(metrics.requests.latency.count(), 0U);
    EXPECT_EQ(metrics.nodes.size(), 2U);
    for (const NodeMetrics& node : metrics.nodes) {
      EXPECT_EQ(node.datacenter, "dc1");
      EXPECT_EQ(node.connections, 1U) << node.node;
      EXPECT_EQ(node.connections_opened, 1U);
      EXPECT_EQ(node.connections_lost + node.connections_failed, 0U);
      EXPECT_GT(node.bytes_in, 0U);
      EXPECT_GT(node.bytes_out, 0U);
    }
    for (const std::size_t index : {0U, 1U}) {
      EXPECT_EQ(node_of(metrics, server_, index).node, "127.0.0.1:" + std::to_string(server_.port(index)));
    }
  }(server));
}

TEST(Metrics, count_requests_and_their_latency) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto before = std::chrono::steady_clock::now();
    for (int request = 0; request < 10; ++request) co_await connected.session.execute(query("SELECT v"));
    const auto all = std::chrono::steady_clock::now() - before;
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 10U);
    EXPECT_EQ(metrics.requests.answered(), 10U);
    EXPECT_EQ(metrics.requests.in_flight(), 0U);
    EXPECT_GT(metrics.requests.latency.min().count(), 0);
    EXPECT_LE(metrics.requests.latency.sum(), all);
    EXPECT_EQ(sum_of(metrics).attempts.answered(), 10U);
    EXPECT_EQ(sum_of(metrics).attempts.latency.sum(), metrics.requests.latency.sum());
  }(server));
}

// Known to the byte: v4 has an envelope of nine bytes and a body, and nothing around it.
TEST(Metrics, count_bytes) {
  ScriptedServer server({.versions = {4}});
  server.on("SELECT v", Reply::nothing());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    ClusterOptions options = server_.client_options();
    options.page_size = 0;
    Connected connected = co_await connect(options);
    const NodeMetrics before = sum_of(connected.session.metrics());
    co_await connected.session.execute(query("SELECT v"));
    const NodeMetrics after = sum_of(connected.session.metrics());
    EXPECT_EQ(after.bytes_out - before.bytes_out, 9U + 4 + 8 + 2 + 1);  // text with its length, consistency, flags
    EXPECT_EQ(after.bytes_in - before.bytes_in, 9U + 4);                // RESULT Void
  }(server));
}

TEST(Metrics, count_errors_by_kind) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT wrong", Reply::error(error_code::invalid, "no such table"));
  server.on("SELECT slow", Reply::stall());
  server.on("SELECT broken", Reply::rows(ints({1})).truncated(10));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query slow = query("SELECT slow");
    slow.options.timeout = milliseconds(30);
    co_await failure_of(connected.session, query("SELECT wrong"));
    co_await failure_of(connected.session, query("SELECT wrong"));
    co_await failure_of(connected.session, std::move(slow));
    co_await failure_of(connected.session, query("SELECT broken"));
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 4U);
    EXPECT_EQ(metrics.requests.latency.count(), 0U);
    EXPECT_THAT(kinds_of(metrics.requests.errors),
                ElementsAre(Pair(ErrorKind::timeout, 1), Pair(ErrorKind::protocol, 1), Pair(ErrorKind::invalid, 2)));
    // What cannot be read came as an answer, as far as the node is concerned.
    EXPECT_THAT(kinds_of(sum_of(metrics).attempts.errors),
                ElementsAre(Pair(ErrorKind::timeout, 1), Pair(ErrorKind::invalid, 2)));
  }(server));
}

TEST(Metrics, leave_out_what_is_refused_before_it_is_tried) {
  ScriptedServer server;
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query wrong = query("SELECT v");
    wrong.options.node = Uuid{};
    EXPECT_EQ((co_await failure_of(connected.session, std::move(wrong))).kind(), ErrorKind::usage);
    co_await connected.session.close();
    EXPECT_EQ((co_await failure_of(connected.session, query("SELECT v"))).kind(), ErrorKind::cancelled);
    EXPECT_EQ(connected.session.metrics().requests.begun, 0U);
  }(server));
}

TEST(Metrics, tell_retries_from_requests) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::error(error_code::overloaded, "busy"), Reply::rows(ints({1}))));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Result result = co_await connected.session.execute(query("SELECT v"));
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 1U);
    EXPECT_EQ(metrics.requests.answered(), 1U);
    EXPECT_EQ(metrics.retries, 1U);
    EXPECT_EQ(sum_of(metrics).attempts.begun, result.attempts);
    EXPECT_THAT(kinds_of(sum_of(metrics).attempts.errors), ElementsAre(Pair(ErrorKind::overloaded, 1)));
  }(server));
}

TEST(Metrics, tell_speculative_attempts_from_retries) {
  ScriptedServer server({.nodes = 2});
  server.on("SELECT v", first_and_rest(Reply::stall(), Reply::rows(ints({1}))));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    ClusterOptions options = server_.client_options();
    options.speculative_execution = SpeculativeExecution{milliseconds(20), 1};
    Connected connected = co_await connect(options);
    co_await connected.session.execute(query("SELECT v"));
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 1U);
    EXPECT_EQ(metrics.speculative_attempts, 1U);
    EXPECT_EQ(metrics.retries, 0U);
    EXPECT_GE(metrics.requests.latency.min(), milliseconds(20));
    EXPECT_EQ(sum_of(metrics).attempts.begun, 2U);
    EXPECT_THAT(kinds_of(sum_of(metrics).attempts.errors), ElementsAre(Pair(ErrorKind::cancelled, 1)));
  }(server));
}

TEST(Metrics, count_statements_that_a_node_forgot) {
  ScriptedServer server;
  server.on("INSERT v", Reply::nothing());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const PreparedStatement insert = co_await connected.session.prepare("INSERT v");
    server_.forget("INSERT v");
    co_await connected.session.execute(BoundStatement{.prepared = insert});
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.requests.begun, 2U);  // the caller's preparation, and the execution
    EXPECT_EQ(sum_of(metrics).attempts.begun, 2U);
    EXPECT_EQ(sum_of(metrics).preparations_repeated, 1U);
    EXPECT_EQ(metrics.requests.errors.total(), 0U);
  }(server));
}

TEST(Metrics, keep_count_of_connections_that_are_lost) {
  ScriptedServer server({.nodes = 2});
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto node = [&] { return node_of(connected.session.metrics(), server_, 1); };
    const NodeMetrics before = node();
    server_.stop(1);
    co_await until([&] { return node().connections_failed > 0; });
    EXPECT_EQ(node().connections, 0U);
    EXPECT_EQ(node().connections_lost, 1U);
    EXPECT_EQ(node().bytes_in, before.bytes_in);
    EXPECT_EQ(node().bytes_out, before.bytes_out);
    server_.start(1);
    co_await until([&] { return node().connections == 1; });
    EXPECT_EQ(node().connections_opened, 2U);
    EXPECT_EQ(node().connections_lost, 1U);
    EXPECT_GT(node().bytes_in, before.bytes_in);
  }(server));
}

TEST(Metrics, know_one_node_behind_a_tunnel) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    ClusterOptions options = server_.client_options();
    options.only_contact_points = true;
    Connected connected = co_await connect(options);
    co_await connected.session.execute(query("SELECT v"));
    const SessionMetrics metrics = connected.session.metrics();
    EXPECT_EQ(metrics.nodes.size(), 1U);
    EXPECT_FALSE(metrics.nodes[0].host_id);
    EXPECT_EQ(metrics.nodes[0].attempts.answered(), 1U);
  }(server));
}

/// Requests of all sorts, and how their callers saw them end.
class Traffic {
 public:
  Traffic(asio::any_io_executor executor, Session& session) : executor_(std::move(executor)), session_(session) {}

  void add(const std::string& cql, int times, const RequestOptions& options = {}) {
    for (int time = 0; time < times; ++time) all_.push_back(start(executor_, session_, Query{cql, {}, options}));
  }
  [[nodiscard]] std::size_t ended() const {
    return static_cast<std::size_t>(
        std::count_if(all_.begin(), all_.end(), [](const auto& one) { return one->done(); }));
  }
  void cancel() {
    for (const auto& one : all_) {
      if (!one->done()) one->cancel();
    }
  }

  /// The session has counted what the callers saw.
  void expect_counted() const {
    const SessionMetrics metrics = session_.metrics();
    std::uint64_t answered = 0;
    Kinds errors;
    for (const auto& one : all_) {
      if (one->result) ++answered;
      if (one->error) ++errors[one->error->kind()];
    }
    EXPECT_EQ(metrics.requests.begun, all_.size());
    EXPECT_EQ(metrics.requests.answered(), answered);
    EXPECT_EQ(metrics.requests.latency.count(), answered);
    EXPECT_EQ(kinds_of(metrics.requests.errors), errors);
    EXPECT_EQ(metrics.requests.in_flight(), all_.size() - ended());
    // Each request had a first attempt; what comes on top of them is either of two things.
    EXPECT_EQ(sum_of(metrics).attempts.begun, all_.size() + metrics.retries + metrics.speculative_attempts);
  }

 private:
  asio::any_io_executor executor_;
  Session& session_;
  std::vector<std::shared_ptr<Pending>> all_;
};

RequestOptions within(milliseconds time) {
  RequestOptions options;
  options.timeout = time;
  return options;
}

TEST(Metrics, leave_nothing_out_and_count_nothing_twice) {
  ScriptedServer server({.nodes = 3});
  server.on("SELECT v", Reply::rows(ints({1})));
  server.on("SELECT wrong", Reply::error(error_code::invalid, "no such table"));
  server.on("SELECT busy", first_and_rest(Reply::error(error_code::overloaded, "busy"), Reply::rows(ints({1}))));
  server.on("SELECT slow", first_and_rest(Reply::stall(), Reply::rows(ints({2}))));
  server.on("INSERT lost", Reply::stall());
  server.on("SELECT held", Reply::rows(ints({3})).held());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Traffic traffic(co_await asio::this_coro::executor, connected.session);
    traffic.add("SELECT v", 20);
    traffic.add("SELECT wrong", 7);
    traffic.add("SELECT busy", 9);
    RequestOptions speculating;
    speculating.speculative_execution = SpeculativeExecution{milliseconds(5), 2};
    traffic.add("SELECT slow", 6, speculating);
    traffic.add("INSERT lost", 5, within(milliseconds(20)));
    co_await until([&] { return traffic.ended() == 47; });
    traffic.expect_counted();

    // A node goes away amid requests that may go elsewhere, and some that may not.
    traffic.add("SELECT held", 12);
    traffic.add("INSERT lost", 6);
    co_await until([&] { return server_.count("SELECT held") == 12 && server_.count("INSERT lost") == 11; });
    EXPECT_EQ(connected.session.metrics().requests.in_flight(), 18U);
    EXPECT_EQ(sum_of(connected.session.metrics()).attempts.in_flight(), 18U);
    traffic.expect_counted();
    const std::uint64_t retries = connected.session.metrics().retries;
    server_.stop(2);
    co_await until([&] {
      const SessionMetrics metrics = connected.session.metrics();
      return node_of(metrics, server_, 2).attempts.in_flight() == 0 &&
             server_.count("SELECT held") == 12 + metrics.retries - retries;
    });
    EXPECT_GT(connected.session.metrics().retries, retries);
    EXPECT_GT(connected.session.metrics().requests.errors.of(ErrorKind::connection_lost), 0U);
    traffic.expect_counted();
    server_.release();
    traffic.add("SELECT v", 10);
    co_await until([&] { return connected.session.metrics().requests.answered() == 20 + 9 + 6 + 12 + 10; });
    traffic.cancel();
    co_await until([&] { return connected.session.metrics().requests.in_flight() == 0; });
    traffic.expect_counted();
    EXPECT_EQ(sum_of(connected.session.metrics()).attempts.in_flight(), 0U);
    EXPECT_EQ(traffic.ended(), 75U);
  }(server));
}

}  // namespace
}  // namespace cql::test
