// Requests of a session: timeouts, cancellation, stream ids, prepared statements, and how a session ends.
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

class Prepared : public testing::TestWithParam<int> {
 protected:
  ScriptedServer server_;
  ClusterOptions options() {
    ClusterOptions made = server_.client_options();
    made.protocol_version = GetParam();
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, Prepared, testing::Values(4, 5));

BoundStatement bind(const PreparedStatement& statement, int key) {
  BoundStatement bound{.prepared = statement};
  bound.values.add_int(key);
  return bound;
}

TEST_P(Prepared, is_prepared_once_and_executed_by_id) {
  server_.prepared("SELECT v", {.parameters = {{"k", "int"}}, .partition_key = {0}, .result = {{"v", "int"}}});
  server_.on("SELECT v", Reply::rows(ints({5})));
  run([](ScriptedServer& server, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto first = co_await connected.session.prepare("SELECT v");
    const auto second = co_await connected.session.prepare("SELECT v");
    EXPECT_EQ(first.state(), second.state());
    EXPECT_EQ(server.count(Opcode::prepare), 1U);
    EXPECT_THAT(first.partition_key_indices(), ElementsAre(0));
    const Result result = co_await connected.session.execute(bind(first, 1));
    EXPECT_EQ(first_int(result.page), 5);
    EXPECT_EQ(result.page.columns().at(0).name, "v");
    const Request request = server.requests().back();
    EXPECT_EQ(request.opcode, Opcode::execute);
    EXPECT_EQ(request.value_count, 1U);
    // v4 cannot tell when the columns have changed.
    EXPECT_EQ(request.skip_metadata, client.protocol_version == 5);
  }(server_, options()));
}

TEST_P(Prepared, is_prepared_again_where_it_was_forgotten) {
  server_.prepared("SELECT v", {.parameters = {{"k", "int"}}, .result = {{"v", "int"}}});
  server_.on("SELECT v", Reply::rows(ints({5})));
  run([](ScriptedServer& server, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto statement = co_await connected.session.prepare("SELECT v");
    server.forget("SELECT v");
    const auto executor = co_await asio::this_coro::executor;
    // Many at once ask for one preparation only.
    int done = 0;
    for (int request = 0; request < 20; ++request) {
      asio::co_spawn(executor, connected.session.execute(bind(statement, 1)),
                     [&done](const std::exception_ptr& error, const Result& result) {
                       EXPECT_FALSE(error);
                       if (!error) {
                         EXPECT_EQ(first_int(result.page), 5);
                       }
                       ++done;
                     });
    }
    co_await until([&] { return done == 20; });
    EXPECT_EQ(server.count(Opcode::prepare), 2U);

    server.forget("SELECT v");
    Batch batch;
    Values values;
    values.add_int(1);
    batch.entries.push_back({&statement, {}, 1, values.wire()});
    server.once("SELECT v", Reply::nothing());
    co_await connected.session.execute(std::move(batch));
    EXPECT_EQ(server.count(Opcode::prepare), 3U);
    EXPECT_EQ(server.count(Opcode::batch), 2U);
  }(server_, options()));
}

TEST_P(Prepared, gives_up_when_the_node_forgets_again_and_again) {
  server_.prepared("SELECT v", {.result = {{"v", "int"}}});
  Buffer id;
  scripted::append_string("SELECT v", id);
  server_.on(Opcode::execute, Reply::error(scripted::error_code::unprepared, "what?", id));
  run([](ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto statement = co_await connected.session.prepare("SELECT v");
    try {
      co_await connected.session.execute(BoundStatement{.prepared = statement});
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unprepared);
    }
  }(options()));
}

TEST_P(Prepared, follows_a_change_of_its_columns) {
  server_.prepared("SELECT *", {.result = {{"v", "int"}}});
  server_.on("SELECT *", Reply::rows(ints({5})));
  run([](ScriptedServer& server, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    const auto statement = co_await connected.session.prepare("SELECT *");
    co_await connected.session.execute(BoundStatement{.prepared = statement});
    server.change_metadata("SELECT *");
    server.on("SELECT *", Reply::rows(Rows({{"v", "int"}, {"w", "text"}}).add(5, "new")));
    for (int again = 0; again < 2; ++again) {
      const Result result = co_await connected.session.execute(BoundStatement{.prepared = statement});
      EXPECT_EQ(result.page.columns().size(), 2U);
      RowCursor row(result.page);
      EXPECT_TRUE(row.next());
      EXPECT_EQ(row.get<std::string>("w"), "new");
    }
    if (client.protocol_version == 5) {
      EXPECT_EQ(server.requests().back().result_metadata_id, "columns of revision 1");
    }
  }(server_, options()));
}

RequestOptions every_option(int version) {
  RequestOptions options;
  options.consistency = Consistency::each_quorum;
  options.serial_consistency = Consistency::local_serial;
  options.page_size = 7;
  options.paging_state = {std::byte{'p'}};
  options.timestamp_us = 123;
  options.custom_payload["key"] = {std::byte{'c'}};
  options.tracing = true;
  if (version >= 5) {
    options.keyspace = "elsewhere";
    options.now_in_seconds = 77;
  }
  return options;
}

// What QUERY, EXECUTE and BATCH have in common.
void expect_common_options(const Request& request, int version) {
  EXPECT_EQ(request.version, version);
  EXPECT_EQ(request.flags, protocol::envelope_flag::tracing | protocol::envelope_flag::custom_payload);
  EXPECT_THAT(request.custom_payload, ElementsAre(std::pair("key", "c")));
  EXPECT_EQ(request.consistency, 7);
  EXPECT_EQ(request.serial_consistency, 9);
  EXPECT_EQ(request.timestamp_us, 123);
  EXPECT_EQ(request.now_in_seconds, version >= 5 ? std::optional(77) : std::nullopt);
}

