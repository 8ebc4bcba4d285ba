// Connecting: versions, logins, and everything that can go wrong before the first request.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cql/session.hpp"
#include "scripted_server/server.hpp"
#include "support/run.hpp"

namespace cql::test {
namespace {

using protocol::Opcode;
using scripted::Reply;
using scripted::ScriptedServer;
using testing::AllOf;
using testing::HasSubstr;

asio::awaitable<int> version_spoken(ClusterOptions options) {
  const Cluster cluster = co_await Cluster::connect(std::move(options));
  Session session = co_await Session::open(cluster);
  co_return cluster.protocol_version();
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

}  // namespace
}  // namespace cql::test
