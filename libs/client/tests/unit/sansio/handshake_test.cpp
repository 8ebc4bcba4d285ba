// The conversation at the start of a connection, message by message and without a socket.
#include "sansio/handshake.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cql/error.hpp"
#include "scripted_server/request.hpp"
#include "scripted_server/rows.hpp"

namespace cql::sansio {
namespace {

using protocol::Opcode;
using Step = Handshake::Step;
using scripted::append_string;
using testing::HasSubstr;

Envelope message(Opcode opcode, const Buffer& body, int version = 5) {
  Envelope envelope;
  envelope.header = {static_cast<std::uint8_t>(version), true, 0, 0, opcode, static_cast<std::uint32_t>(body.size())};
  envelope.body.append(body.view());
  return envelope;
}

Envelope supported(std::vector<std::string> versions = {"4/v4", "5/v5", "6/v6-beta"}) {
  Buffer body;
  body.append_integer(std::uint16_t{2});
  append_string("COMPRESSION", body);
  body.append_integer(std::uint16_t{2});
  append_string("snappy", body);
  append_string("lz4", body);
  append_string("PROTOCOL_VERSIONS", body);
  body.append_integer(static_cast<std::uint16_t>(versions.size()));
  for (const std::string& version : versions) append_string(version, body);
  return message(Opcode::supported, body);
}

Envelope text_message(Opcode opcode, std::string_view text) {
  Buffer body;
  append_string(text, body);
  return message(opcode, body);
}

Envelope token_message(Opcode opcode, std::string_view token) {
  Buffer body;
  scripted::append_bytes(as_bytes(token), body);
  return message(opcode, body);
}

Envelope error(std::int32_t code, std::string_view text, int version = 5) {
  Buffer body;
  body.append_integer(code);
  append_string(text, body);
  return message(Opcode::error, body, version);
}

const Envelope ready = message(Opcode::ready, {});

HandshakeOptions with_login() {
  HandshakeOptions options;
  options.credentials = [] { return Credentials{"user", "password"}; };
  return options;
}

/// What the client said last.
scripted::Request said(const Buffer& out) {
  Reader reader(out.view());
  const int version = reader.u8();
  const std::uint8_t flags = reader.u8();
  const std::int16_t stream = reader.i16();
  const auto opcode = static_cast<Opcode>(reader.u8());
  const auto size = static_cast<std::size_t>(reader.i32());
  return scripted::read_request(version, flags, stream, opcode, reader.raw(size));
}

class HandshakeTest : public testing::Test {
 protected:
  Step receive(Handshake& handshake, const Envelope& envelope) {
    out_.clear();
    return handshake.receive(envelope, out_);
  }
  void expect_error(Handshake& handshake, const Envelope& envelope, ErrorKind kind, const char* says) {
    try {
      (void)receive(handshake, envelope);
      ADD_FAILURE() << "no error";
    } catch (const Error& failure) {
      EXPECT_EQ(failure.kind(), kind) << failure.what();
      EXPECT_THAT(failure.what(), HasSubstr(says));
    }
  }
  Buffer out_;
};

TEST_F(HandshakeTest, without_a_login) {
  Handshake handshake({});
  handshake.start(out_);
  EXPECT_EQ(said(out_).opcode, Opcode::options);
  EXPECT_EQ(receive(handshake, supported()), Step::more);
  EXPECT_EQ(said(out_).opcode, Opcode::startup);
  EXPECT_FALSE(said(out_).options.contains("COMPRESSION"));
  EXPECT_FALSE(handshake.framing_begins());
  EXPECT_EQ(receive(handshake, ready), Step::ready);
  EXPECT_TRUE(handshake.framing_begins());
  EXPECT_TRUE(out_.empty());
}

TEST_F(HandshakeTest, with_a_login_that_is_framed_already) {
  Handshake handshake(with_login());
  handshake.start(out_);
  EXPECT_EQ(receive(handshake, supported()), Step::more);
  EXPECT_EQ(receive(handshake, text_message(Opcode::authenticate, "org.apache.cassandra.auth.PasswordAuthenticator")),
            Step::more);
  EXPECT_TRUE(handshake.framing_begins());
  EXPECT_EQ(said(out_).opcode, Opcode::auth_response);
  EXPECT_EQ(said(out_).token, std::string("\0user\0password", 14));
  EXPECT_EQ(receive(handshake, token_message(Opcode::auth_success, "")), Step::ready);
}

TEST_F(HandshakeTest, with_the_mechanism_first_where_dse_wants_it) {
  Handshake handshake(with_login());
  handshake.start(out_);
  EXPECT_EQ(receive(handshake, supported()), Step::more);
  EXPECT_EQ(receive(handshake, text_message(Opcode::authenticate, "com.datastax.bdp.cassandra.auth.DseAuthenticator")),
            Step::more);
  EXPECT_EQ(said(out_).token, "PLAIN");
  EXPECT_EQ(receive(handshake, token_message(Opcode::auth_challenge, "PLAIN-START")), Step::more);
  EXPECT_EQ(said(out_).token, std::string("\0user\0password", 14));
  EXPECT_EQ(receive(handshake, token_message(Opcode::auth_success, "")), Step::ready);
}

TEST_F(HandshakeTest, a_challenge_that_is_not_understood) {
  Handshake handshake(with_login());
  handshake.start(out_);
  EXPECT_EQ(receive(handshake, supported()), Step::more);
  EXPECT_EQ(receive(handshake, text_message(Opcode::authenticate, "com.example.Kerberos")), Step::more);
  expect_error(handshake, token_message(Opcode::auth_challenge, "?"), ErrorKind::unsupported, "com.example.Kerberos");
}

TEST_F(HandshakeTest, asks_for_lz4_where_wanted) {
  HandshakeOptions options;
  options.lz4 = true;
  Handshake handshake(options);
  handshake.start(out_);
  EXPECT_EQ(receive(handshake, supported()), Step::more);
  EXPECT_EQ(said(out_).options.at("COMPRESSION"), "lz4");
}

TEST_F(HandshakeTest, a_server_without_the_version_says_so_in_different_ways) {
  const Envelope answers[] = {
      error(0x000A, "Invalid or unsupported protocol version (5); supported versions are (3/v3, 4/v4)", 4),
      error(0x000A, "Beta version of the protocol used (5/v5-beta), but USE_BETA flag is unset", 4),
      supported({"3/v3", "4/v4", "5/v5-beta"}),
  };
  for (const Envelope& answer : answers) {
    Handshake willing({});
    willing.start(out_);
    EXPECT_EQ(receive(willing, answer), Step::downgrade);
    HandshakeOptions options;
    options.demanded = true;
    Handshake demanding(options);
    demanding.start(out_);
    expect_error(demanding, answer, ErrorKind::unsupported, "does not speak protocol version 5");
  }
}

TEST_F(HandshakeTest, fails_at_each_step_with_what_the_server_says) {
  for (int steps = 0; steps < 3; ++steps) {
    Handshake handshake(with_login());
    handshake.start(out_);
    if (steps > 0) EXPECT_EQ(receive(handshake, supported()), Step::more);
    if (steps > 1) EXPECT_EQ(receive(handshake, text_message(Opcode::authenticate, "Password")), Step::more);
    expect_error(handshake, error(0x0100, "no entry"), ErrorKind::bad_credentials, "no entry");
  }
}

TEST_F(HandshakeTest, fails_at_each_step_on_a_message_that_does_not_belong_there) {
  for (int steps = 0; steps < 4; ++steps) {
    Handshake handshake(with_login());
    handshake.start(out_);
    if (steps > 0) EXPECT_EQ(receive(handshake, supported()), Step::more);
    if (steps > 1) EXPECT_EQ(receive(handshake, text_message(Opcode::authenticate, "Password")), Step::more);
    if (steps > 2) EXPECT_EQ(receive(handshake, token_message(Opcode::auth_success, "")), Step::ready);
    expect_error(handshake, message(Opcode::event, {}), ErrorKind::protocol, "unexpected message");
  }
}

TEST_F(HandshakeTest, fails_on_an_answer_in_another_version) {
  Handshake handshake({});
  handshake.start(out_);
  Envelope other = supported();
  other.header.version = 3;
  expect_error(handshake, other, ErrorKind::protocol, "version 3");
}

TEST(VersionsIn, reads_the_released_ones) {
  EXPECT_EQ(versions_in("Invalid or unsupported protocol version (5); supported versions are (3/v3, 4/v4, 6/v6-beta)"),
            "3, 4");
  EXPECT_EQ(versions_in("supported versions are ()"), "");
  EXPECT_EQ(versions_in("supported versions are (3/v3"), "");
  EXPECT_EQ(versions_in("no list"), "");
  EXPECT_EQ(versions_in(""), "");
}

}  // namespace
}  // namespace cql::sansio
