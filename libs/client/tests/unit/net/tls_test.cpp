// TLS: who is let in, who is refused and in which words, and that bytes come through whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <filesystem>
#include <fstream>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/tls.hpp"

namespace cql::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using Version = TlsOptions::Version;

std::string address_of(const ScriptedServer& server) { return "127.0.0.1:" + std::to_string(server.port()); }

void expect_refused(const Error& error, const ScriptedServer& server) {
  EXPECT_EQ(error.kind(), ErrorKind::tls) << error.what();
  EXPECT_THAT(error.what(), HasSubstr(address_of(server)));
}

struct Mode {
  Version tls;
  int protocol;
};

class Tls : public testing::TestWithParam<Mode> {
 protected:
  ScriptedServer server_ = make_server({.identity = for_loopback(), .newest = GetParam().tls});
  ClusterOptions options() {
    server_.on("one", Reply::rows(ints({1})));
    ClusterOptions made = trusting(server_);
    made.protocol_version = GetParam().protocol;
    return made;
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, Tls,
                         testing::Values(Mode{Version::tls_1_2, 4}, Mode{Version::tls_1_2, 5},
                                         Mode{Version::tls_1_3, 4}, Mode{Version::tls_1_3, 5}),
                         [](const auto& info) {
                           return std::string(info.param.tls == Version::tls_1_2 ? "tls12_v" : "tls13_v") +
                                  std::to_string(info.param.protocol);
                         });

TEST_P(Tls, carries_requests_and_answers) { EXPECT_EQ(run(ask(options())), 1); }

TEST_P(Tls, carries_pages_of_many_records_whole) {
  scripted::Rows rows({{"v", "blob"}});
  std::string expected;
  for (int row = 0; row < 300; ++row) {
    expected.assign(20'000, static_cast<char>('a' + row % 26));
    rows.add(expected);
  }
  ClusterOptions client = options();
  server_.on("large", Reply::rows(rows));
  run([](ClusterOptions client_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    const Result result = co_await connected.session.execute(query("large"));
    RowCursor row(result.page);
    int index = 0;
    for (; row.next(); ++index) {
      const std::string_view text = as_text(row.get<ByteView>(0));
      EXPECT_EQ(text.size(), 20'000U);
      EXPECT_EQ(text.find_first_not_of(static_cast<char>('a' + index % 26)), std::string_view::npos) << index;
    }
    EXPECT_EQ(index, 300);
  }(client));
}

TEST_P(Tls, carries_requests_larger_than_the_sockets_buffers) {
  ClusterOptions client = options();
  const std::string text = "large " + std::string(12'000'000, 'x');
  server_.on(text, Reply::rows(ints({2})));
  run([](ClusterOptions client_, std::string text_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    const Result result = co_await connected.session.execute(query(text_));
    EXPECT_EQ(first_int(result.page), 2);
  }(client, text));
}

TEST_P(Tls, carries_answers_in_records_of_one_byte) {
  ClusterOptions client = options();
  server_.on("one", Reply::rows(ints({1, 2, 3})).byte_by_byte());
  EXPECT_EQ(run(ask(client)), 1);
}

TEST_P(Tls, carries_many_requests_at_once) {
  ClusterOptions client = options();
  run([](ClusterOptions client_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    int answered = 0;
    const auto executor = co_await asio::this_coro::executor;
    for (int request = 0; request < 500; ++request) {
      asio::co_spawn(executor, connected.session.execute(query("one")), [&](std::exception_ptr error, Result result) {
        if (error) std::rethrow_exception(error);
        answered += first_int(result.page);
      });
    }
    co_await until([&] { return answered == 500; });
  }(client));
}

TEST_P(Tls, takes_a_cut_connection_for_a_loss_and_not_for_an_end) {
  ClusterOptions client = options();
  server_.once("cut", Reply::hang_up());
  server_.once("ended", Reply::nothing().with(Reply::Way::farewell));
  run([](ClusterOptions client_) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    for (const auto& [statement, says] : {std::pair("cut", "without TLS's farewell"), std::pair("ended", "closed")}) {
      try {
        co_await connected.session.execute(query(statement));
        ADD_FAILURE() << "no error";
      } catch (const Error& error) {
        EXPECT_EQ(error.kind(), ErrorKind::connection_lost);
        EXPECT_THAT(error.what(), HasSubstr(says));
      }
      co_await ask_until(connected.session, "answered 1");
    }
  }(client));
}

TEST_P(Tls, survives_a_server_that_is_gone_while_much_is_sent) {
  ClusterOptions client = options();
  run([](ClusterOptions client_, ScriptedServer& server) -> asio::awaitable<void> {
    Connected connected = co_await connect(client_);
    const auto executor = co_await asio::this_coro::executor;
    int ended = 0;
    for (int request = 0; request < 50; ++request) {
      asio::co_spawn(executor, connected.session.execute(query("lost " + std::string(200'000, 'x'))),
                     [&](std::exception_ptr, Result) { ++ended; });
    }
    co_await until([&] { return server.count(protocol::Opcode::query) > 5; });
    server.stop(0);
    co_await until([&] { return ended == 50; });
  }(client, server_));
}

TEST_P(Tls, refuses_an_expired_certificate) {
  const ScriptedServer server = make_server(
      {.identity = authority().issue({.name = "expired", .for_names = {"IP:127.0.0.1"}, .valid_until_seconds = -60}),
       .newest = GetParam().tls});
  const Error error = error_of(ask(trusting(server)));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("expired on 2"), HasSubstr(" UTC")));
}

TEST_P(Tls, refuses_a_certificate_that_is_not_valid_yet) {
  const ScriptedServer server = make_server(
      {.identity = authority().issue({.name = "early", .for_names = {"IP:127.0.0.1"}, .valid_from_seconds = 600}),
       .newest = GetParam().tls});
  const Error error = error_of(ask(trusting(server)));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("valid only from 2"), HasSubstr("clock")));
}

TEST_P(Tls, refuses_a_certificate_of_an_unknown_authority) {
  const Error error = error_of(ask([&] {
    ClusterOptions client = options();
    client.tls->ca_file = stranger().certificate_file();
    return client;
  }()));
  expect_refused(error, server_);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("not trusted"), HasSubstr("signed by \"CN=Test CA\""),
                                  HasSubstr(stranger().certificate_file())));
}

