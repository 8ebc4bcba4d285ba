// Certificates of the tests' own authorities, servers that show them, and clients that trust them.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "scripted_server/certificates.hpp"
#include "support/scripted.hpp"

namespace cql::test {

using scripted::Authority;
using scripted::Identity;
using scripted::ServerTls;

inline constexpr const char* secret = "correct horse battery staple";

inline const Authority& authority() {
  static const Authority made("Test CA");
  return made;
}

inline const Authority& stranger() {
  static const Authority made("Somebody else's CA");
  return made;
}

inline Identity for_loopback() {
  return authority().issue({.name = "node", .for_names = {"IP:127.0.0.1", "DNS:node.test"}});
}

inline ScriptedServer make_server(ServerTls tls) { return ScriptedServer({.tls = std::move(tls)}); }

inline ClusterOptions trusting(const ScriptedServer& server, const Authority& trusted = authority()) {
  ClusterOptions options = server.client_options();
  options.tls.emplace();
  options.tls->ca_file = trusted.certificate_file();
  return options;
}

inline asio::awaitable<int> ask(ClusterOptions options) {
  Connected connected = co_await connect(std::move(options));
  const Result result = co_await connected.session.execute(query("one"));
  co_return first_int(result.page);
}

// Asks until the answer ("answered 1"), or the error's text, is the one that is waited for.
inline asio::awaitable<void> ask_until(Session& session, std::string wanted) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(15);
  std::string said;
  while (said.find(wanted) == std::string::npos && std::chrono::steady_clock::now() < end) {
    try {
      said = "answered " + std::to_string(first_int((co_await session.execute(query("one"))).page));
    } catch (const Error& error) {
      said = error.what();
    }
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
  EXPECT_THAT(said, ::testing::HasSubstr(wanted));
}

}  // namespace cql::test