TEST_P(Prepared, options_of_a_request_are_sent_and_what_is_said_beside_the_result_is_passed_on) {
  Uuid id;
  id.bytes[3] = std::byte{9};
  const Reply chatty = Reply::rows(ints({1})).warning({"too large", "too slow"}).tracing_id(id);
  server_.prepared("prepared", {.result = {{"v", "int"}}});
  for (const char* cql : {"prepared", "plain", "batched"}) server_.on(cql, chatty);
  run([](ScriptedServer& server, ClusterOptions client, Uuid trace) -> asio::awaitable<void> {
    const int version = *client.protocol_version;
    Connected connected = co_await connect(client);
    const Result plain = co_await connected.session.execute(Query{"plain", {}, every_option(version)});
    EXPECT_THAT(plain.warnings, ElementsAre("too large", "too slow"));
    EXPECT_EQ(plain.tracing_id, trace);
    EXPECT_EQ(plain.node, "127.0.0.1:" + std::to_string(server.port()));
    EXPECT_EQ(plain.host_id, server.host_id(0));
    EXPECT_EQ(first_int(plain.page), 1);
    expect_common_options(server.requests().back(), version);
    EXPECT_EQ(server.requests().back().page_size, 7);
    EXPECT_EQ(server.requests().back().paging_state, "p");
    EXPECT_EQ(server.requests().back().keyspace, version >= 5 ? "elsewhere" : "");

    const auto statement = co_await connected.session.prepare("prepared", version >= 5 ? "elsewhere" : "");
    EXPECT_EQ(server.requests().back().keyspace, version >= 5 ? "elsewhere" : "");
    const Result executed = co_await connected.session.execute(BoundStatement{statement, {}, every_option(version)});
    EXPECT_EQ(executed.tracing_id, trace);
    expect_common_options(server.requests().back(), version);
    EXPECT_EQ(server.requests().back().page_size, 7);
    EXPECT_EQ(server.requests().back().paging_state, "p");

    Batch batch;
    batch.kind = Batch::Kind::logged;
    batch.options = every_option(version);
    batch.entries.push_back({nullptr, "batched", 0, {}});
    const Result batched = co_await connected.session.execute(std::move(batch));
    EXPECT_EQ(batched.warnings.size(), 2U);
    expect_common_options(server.requests().back(), version);
    EXPECT_EQ(server.requests().back().batch_kind, 0);
    EXPECT_EQ(server.requests().back().keyspace, version >= 5 ? "elsewhere" : "");
  }(server_, options(), id));
}

TEST(PreparedInKeyspace, is_a_statement_of_its_own) {
  ScriptedServer scripted_server;
  scripted_server.prepared("SELECT v", {.result = {{"v", "int"}}});
  run([](ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(server.client_options());
    const auto here = co_await connected.session.prepare("SELECT v", "here");
    const auto there = co_await connected.session.prepare("SELECT v", "there");
    EXPECT_NE(here.state(), there.state());
    EXPECT_EQ(server.count(Opcode::prepare), 2U);
    RequestOptions elsewhere;
    elsewhere.keyspace = "there";
    const Error error = co_await failure_of(connected.session, BoundStatement{here, {}, elsewhere});
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    // Where it was forgotten it is prepared again in its own keyspace.
    server.on("SELECT v", Reply::rows(ints({5})));
    server.forget("SELECT v");
    co_await connected.session.execute(BoundStatement{there});
    EXPECT_EQ(server.requests().at(server.requests().size() - 2).keyspace, "there");
  }(scripted_server));
}

TEST(RequestOptionsCheck, an_option_that_the_version_lacks_is_refused) {
  ScriptedServer server;
  server.on("any", Reply::nothing());
  ClusterOptions options = server.client_options();
  options.protocol_version = 4;
  run([](ScriptedServer& server_, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    RequestOptions keyspace;
    keyspace.keyspace = "ks";
    RequestOptions now;
    now.now_in_seconds = 1;
    for (const RequestOptions& refused : {keyspace, now}) {
      const Error plain = co_await failure_of(connected.session, Query{"any", {}, refused});
      EXPECT_EQ(plain.kind(), ErrorKind::unsupported);
      EXPECT_THAT(plain.what(), HasSubstr("version 5"));
      Batch batch;
      batch.options = refused;
      batch.entries.push_back({nullptr, "any", 0, {}});
      const Error batched = co_await failure_of(connected.session, std::move(batch));
      EXPECT_EQ(batched.kind(), ErrorKind::unsupported);
    }
    try {
      co_await connected.session.prepare("any", "ks");
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::unsupported);
    }
    EXPECT_EQ(server_.count("any"), 0U);
  }(server, options));
}

TEST(RequestOptionsCheck, nonsense_is_refused_before_anything_is_sent) {
  ScriptedServer server;
  server.on("any", Reply::nothing());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    RequestOptions serial;
    serial.serial_consistency = Consistency::quorum;
    RequestOptions pages;
    pages.page_size = -1;
    for (const RequestOptions& refused : {serial, pages}) {
      const Error error = co_await failure_of(connected.session, Query{"any", {}, refused});
      EXPECT_EQ(error.kind(), ErrorKind::usage);
    }
    EXPECT_EQ(server_.count("any"), 0U);
  }(server));
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
