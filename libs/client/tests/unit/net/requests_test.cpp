// Requests of a session: timeouts, cancellation, stream ids, and how a session ends. What is prepared:
// prepared_test.cpp.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <memory>
#include <set>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Request;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::int16_t> streams_of(const ScriptedServer& server, const std::string& cql) {
  std::vector<std::int16_t> streams;
  for (const Request& request : server.requests()) {
    if (request.cql == cql) streams.push_back(request.stream);
  }
  return streams;
}

TEST(Requests, answers_reach_their_requests_in_any_order) {
  ScriptedServer server;
  server.on("slow", Reply::rows(ints({1})).held());
  server.on("fast", Reply::rows(ints({2})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto slow = start(co_await asio::this_coro::executor, connected.session, query("slow"));
    const Result fast = co_await connected.session.execute(query("fast"));
    EXPECT_EQ(first_int(fast.page), 2);
    co_await until([&] { return server_.count("slow") == 1; });
    EXPECT_FALSE(slow->done());
    server_.release();
    co_await until([&] { return slow->done(); });
    EXPECT_EQ(first_int(slow->result->page), 1);
  }(server));
}

TEST(Requests, a_timed_out_stream_id_is_used_again_only_after_its_late_answer) {
  ScriptedServer server;
  server.once("late", Reply::rows(ints({1})).held());
  server.on("late", Reply::rows(ints({2})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    Query late = query("late");
    late.options.timeout = std::chrono::milliseconds(30);
    const auto first = start(co_await asio::this_coro::executor, connected.session, std::move(late));
    co_await until([&] { return first->done(); });
    EXPECT_EQ(first->error->kind(), ErrorKind::timeout);
    EXPECT_THAT(first->error->what(), HasSubstr("30 ms"));
    for (int again = 0; again < 5; ++again) co_await connected.session.execute(query("late"));
    const auto streams = streams_of(server_, "late");
    for (std::size_t again = 1; again < streams.size(); ++again) EXPECT_NE(streams[again], streams[0]);
    server_.release();
    // The late answer is dropped, and then the id is free: ever more requests at once come to need it.
    const auto executor = co_await asio::this_coro::executor;
    bool used_again = false;
    for (std::size_t at_once = 2; at_once < 100 && !used_again; ++at_once) {
      std::vector<std::shared_ptr<Pending>> pending;
      for (std::size_t one = 0; one < at_once; ++one) {
        pending.push_back(start(executor, connected.session, query("late")));
      }
      co_await until(
          [&] { return std::all_of(pending.begin(), pending.end(), [](const auto& p) { return p->done(); }); });
      const auto all = streams_of(server_, "late");
      used_again = std::find(all.begin() + 6, all.end(), all[0]) != all.end();
    }
    EXPECT_TRUE(used_again);
  }(server));
}

TEST(Requests, a_cancelled_request_ends_at_once_and_its_id_stays_parked) {
  ScriptedServer server;
  server.once("parked", Reply::rows(ints({1})).held());
  server.on("parked", Reply::rows(ints({2})));
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto first = start(co_await asio::this_coro::executor, connected.session, query("parked"));
    co_await until([&] { return server_.count("parked") == 1; });
    first->cancel();
    co_await until([&] { return first->done(); });
    EXPECT_EQ(first->error->kind(), ErrorKind::cancelled);
    const Result second = co_await connected.session.execute(query("parked"));
    EXPECT_EQ(first_int(second.page), 2);
    const auto streams = streams_of(server_, "parked");
    EXPECT_NE(streams.at(0), streams.at(1));
    server_.release();
  }(server));
}

TEST(Requests, more_requests_than_stream_ids_wait_their_turn) {
  ScriptedServer server;
  server.on("one", Reply::rows(ints({1})).held());
  ClusterOptions options = server.client_options();
  options.streams_per_connection = 3;
  run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto executor = co_await asio::this_coro::executor;
    std::vector<std::shared_ptr<Pending>> pending;
    for (int request = 0; request < 10; ++request) pending.push_back(start(executor, connected.session, query("one")));
    co_await until([&] { return server_.count("one") == 3; });
    pending[7]->cancel();  // waits for an id
    co_await until([&] { return pending[7]->done(); });
    EXPECT_EQ(pending[7]->error->kind(), ErrorKind::cancelled);
    co_await until([&] {
      server_.release();
      return std::count_if(pending.begin(), pending.end(), [](const auto& one) { return one->result.has_value(); }) ==
             9;
    });
    const auto streams = streams_of(server_, "one");
    EXPECT_EQ(streams.size(), 9U);
    EXPECT_EQ(std::set<std::int16_t>(streams.begin(), streams.end()).size(), 3U);
  }(server, options));
}

TEST(Requests, a_request_that_waits_for_an_id_times_out_too) {
  ScriptedServer server;
  server.on("stuck", Reply::stall());
  ClusterOptions options = server.client_options();
  options.streams_per_connection = 1;
  run([](ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto executor = co_await asio::this_coro::executor;
    const auto first = start(executor, connected.session, query("stuck"));
    Query second = query("stuck");
    second.options.timeout = std::chrono::milliseconds(30);
    const auto waiting = start(executor, connected.session, std::move(second));
    co_await until([&] { return waiting->done(); });
    EXPECT_EQ(waiting->error->kind(), ErrorKind::timeout);
    EXPECT_FALSE(first->done());
  }(options));
}

