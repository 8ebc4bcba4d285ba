// Connecting: versions, logins, and everything that can go wrong before the first request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/scripted.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::error_code::server_error;
using testing::AllOf;
using testing::HasSubstr;
using Way = Reply::Way;

asio::awaitable<int> version_spoken(ClusterOptions options) {
  const Connected connected = co_await connect(std::move(options));
  co_return connected.cluster.protocol_version();
}

TEST(Connect, speaks_version_5_where_the_server_does) {
  const ScriptedServer server;
  EXPECT_EQ(run(version_spoken(server.client_options())), 5);
}

TEST(Connect, falls_back_to_version_4) {
  const ScriptedServer server({.versions = {3, 4}});
  EXPECT_EQ(run(version_spoken(server.client_options())), 4);
}

TEST(Connect, speaks_the_version_demanded) {
  const ScriptedServer server;
  ClusterOptions options = server.client_options();
  options.protocol_version = 4;
  EXPECT_EQ(run(version_spoken(options)), 4);
}

TEST(Connect, says_which_versions_there_are_when_the_demanded_one_is_missing) {
  const ScriptedServer server({.versions = {3, 4}});
  ClusterOptions options = server.client_options();
  options.protocol_version = 5;
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("version 5"), HasSubstr("it has 3, 4"), HasSubstr("127.0.0.1:")));
}

TEST(Connect, says_so_when_no_common_version_is_left) {
  const ScriptedServer server({.versions = {3}});
  const Error error = error_of(version_spoken(server.client_options()));
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_THAT(error.what(), HasSubstr("it has 3"));
}

TEST(Connect, says_so_when_the_server_does_not_compress) {
  const ScriptedServer server({.compression = {"snappy"}});
  ClusterOptions options = server.client_options();
  options.compression = Compression::lz4;
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::unsupported);
  EXPECT_THAT(error.what(), HasSubstr("it offers: snappy"));
}

TEST(Connect, asks_to_be_told_of_overload_and_gives_its_name) {
  const ScriptedServer server;
  run(version_spoken(server.client_options()));
  for (const scripted::Request& request : server.requests()) {
    if (request.opcode != Opcode::startup) continue;
    EXPECT_EQ(request.options.at("THROW_ON_OVERLOAD"), "1");
    EXPECT_EQ(request.options.at("CQL_VERSION"), "3.0.0");
    EXPECT_EQ(request.options.at("APPLICATION_NAME"), "test");
  }
}

class Login : public testing::TestWithParam<int> {
 protected:
  ScriptedServer server_{{.login = Credentials{"cassandra", "secret"}}};
  ClusterOptions options() {
    ClusterOptions made = server_.client_options();
    made.protocol_version = GetParam();
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, Login, testing::Values(4, 5));

TEST_P(Login, with_the_right_password) { EXPECT_EQ(run(version_spoken(options())), GetParam()); }

TEST_P(Login, with_a_wrong_password) {
  ClusterOptions wrong = options();
  wrong.credentials = [] { return Credentials{"cassandra", "guess"}; };
  const Error error = error_of(version_spoken(wrong));
  EXPECT_EQ(error.kind(), ErrorKind::bad_credentials);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("incorrect"), Not(HasSubstr("guess"))));
}

TEST_P(Login, without_credentials) {
  ClusterOptions none = options();
  none.credentials = nullptr;
  const Error error = error_of(version_spoken(none));
  EXPECT_EQ(error.kind(), ErrorKind::bad_credentials);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("PasswordAuthenticator"), HasSubstr("no user name")));
}

TEST_P(Login, with_credentials_that_cannot_be_had) {
  ClusterOptions failing = options();
  failing.credentials = []() -> Credentials { throw std::runtime_error("the key ring is locked"); };
  EXPECT_THAT(error_of(version_spoken(failing)).what(), HasSubstr("the key ring is locked"));
}

TEST(Connect, is_refused_where_nobody_listens) {
  ClusterOptions options;
  {
    const ScriptedServer gone;
    options = gone.client_options();
  }
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_THAT(error.what(),
              AllOf(HasSubstr("refused"), HasSubstr("127.0.0.1:" + std::to_string(options.contact_points[0].port))));
  ASSERT_EQ(error.causes().size(), 1U);
  EXPECT_EQ(error.causes()[0].kind(), ErrorKind::connect);
}

TEST(Connect, names_a_host_that_has_no_address) {
  ClusterOptions options;
  options.contact_points = {{"no-such-host.invalid", 9042}};
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_THAT(error.what(), HasSubstr("no-such-host.invalid"));
}

TEST(Connect, resolves_names_and_goes_on_to_the_contact_point_that_answers) {
  const ScriptedServer server;
  ClusterOptions options = server.client_options();
  options.contact_points = {{"no-such-host.invalid", 9042}, {"localhost", server.port()}};
  EXPECT_EQ(run(version_spoken(options)), 5);
}

TEST(Connect, names_the_data_centres_when_the_wanted_one_is_missing) {
  const ScriptedServer server;
  ClusterOptions options = server.client_options();
  options.local_datacenter = "mars";
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("\"mars\""), HasSubstr("it has: dc1")));
}

TEST(Connect, tells_every_problem_of_the_options) {
  ClusterOptions options;
  options.contact_points.clear();
  options.protocol_version = 3;
  options.streams_per_connection = 40'000;
  const Error error = error_of(version_spoken(options));
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("contact point"), HasSubstr("version 3"), HasSubstr("40000")));
}

// Every step of the conversation fails in every way: it ends, with an error that names the node.
struct Fault {
  const char* name;
  Reply reply;
};
const Fault faults[] = {
    {"stalls", Reply::stall()},
    {"hangs_up", Reply::hang_up()},
    {"hangs_up_midway", Reply::nothing().hang_up_midway()},
    {"sends_garbage", Reply::garbage()},
    {"sends_another_message", Reply::nothing()},
    {"sends_a_broken_message", Reply::nothing().truncated(2)},
    {"says_error", Reply::error(server_error, "out of luck")},
    {"speaks_another_version", Reply::nothing().on_version(3)},
    {"answers_another_stream", Reply::nothing().on_stream(77)},
};
void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }
using Step = std::pair<const char*, Opcode>;
const Step steps[] = {{"options", Opcode::options},
                      {"startup", Opcode::startup},
                      {"login", Opcode::auth_response},
                      {"query", Opcode::query},
                      {"register", Opcode::register_}};

class HandshakeFault : public testing::TestWithParam<std::tuple<int, Step, Fault>> {};
INSTANTIATE_TEST_SUITE_P(Steps, HandshakeFault,
                         testing::Combine(testing::Values(4, 5), testing::ValuesIn(steps), testing::ValuesIn(faults)),
                         [](const auto& info) {
                           return "v" + std::to_string(std::get<0>(info.param)) + "_" + std::get<1>(info.param).first +
                                  "_" + std::get<2>(info.param).name;
                         });

TEST_P(HandshakeFault, ends_in_an_error_that_names_the_node) {
  const auto& [version, step, fault] = GetParam();
  ScriptedServer server({.login = Credentials{"user", "password"}});
  ClusterOptions options = server.client_options();
  options.protocol_version = version;
  options.connect_timeout = std::chrono::milliseconds(100);
  options.request_timeout = std::chrono::milliseconds(100);
  server.on(step.second, fault.reply);
  const Error error = error_of(version_spoken(options));
  EXPECT_THAT(error.what(), HasSubstr("127.0.0.1:" + std::to_string(server.port())));
}

}  // namespace
}  // namespace cql::test