TEST_P(Tls, refuses_the_systems_authorities_as_a_voucher_for_a_private_one) {
  ClusterOptions client = options();
  client.tls->ca_file.clear();
  const Error error = error_of(ask(client));
  expect_refused(error, server_);
  EXPECT_THAT(error.what(), HasSubstr("the system's certificate authorities"));
}

TEST_P(Tls, refuses_a_certificate_for_another_address) {
  const ScriptedServer server =
      make_server({.identity = authority().issue({.name = "elsewhere", .for_names = {"DNS:a.test", "IP:10.1.2.3"}}),
                   .newest = GetParam().tls});
  const Error error = error_of(ask(trusting(server)));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), HasSubstr("is for a.test, 10.1.2.3, not for 127.0.0.1"));
}

TEST_P(Tls, says_that_the_server_demands_a_certificate) {
  const ScriptedServer server = make_server(
      {.identity = for_loopback(), .client_ca_file = authority().certificate_file(), .newest = GetParam().tls});
  const Error error = error_of(ask(trusting(server)));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), HasSubstr("demands a certificate of the client"));
}

TEST_P(Tls, says_that_the_server_refused_the_certificate) {
  const ScriptedServer server = make_server(
      {.identity = for_loopback(), .client_ca_file = authority().certificate_file(), .newest = GetParam().tls});
  const Identity unknown = stranger().issue({.name = "unknown client"});
  ClusterOptions client = trusting(server);
  client.tls->certificate_file = unknown.certificate_file;
  client.tls->key_file = unknown.key_file;
  const Error error = error_of(ask(client));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("refused the client's certificate"), HasSubstr("unknown CA")));
}

TEST_P(Tls, shows_a_certificate_that_the_server_accepts) {
  ScriptedServer server = make_server(
      {.identity = for_loopback(), .client_ca_file = authority().certificate_file(), .newest = GetParam().tls});
  server.on("one", Reply::rows(ints({1})));
  const Identity own = authority().issue({.name = "client", .key_password = secret});
  ClusterOptions client = trusting(server);
  client.tls->certificate_file = own.certificate_file;
  client.tls->key_file = own.key_file;
  client.tls->key_password = [] { return std::string(secret); };
  EXPECT_EQ(run(ask(client)), 1);
}

TEST(TlsNames, are_checked_as_the_contact_point_says_them) {
  ScriptedServer server =
      make_server({.identity = authority().issue({.name = "named", .for_names = {"DNS:localhost"}})});
  server.on("one", Reply::rows(ints({1})));
  ClusterOptions client = trusting(server);
  client.contact_points = {{"localhost", server.port()}};
  // The contact point may be entered; the node that it tells of is an address.
  run([](ClusterOptions client_) -> asio::awaitable<void> {
    const Cluster cluster = co_await Cluster::connect(client_);
    EXPECT_EQ(cluster.metadata()->nodes.size(), 1U);
  }(client));
  EXPECT_THAT(error_of(ask(client)).what(), HasSubstr("is for localhost, not for 127.0.0.1"));
  client.tls->expected_host_name = "localhost";
  EXPECT_EQ(run(ask(client)), 1);
}

