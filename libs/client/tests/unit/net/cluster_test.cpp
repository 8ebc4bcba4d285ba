// Which node is asked, what happens when one is lost, and what events bring.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <set>
#include <thread>

#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Request;
using testing::HasSubstr;

std::vector<std::size_t> nodes_asked(const ScriptedServer& server, const std::string& cql) {
  std::vector<std::size_t> nodes;
  for (const Request& request : server.requests()) {
    if (request.cql == cql && request.opcode != Opcode::prepare) nodes.push_back(request.node);
  }
  return nodes;
}

TEST(Routing, tokens_go_to_their_replica) {
  ScriptedServer server({.nodes = 3});
  server.on("by token", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto metadata = connected.cluster.metadata();
    EXPECT_EQ(metadata->nodes.size(), 3U);
    for (const Token token : {minimum_token + 1, Token{-1}, Token{0}, Token{1}, maximum_token}) {
      Query asked = query("by token");
      asked.options.routing_token = token;
      asked.options.routing_keyspace = "ks";
      co_await connected.session.execute(std::move(asked));
      const auto owners = metadata->ring.replicas(metadata->keyspace("ks")->replication, token);
      const std::size_t node = nodes_asked(server_, "by token").back();
      EXPECT_EQ(metadata->nodes[owners.at(0)].port, server_.port(node)) << token;
    }
  }(server));
}

TEST(Routing, bound_statements_go_to_the_replica_of_their_key) {
  ScriptedServer server({.nodes = 3});
  server.prepared("insert", {.parameters = {{"v", "text"}, {"k", "int"}}, .partition_key = {1}});
  server.on("insert", Reply::nothing());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto metadata = connected.cluster.metadata();
    const auto insert = co_await connected.session.prepare("insert");
    std::set<std::size_t> nodes;
    for (int key = 0; key < 50; ++key) {
      Buffer serialized;
      serialized.append_integer(key);
      const auto owners =
          metadata->ring.replicas(metadata->keyspace("ks")->replication, murmur3_token(serialized.view()));
      BoundStatement bound{.prepared = insert};
      bound.values.add_text("value");
      bound.values.add_int(key);
      co_await connected.session.execute(std::move(bound));
      const std::size_t node = nodes_asked(server_, "insert").back();
      EXPECT_EQ(metadata->nodes[owners.at(0)].port, server_.port(node));
      nodes.insert(node);
    }
    EXPECT_EQ(nodes.size(), 3U);
  }(server));
}

TEST(Routing, requests_without_a_token_go_round) {
  ScriptedServer server({.nodes = 3});
  server.on("any", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    for (int time = 0; time < 30; ++time) co_await connected.session.execute(query("any"));
    const auto nodes = nodes_asked(server_, "any");
    for (std::size_t node = 0; node < 3; ++node) EXPECT_EQ(std::count(nodes.begin(), nodes.end(), node), 10);
  }(server));
}

TEST(Routing, a_pinned_request_asks_that_node_and_no_other) {
  ScriptedServer server({.nodes = 3});
  server.on("pinned", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    for (const std::size_t node : {2U, 0U, 1U, 1U}) {
      Query pinned = query("pinned");
      pinned.options.node = server_.host_id(node);
      co_await connected.session.execute(std::move(pinned));
      EXPECT_EQ(nodes_asked(server_, "pinned").back(), node);
    }
    server_.stop(1);
    Query pinned = idempotent("pinned");
    pinned.options.node = server_.host_id(1);
    try {
      co_await connected.session.execute(std::move(pinned));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(server_.port(1))));
    }
    Query unknown = query("pinned");
    unknown.options.node = Uuid{};
    try {
      co_await connected.session.execute(std::move(unknown));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
  }(server));
}

TEST(Failover, what_was_never_sent_goes_to_another_node) {
  ScriptedServer server({.nodes = 3});
  server.on("any", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    for (int time = 0; time < 6; ++time) co_await connected.session.execute(query("any"));
    server_.stop(2);
    for (int time = 0; time < 12; ++time) {
      // The loss of the open connection may have to be noticed by one request first.
      try {
        co_await connected.session.execute(query("any"));
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
        EXPECT_EQ(time < 3, true);
      }
    }
  }(server));
}

TEST(Failover, only_idempotent_requests_are_sent_again_after_a_loss) {
  ScriptedServer server({.nodes = 3});
  server.once("once", Reply::hang_up());
  server.on("once", Reply::rows(ints({1})));
  server.once("again", Reply::hang_up());
  server.once("again", Reply::hang_up());
  server.on("again", Reply::rows(ints({2})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    try {
      co_await connected.session.execute(query("once"));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
    }
    EXPECT_EQ(server_.count("once"), 1U);

    const Result result = co_await connected.session.execute(idempotent("again"));
    EXPECT_EQ(first_int(result.page), 2);
    const auto nodes = nodes_asked(server_, "again");
    EXPECT_EQ(std::set<std::size_t>(nodes.begin(), nodes.end()).size(), 3U);
  }(server));
}

