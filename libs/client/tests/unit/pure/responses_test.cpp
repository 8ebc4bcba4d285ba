// Responses but RESULT and ERROR, which have files of their own: what they say, and that they need every byte.
#include "protocol/responses.hpp"

#include <gtest/gtest.h>

#include "exact_bytes.hpp"

namespace cql::protocol {
namespace {

using test::Wire;

TEST(Prelude, reads_what_the_flags_announce_in_order) {
  Wire body;
  body.hex("00112233445566778899aabbccddeeff").u16(2).string("slow").string("").u16(1).string("k").value("v");
  const std::size_t size = body.view().size();
  body.hex("0102");
  EnvelopeHeader header;
  header.flags = envelope_flag::tracing | envelope_flag::warning | envelope_flag::custom_payload;
  const Prelude prelude = decode_prelude(header, body);
  Uuid id;
  ASSERT_TRUE(Uuid::parse("00112233-4455-6677-8899-aabbccddeeff", id));
  EXPECT_EQ(prelude.tracing_id, id);
  EXPECT_EQ(prelude.warnings, (std::vector<std::string>{"slow", ""}));
  EXPECT_EQ(prelude.custom_payload.at("k"), test::hex("76"));
  EXPECT_EQ(prelude.size, size);
  test::expect_needs_every_byte(body.view().first(size),
                                [&](ByteView bytes) { static_cast<void>(decode_prelude(header, bytes)); });
  EXPECT_EQ(decode_prelude({}, body).size, 0U);
}

TEST(Prelude, a_null_in_the_custom_payload_is_empty) {
  Wire body;
  body.u16(1).string("k").i32(-1);
  EnvelopeHeader header;
  header.flags = envelope_flag::custom_payload;
  EXPECT_TRUE(decode_prelude(header, body).custom_payload.at("k").empty());
}

TEST(Handshake, messages_are_read) {
  Wire supported;
  supported.u16(2).string("COMPRESSION").u16(2).string("snappy").string("lz4").string("CQL_VERSION").u16(0);
  EXPECT_EQ(decode_supported(supported).options.at("COMPRESSION"), (std::vector<std::string>{"snappy", "lz4"}));
  EXPECT_TRUE(decode_supported(supported).options.at("CQL_VERSION").empty());
  test::expect_needs_every_byte(supported, [](ByteView bytes) { static_cast<void>(decode_supported(bytes)); });
  Wire authenticate;
  authenticate.string("org.apache.cassandra.auth.PasswordAuthenticator");
  EXPECT_EQ(decode_authenticate(authenticate), "org.apache.cassandra.auth.PasswordAuthenticator");
  test::expect_needs_every_byte(authenticate, [](ByteView bytes) { static_cast<void>(decode_authenticate(bytes)); });
  EXPECT_EQ(decode_auth_token(test::hex("00000002 abcd")), test::hex("abcd"));
  EXPECT_TRUE(decode_auth_token(test::hex("ffffffff")).empty());
  test::expect_needs_every_byte(test::hex("00000002 abcd"),
                                [](ByteView bytes) { static_cast<void>(decode_auth_token(bytes)); });
}

TEST(SchemaChange, comes_as_result_and_as_event) {
  Wire fields;
  fields.string("UPDATED").string("TABLE").string("ks").string("t");
  Wire message;
  message.i32(5).bytes(fields);
  const auto change = std::get<SchemaChange>(decode_result(message, 5));
  EXPECT_EQ(change.change, "UPDATED");
  EXPECT_EQ(change.target, "TABLE");
  EXPECT_EQ(change.keyspace, "ks");
  EXPECT_EQ(change.name, "t");
  test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
  Wire event;
  event.string("SCHEMA_CHANGE").bytes(fields);
  EXPECT_EQ(std::get<SchemaChange>(decode_event(event)).name, "t");
}

TEST(SchemaChange, keyspaces_have_no_name_and_functions_have_arguments) {
  Wire keyspace;
  keyspace.string("SCHEMA_CHANGE").string("DROPPED").string("KEYSPACE").string("ks");
  EXPECT_EQ(std::get<SchemaChange>(decode_event(keyspace)).keyspace, "ks");
  Wire function;
  function.string("SCHEMA_CHANGE")
      .string("CREATED")
      .string("FUNCTION")
      .string("ks")
      .string("f")
      .u16(2)
      .string("int")
      .string("text");
  EXPECT_EQ(std::get<SchemaChange>(decode_event(function)).argument_types, (std::vector<std::string>{"int", "text"}));
  test::expect_needs_every_byte(function, [](ByteView bytes) { static_cast<void>(decode_event(bytes)); });
  Wire odd;
  odd.string("SCHEMA_CHANGE").string("CREATED").string("PLANET").string("ks").string("f");
  EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_event(odd)); }), ErrorKind::protocol);
}

TEST(Event, topology_and_status) {
  Wire topology;
  topology.string("TOPOLOGY_CHANGE").string("NEW_NODE").u8(16).hex("20010db8000000000000000000000001").i32(9042);
  const auto change = std::get<TopologyChange>(decode_event(topology));
  EXPECT_EQ(change.change, "NEW_NODE");
  EXPECT_EQ(change.address.to_string(), "2001:db8::1");
  EXPECT_EQ(change.port, 9042);
  test::expect_needs_every_byte(topology, [](ByteView bytes) { static_cast<void>(decode_event(bytes)); });
  for (const bool up : {true, false}) {
    Wire status;
    status.string("STATUS_CHANGE").string(up ? "UP" : "DOWN").u8(4).hex("7f000001").i32(9042);
    EXPECT_EQ(std::get<StatusChange>(decode_event(status)).up, up);
    test::expect_needs_every_byte(status, [](ByteView bytes) { static_cast<void>(decode_event(bytes)); });
  }
}

TEST(Event, unknown_kinds_states_and_addresses_are_refused) {
  Wire kind;
  kind.string("WEATHER_CHANGE").string("UP").u8(4).hex("7f000001").i32(9042);
  Wire state;
  state.string("STATUS_CHANGE").string("SIDEWAYS").u8(4).hex("7f000001").i32(9042);
  Wire address;
  address.string("STATUS_CHANGE").string("UP").u8(5).hex("7f00000101").i32(9042);
  for (const ByteView bytes : {kind.view(), state.view(), address.view()}) {
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_event(bytes)); }), ErrorKind::protocol);
  }
}

TEST(Responses, ignore_what_later_servers_may_add) {
  Wire keyspace;
  keyspace.i32(3).string("ks").hex("0102");
  EXPECT_EQ(std::get<SetKeyspaceResult>(decode_result(keyspace, 5)).keyspace, "ks");
  Wire status;
  status.string("STATUS_CHANGE").string("UP").u8(4).hex("7f000001").i32(9042).hex("ff");
  EXPECT_TRUE(std::get<StatusChange>(decode_event(status)).up);
}

}  // namespace
}  // namespace cql::protocol
