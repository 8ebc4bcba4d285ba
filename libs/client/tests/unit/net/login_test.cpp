// Passwords come from a function of the caller's: asked for each connection, so that they may change while it runs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <string>
#include <vector>

#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Not;

Reply welcome() {
  Buffer body;
  body.append_integer(std::int32_t{-1});
  return Reply::message(Opcode::auth_success, body);
}

// The passwords that clients gave, in order.
std::vector<std::string> passwords(const ScriptedServer& server) {
  std::vector<std::string> found;
  for (const scripted::Request& request : server.requests()) {
    if (request.opcode == Opcode::auth_response) found.push_back(request.token.substr(request.token.rfind('\0') + 1));
  }
  return found;
}

TEST(Passwords, are_asked_for_each_new_connection) {
  ScriptedServer server({.login = Credentials{"user", "old"}});
  server.on(Opcode::auth_response, welcome());
  server.on("one", Reply::rows(ints({1})));
  ClusterOptions client = server.client_options();
  client.connections_per_node = 3;
  std::string current = "old";
  client.credentials = [&current] { return Credentials{"user", current}; };
  run([](ClusterOptions client_, ScriptedServer& server_, std::string& current_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    co_await until([&] { return passwords(server_).size() == 4; });
    EXPECT_THAT(passwords(server_), Each(std::string("old")));
    const std::size_t before = passwords(server_).size();
    EXPECT_EQ(before, 4U);

    // What is open goes on; a new session logs in with the password of now.
    current_ = "new";
    EXPECT_EQ(first_int((co_await connected.session.execute(query("one"))).page), 1);
    EXPECT_EQ(passwords(server_).size(), before);
    Session second = co_await Session::open(connected.cluster);
    EXPECT_EQ(first_int((co_await second.execute(query("one"))).page), 1);
    EXPECT_EQ(passwords(server_).at(before), "new");
    EXPECT_EQ(first_int((co_await connected.session.execute(query("one"))).page), 1);
  }(client, server, current));
}

TEST(Passwords, that_cannot_be_had_are_reported_with_the_reason) {
  const ScriptedServer server({.login = Credentials{"user", "password"}});
  ClusterOptions client = server.client_options();
  const auto reason = [&] { return error_of(connect(client)); };
  client.credentials = []() -> Credentials { throw std::runtime_error("the key ring is locked"); };
  EXPECT_THAT(reason().what(), AllOf(HasSubstr("the key ring is locked"), HasSubstr("127.0.0.1:")));
  client.credentials = []() -> Credentials { throw 1; };
  EXPECT_THAT(reason().what(), AllOf(HasSubstr("no user name and password"), HasSubstr("127.0.0.1:")));
  client.credentials = []() -> Credentials { throw Error(ErrorKind::bad_credentials, "the vault is sealed"); };
  EXPECT_THAT(reason().what(), HasSubstr("the vault is sealed"));
}

TEST(Passwords, stand_in_no_error) {
  const std::string secret = "correct horse battery staple";
  for (const int version : {4, 5}) {
    ScriptedServer server({.login = Credentials{"user", "another"}});
    ClusterOptions client = server.client_options();
    client.protocol_version = version;
    client.credentials = [&] { return Credentials{"user", secret}; };
    client.connect_timeout = std::chrono::milliseconds(200);
    const std::vector<Reply> replies{Reply::error(scripted::error_code::bad_credentials, "Provided username"),
                                     Reply::hang_up(), Reply::garbage(), Reply::stall(), Reply::nothing()};
    for (const Reply& reply : replies) {
      server.once(Opcode::auth_response, reply);
      const Error error = error_of(connect(client));
      EXPECT_THAT(std::string(error.what()) + error.message(), Not(HasSubstr("battery")));
      for (const Error& cause : error.causes()) EXPECT_THAT(cause.what(), Not(HasSubstr("battery")));
    }
  }
}

}  // namespace
}  // namespace cql::test