TEST(Failover, a_bootstrapping_node_is_passed_over) {
  ScriptedServer server({.nodes = 2});
  server.once("any", Reply::error(scripted::error_code::is_bootstrapping, "not yet"));
  server.on("any", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const Result result = co_await connected.session.execute(query("any"));
    EXPECT_EQ(first_int(result.page), 1);
    EXPECT_EQ(server_.count("any"), 2U);
  }(server));
}

TEST(Failover, when_every_idempotent_attempt_fails_the_last_answer_stands_and_tells_of_the_others) {
  ScriptedServer server({.nodes = 3});
  server.on("doomed", Reply::hang_up());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    try {
      co_await connected.session.execute(idempotent("doomed"));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
      EXPECT_EQ(error.attempts(), 3U);
      std::set<std::string> nodes{error.node()};
      for (const Error& cause : error.causes()) nodes.insert(cause.node());
      EXPECT_EQ(nodes.size(), 3U);
    }
  }(server));
}

TEST(Events, a_node_that_is_down_is_asked_last) {
  ScriptedServer server({.nodes = 3});
  server.on("any", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto down = [&] {
      const auto metadata = connected.cluster.metadata();
      return std::count_if(metadata->nodes.begin(), metadata->nodes.end(), [](const Node& node) { return !node.up; });
    };
    server_.pause(1);  // one that answers would be up, whatever is said of it
    server_.send_status_change(1, false);
    co_await until([&] { return down() == 1; });
    for (int time = 0; time < 12; ++time) co_await connected.session.execute(query("any"));
    const auto nodes = nodes_asked(server_, "any");
    EXPECT_EQ(std::count(nodes.begin(), nodes.end(), 1U), 0);
    server_.resume(1);
    server_.send_status_change(1, true);
    co_await until([&] { return down() == 0; });
  }(server));
}

TEST(Events, a_change_of_schema_is_read_once_for_a_burst) {
  ScriptedServer server;
  const std::string types = "SELECT keyspace_name, type_name, field_names, field_types FROM system_schema.types";
  run([](ScriptedServer& server_, std::string probe) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(server_.client_options());
    const auto before = cluster.metadata();
    EXPECT_EQ(server_.count(probe), 1U);
    for (int event = 0; event < 20; ++event) server_.send_schema_change();
    co_await until([&] { return cluster.metadata() != before; });
    EXPECT_EQ(server_.count(probe), 2U);
  }(server, types));
}

TEST(Control, finds_another_node_when_its_own_is_lost) {
  ScriptedServer server({.nodes = 3});
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(server_.client_options());
    server_.stop(0);
    co_await until([&] { return server_.count(Opcode::register_) == 2; });
    const auto before = cluster.metadata();
    server_.send_schema_change();
    co_await until([&] { return cluster.metadata() != before; });
    EXPECT_EQ(cluster.metadata()->nodes.size(), 3U);
  }(server));
}

TEST(Control, keeps_trying_until_closed_when_no_node_is_left) {
  auto server = std::make_unique<ScriptedServer>();
  run([](std::unique_ptr<ScriptedServer> server_) -> asio::awaitable<void> {
    Cluster cluster = co_await Cluster::connect(server_->client_options());
    server_.reset();
    bool lost = false;
    co_await until([&] {
      lost = true;
      return true;
    });
    for (int attempt = 0; attempt < 200; ++attempt) {
      try {
        co_await cluster.refresh();
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
        break;
      }
    }
    EXPECT_EQ(cluster.metadata()->nodes.size(), 1U);
    co_await cluster.close();
  }(std::move(server)));
}

TEST(Sessions, on_other_threads_share_the_cluster) {
  ScriptedServer server({.nodes = 2});
  server.on("any", Reply::rows(ints({1})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(server_.client_options());
    std::vector<std::thread> threads;
    std::atomic<int> answers{0};
    for (int thread = 0; thread < 3; ++thread) {
      threads.emplace_back([&] {
        run([](const Cluster& shared, std::atomic<int>& count) -> asio::awaitable<void> {
          Session session = co_await Session::open(shared);
          for (int time = 0; time < 100; ++time) {
            co_await session.execute(query("any"));
            ++count;
          }
        }(cluster, answers));
      });
    }
    // Meanwhile the metadata changes under their feet.
    for (int time = 0; time < 5; ++time) {
      const auto before = cluster.metadata();
      server_.send_status_change(1, false);
      server_.send_status_change(1, true);
      co_await until([&] { return cluster.metadata() != before; });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(answers, 300);
  }(server));
}

}  // namespace
}  // namespace cql::test