TEST(Overload, is_said_and_not_silent_unless_the_options_say_otherwise) {
  for (const bool said : {true, false}) {
    ScriptedServer server;
    ClusterOptions options = server.client_options();
    options.throw_on_overload = said;
    run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
      Connected connected = co_await connect(client);
      for (const Request& request : server_.requests()) {
        if (request.opcode != Opcode::startup) continue;
        EXPECT_EQ(request.options.contains("THROW_ON_OVERLOAD"), client.throw_on_overload);
      }
      EXPECT_EQ(server_.count(Opcode::startup), 2U);
    }(server, options));
  }
}

TEST(Requests, a_statement_that_cannot_be_sent_is_an_error_of_its_own) {
  ScriptedServer server;
  server.on("sound", Reply::rows(ints({7})));
  run([](ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    Query wrong = query("too many values");
    for (int value = 0; value < 70'000; ++value) wrong.values.add_null();
    try {
      co_await connected.session.execute(std::move(wrong));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
    try {
      co_await connected.session.execute(BoundStatement{});
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
    const Result sound = co_await connected.session.execute(query("sound"));
    EXPECT_EQ(first_int(sound.page), 7);
  }(server.client_options()));
}

class Framing : public testing::TestWithParam<std::tuple<int, Compression>> {};
INSTANTIATE_TEST_SUITE_P(Forms, Framing,
                         testing::Combine(testing::Values(4, 5), testing::Values(Compression::none, Compression::lz4)));

TEST_P(Framing, carries_large_pages_and_large_requests_whole) {
  Rows rows({{"v", "int"}, {"t", "text"}});
  std::vector<std::string> texts;
  std::uint32_t random = 1;
  for (int row = 0; row < 1'500; ++row) {
    std::string text(static_cast<std::size_t>(row), 'x');
    for (char& c : text) c = static_cast<char>('a' + ((random = random * 1'664'525 + 1'013'904'223) >> 28U));
    rows.add(row, text);
    texts.push_back(std::move(text));
  }
  ScriptedServer server;
  server.on("large", Reply::rows(rows));
  ClusterOptions options = server.client_options();
  options.protocol_version = std::get<0>(GetParam());
  options.compression = std::get<1>(GetParam());
  run([](ClusterOptions client, const std::vector<std::string>& expected) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    for (int time = 0; time < 3; ++time) {
      Query large = query("large");
      large.values.add_text(std::string(1'000'000, 'r'));
      const Result result = co_await connected.session.execute(std::move(large));
      RowCursor row(result.page);
      for (const std::string& text : expected) {
        EXPECT_TRUE(row.next());
        EXPECT_EQ(row.get<std::string>(1), text);
      }
      EXPECT_FALSE(row.next());
    }
  }(options, texts));
}

TEST_P(Framing, does_not_care_how_the_bytes_are_cut) {
  ScriptedServer server;
  server.on("cut", Reply::rows(Rows({{"t", "text"}}).add(std::string(500, 'y'))).byte_by_byte());
  ClusterOptions options = server.client_options();
  options.protocol_version = std::get<0>(GetParam());
  options.compression = std::get<1>(GetParam());
  run([](ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    for (int time = 0; time < 3; ++time) {
      const Result result = co_await connected.session.execute(query("cut"));
      RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      EXPECT_EQ(row.get<std::string>(0), std::string(500, 'y'));
    }
  }(options));
}

TEST(Ending, close_ends_requests_under_way_and_later_ones) {
  ScriptedServer server;
  server.on("waits", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    const auto waiting = start(co_await asio::this_coro::executor, connected.session, query("waits"));
    co_await until([&] { return server_.count("waits") == 1; });
    co_await connected.session.close();
    co_await until([&] { return waiting->done(); });
    EXPECT_EQ(waiting->error->kind(), ErrorKind::cancelled);
    try {
      co_await connected.session.execute(query("too late"));
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::cancelled);
    }
    co_await connected.cluster.close();
    co_await until([&] { return server_.open_connections() == 0; });
  }(server));
}

TEST(Ending, destroying_a_session_amid_requests_ends_them) {
  ScriptedServer server;
  server.on("waits", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    auto connected = std::make_unique<Connected>(co_await connect(server_.client_options()));
    const auto waiting = start(co_await asio::this_coro::executor, connected->session, query("waits"));
    co_await until([&] { return server_.count("waits") == 1; });
    connected.reset();
    co_await until([&] { return waiting->done(); });
    EXPECT_EQ(waiting->error->kind(), ErrorKind::cancelled);
  }(server));
}

// Nothing may leak or crash when the program's io_context goes while everything is under way.
TEST(Ending, the_io_context_may_go_first) {
  ScriptedServer server;
  server.on("waits", Reply::stall());
  asio::io_context io;
  asio::co_spawn(
      io,
      [](ScriptedServer& server_, asio::io_context& context) -> asio::awaitable<void> {
        ClusterOptions options = server_.client_options();
        options.streams_per_connection = 2;
        Connected connected = co_await connect(options);
        const auto executor = co_await asio::this_coro::executor;
        for (int request = 0; request < 5; ++request) start(executor, connected.session, query("waits"));
        co_await until([&] { return server_.count("waits") == 2; });
        ResultStream stream = connected.session.execute_stream(query("waits"));
        asio::post(executor, [&context] { context.stop(); });
        co_await stream.next();
      }(server, io),
      asio::detached);
  io.run();
}

}  // namespace
}  // namespace cql::test
