// Prepared statements: prepared once, again where they were forgotten, and followed when their columns change; options
// of a request as they are sent, and those that are refused.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/pending.hpp"
#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Request;
using testing::ElementsAre;
using testing::HasSubstr;

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

TEST_P(Prepared, a_batch_is_sent_by_a_node_that_knows_none_of_its_statements) {
  run([](ScriptedServer& server, ClusterOptions client) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    std::vector<PreparedStatement> statements;
    for (const char* cql : {"INSERT 1", "INSERT 2", "INSERT 3", "INSERT 4"}) {
      server.prepared(cql, {});
      server.on(cql, Reply::nothing());
      statements.push_back(co_await connected.session.prepare(cql));
    }
    for (const PreparedStatement& statement : statements) server.forget(statement.cql());
    Batch batch;
    for (const PreparedStatement& statement : statements) batch.entries.push_back({&statement, {}, 0, {}});
    co_await connected.session.execute(std::move(batch));
    EXPECT_EQ(server.count(Opcode::prepare), 8U);
    EXPECT_EQ(server.count(Opcode::batch), 5U);
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

}  // namespace
}  // namespace cql::test