TEST(TlsNames, are_not_checked_where_the_caller_says_so) {
  ScriptedServer server = make_server({.identity = authority().issue({.name = "other", .for_names = {"DNS:a.test"}})});
  server.on("one", Reply::rows(ints({1})));
  ClusterOptions client = trusting(server);
  client.tls->verify_host_name = false;
  EXPECT_EQ(run(ask(client)), 1);
}

TEST(TlsNames, of_authorities_are_checked_even_then) {
  const ScriptedServer server = make_server({.identity = for_loopback()});
  ClusterOptions client = trusting(server, stranger());
  client.tls->verify_host_name = false;
  EXPECT_THAT(error_of(ask(client)).what(), HasSubstr("not trusted"));
}

TEST(TlsNames, may_be_pinned_by_the_servers_own_certificate) {
  const Identity node = stranger().issue({.name = "pinned", .for_names = {"IP:127.0.0.1"}});
  ScriptedServer server = make_server({.identity = node});
  server.on("one", Reply::rows(ints({1})));
  ClusterOptions client = trusting(server);
  client.tls->ca_file = node.certificate_file;
  EXPECT_EQ(run(ask(client)), 1);
}

TEST(TlsVersions, are_demanded) {
  const ScriptedServer server = make_server({.identity = for_loopback(), .newest = Version::tls_1_2});
  ClusterOptions client = trusting(server);
  client.tls->minimum_version = Version::tls_1_3;
  const Error error = error_of(ask(client));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), HasSubstr("no TLS version from 1.3 on"));
}

TEST(TlsVersions, without_a_common_cipher) {
  const ScriptedServer server =
      make_server({.identity = for_loopback(), .newest = Version::tls_1_2, .ciphers = "ECDHE-RSA-AES128-GCM-SHA256"});
  const Error error = error_of(ask(trusting(server)));
  expect_refused(error, server);
  EXPECT_THAT(error.what(), HasSubstr("no TLS cipher"));
}

TEST(TlsAndPlain, a_plain_server_is_recognised) {
  for (const int version : {3, 5}) {
    const ScriptedServer server({.versions = {version}});
    const Error error = error_of(ask(trusting(server)));
    expect_refused(error, server);
    EXPECT_THAT(error.what(), HasSubstr("does not speak TLS: it answers in plain CQL"));
  }
}

TEST(TlsAndPlain, a_plain_client_is_told_that_tls_may_be_needed) {
  const ScriptedServer server = make_server({.identity = for_loopback()});
  const Error error = error_of(ask(server.client_options()));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_THAT(error.what(), AllOf(HasSubstr("it may demand TLS"), HasSubstr(address_of(server))));
}

// A server that is none: accepts, says what it is told to, and goes.
class Mute {
 public:
  explicit Mute(std::string says = {}) : says_(std::move(says)), acceptor_(io_, {asio::ip::address_v4::loopback(), 0}) {
    acceptor_.async_accept([this](boost::system::error_code error, asio::ip::tcp::socket socket) {
      if (error) return;
      socket_.emplace(std::move(socket));
      if (says_.empty()) return;
      boost::system::error_code ignored;
      asio::write(*socket_, asio::buffer(says_), ignored);
      socket_->shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
    });
    thread_ = std::thread([this] { io_.run(); });
  }
  ~Mute() {
    io_.stop();
    thread_.join();
  }
  [[nodiscard]] ClusterOptions client_options() const {
    ClusterOptions options;
    options.contact_points = {{"127.0.0.1", acceptor_.local_endpoint().port()}};
    options.tls.emplace();
    options.tls->ca_file = authority().certificate_file();
    return options;
  }

 private:
  std::string says_;
  asio::io_context io_{1};
  asio::ip::tcp::acceptor acceptor_;
  std::optional<asio::ip::tcp::socket> socket_;
  std::thread thread_;
};

TEST(TlsAndPlain, a_web_server_is_none) {
  const Mute server("HTTP/1.1 400 Bad Request\r\n\r\n");
  const Error error = error_of(ask(server.client_options()));
  EXPECT_EQ(error.kind(), ErrorKind::tls);
  EXPECT_THAT(error.what(), HasSubstr("does not speak TLS; is this the right port?"));
}

TEST(TlsAndPlain, silence_ends_with_the_time_limit) {
  const Mute server;
  ClusterOptions client = server.client_options();
  client.connect_timeout = std::chrono::milliseconds(100);
  EXPECT_THAT(error_of(ask(client)).what(),
              HasSubstr("no connection within 100 ms (while connecting, the TLS handshake"));
}

TEST(TlsAndPlain, a_handshake_cut_short_says_so) {
  const Mute server(std::string("\x16\x03\x03\x00\x10", 5));
  const Error error = error_of(ask(server.client_options()));
  EXPECT_EQ(error.kind(), ErrorKind::no_node);
  EXPECT_THAT(error.what(), HasSubstr("closed the connection during the TLS handshake"));
}

}  // namespace
}  // namespace cql::test
