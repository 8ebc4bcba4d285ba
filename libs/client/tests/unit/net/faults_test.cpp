// A server that misbehaves in the middle of a request: the request ends in an error that says why, and the session
// goes on with a new connection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <tuple>
#include <vector>

#include "support/scripted.hpp"

namespace cql::test {
namespace {

using testing::AllOf;
using testing::HasSubstr;

struct Fault {
  const char* name;
  Reply reply;
  ErrorKind kind;
  const char* says;
  bool same_in_v4 = true;
};

const Fault faults[] = {
    {"hang_up", Reply::hang_up(), ErrorKind::connection_lost, "closed the connection"},
    {"hang_up_midway", Reply::rows(ints({1, 2, 3})).hang_up_midway(), ErrorKind::connection_lost, "closed"},
    {"garbage", Reply::garbage(), ErrorKind::connection_lost, ""},
    {"wrong_crc", Reply::rows(ints({1, 2, 3})).wrong_crc(), ErrorKind::connection_lost, "", false},
    {"wrong_header", Reply::rows(ints({1, 2, 3})).with(Reply::Way::wrong_header), ErrorKind::connection_lost, ""},
    {"wrong_version", Reply::nothing().on_version(3), ErrorKind::connection_lost, "version 3"},
    {"wrong_stream", Reply::nothing().on_stream(99), ErrorKind::connection_lost, "stream 99"},
    {"no_stream", Reply::nothing().on_stream(-1), ErrorKind::connection_lost, "no request"},
    {"broken_message", Reply::rows(ints({1})).truncated(30), ErrorKind::protocol, ""},
    {"other_message", Reply::message(protocol::Opcode::ready, {}), ErrorKind::protocol, "not with RESULT"},
    {"broken_error", Reply::error(0x1100, "late"), ErrorKind::protocol, ""},
    {"stall", Reply::stall(), ErrorKind::timeout, "no answer within 150 ms"},
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

using FaultCase = std::tuple<int, Compression, Fault>;

// v4 has no checksums that could be wrong.
std::vector<FaultCase> fault_cases() {
  std::vector<FaultCase> cases;
  for (const int version : {4, 5}) {
    for (const Compression compression : {Compression::none, Compression::lz4}) {
      for (const Fault& fault : faults) {
        if (version == 5 || fault.same_in_v4) cases.emplace_back(version, compression, fault);
      }
    }
  }
  return cases;
}

class RequestFault : public testing::TestWithParam<FaultCase> {};
INSTANTIATE_TEST_SUITE_P(Faults, RequestFault, testing::ValuesIn(fault_cases()), [](const auto& info) {
  return "v" + std::to_string(std::get<0>(info.param)) + (std::get<1>(info.param) == Compression::lz4 ? "_lz4_" : "_") +
         std::get<2>(info.param).name;
});

TEST_P(RequestFault, ends_the_request_and_not_the_session) {
  const auto& [version, compression, fault] = GetParam();
  ScriptedServer server;
  ClusterOptions options = server.client_options();
  options.protocol_version = version;
  options.compression = compression;
  server.once("faulty", fault.reply);
  server.on("sound", Reply::rows(ints({7})));
  run([](ClusterOptions client, const Fault& expected, std::uint16_t port) -> asio::awaitable<void> {
    Connected connected = co_await connect(client);
    Query faulty = query("faulty");
    if (expected.kind == ErrorKind::timeout) faulty.options.timeout = std::chrono::milliseconds(150);
    try {
      co_await connected.session.execute(std::move(faulty));
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), expected.kind) << error.what();
      EXPECT_THAT(error.what(), HasSubstr(expected.says));
      EXPECT_EQ(error.node(), "127.0.0.1:" + std::to_string(port));
      EXPECT_EQ(error.query(), "faulty");
    }
    const Result result = co_await connected.session.execute(query("sound"));
    EXPECT_EQ(first_int(result.page), 7);
  }(options, fault, server.port()));
}

TEST(RequestFaults, every_pending_request_ends_when_the_connection_does) {
  ScriptedServer server;
  server.on("waits", Reply::stall());
  run([](ScriptedServer& server_) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_.client_options());
    int lost = 0;
    const auto executor = co_await asio::this_coro::executor;
    for (int request = 0; request < 100; ++request) {
      asio::co_spawn(executor, connected.session.execute(query("waits")), [&](std::exception_ptr error, Result) {
        try {
          std::rethrow_exception(error);
        } catch (const Error& failure) {
          EXPECT_EQ(failure.kind(), ErrorKind::connection_lost);
          ++lost;
        }
      });
    }
    co_await until([&] { return server_.count("waits") == 100; });
    server_.hang_up();
    co_await until([&] { return lost == 100; });
  }(server));
}

TEST(RequestFaults, a_server_that_is_gone_gives_no_node) {
  auto server = std::make_unique<ScriptedServer>();
  const std::string address = "127.0.0.1:" + std::to_string(server->port());
  run([](std::unique_ptr<ScriptedServer> server_, std::string node) -> asio::awaitable<void> {
    Connected connected = co_await connect(server_->client_options());
    server_.reset();
    for (int attempt = 0; attempt < 3; ++attempt) {
      try {
        co_await connected.session.execute(query("anything"));
        ADD_FAILURE() << "no error";
      } catch (const Error& error) {
        EXPECT_TRUE(error.kind() == ErrorKind::no_node || error.kind() == ErrorKind::connection_lost) << error.what();
        EXPECT_THAT(error.what(), HasSubstr(node));
      }
    }
  }(std::move(server), address));
}

}  // namespace
}  // namespace cql::test
