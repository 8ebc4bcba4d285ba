// Responses from bytes: what they say, that they need every byte, and that their counts are not believed.
#include "protocol/responses.hpp"

#include <gtest/gtest.h>

#include "exact_bytes.hpp"

namespace cql::protocol {
namespace {

using test::ExactBytes;
using test::Wire;

template <typename Kind>
Kind result(ByteView bytes, int version = 5) {
  const ExactBytes exact(bytes);
  return std::get<Kind>(decode_result(exact, version));
}

void expect_malformed(ByteView bytes, int version = 5) {
  const ExactBytes exact(bytes);
  EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_result(exact, version)); }), ErrorKind::protocol);
}

TEST(Prelude, reads_what_the_flags_announce_in_order) {
  Wire body;
  body.hex("00112233445566778899aabbccddeeff").u16(2).string("slow").string("").u16(1).string("k").value("v");
  const std::size_t size = body.view().size();
  body.hex("0102");
  EnvelopeHeader header;
  header.flags = envelope_flag::tracing | envelope_flag::warning | envelope_flag::custom_payload;
  const Prelude prelude = decode_prelude(header, body);
  EXPECT_EQ(prelude.tracing_id->to_string(), "00112233-4455-6677-8899-aabbccddeeff");
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

TEST(Result, void_and_set_keyspace) {
  EXPECT_NO_THROW(result<VoidResult>(test::hex("00000001")));
  Wire keyspace;
  keyspace.i32(3).string("ks");
  EXPECT_EQ(result<SetKeyspaceResult>(keyspace).keyspace, "ks");
  test::expect_needs_every_byte(keyspace, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
  expect_malformed(test::hex("00000000"));
  expect_malformed(test::hex("00000006"));
}

TEST(Result, rows_with_one_table_for_all_columns) {
  Wire message;
  message.i32(2).i32(0x01).i32(2).string("ks").string("t").string("a").u16(0x09).string("b").u16(0x0D).i32(1);
  const std::size_t offset = message.view().size();
  message.value("0000").value("x");
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(rows.row_count, 1U);
  EXPECT_EQ(rows.rows_offset, offset);
  EXPECT_EQ(rows.metadata.column_count, 2);
  ASSERT_TRUE(rows.metadata.columns);
  const ColumnSpec& column = rows.metadata.columns->at(1);
  EXPECT_EQ(column.keyspace, "ks");
  EXPECT_EQ(column.table, "t");
  EXPECT_EQ(column.name, "b");
  EXPECT_EQ(column.type.kind, TypeKind::text);
  EXPECT_TRUE(rows.metadata.next.empty());
}

TEST(Result, rows_with_a_table_for_each_column_and_more_pages) {
  Wire message;
  message.i32(2).i32(0x02).i32(2).value("state");
  message.string("k1").string("t1").string("a").u16(0x02).string("k2").string("t2").string("b").u16(0x03).i32(0);
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(as_text(rows.metadata.next), "state");
  EXPECT_EQ(rows.metadata.columns->at(0).keyspace, "k1");
  EXPECT_EQ(rows.metadata.columns->at(1).table, "t2");
  test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
}

TEST(Result, rows_without_metadata) {
  Wire message;
  message.i32(2).i32(0x04).i32(1).i32(2).i32(-1).value("x");
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_FALSE(rows.metadata.columns);
  EXPECT_EQ(rows.metadata.column_count, 1);
  EXPECT_EQ(rows.row_count, 2U);
}

TEST(Result, rows_with_changed_metadata) {
  Wire message;
  message.i32(2).i32(0x0B).i32(1).value("s").string("id").string("ks").string("t").string("a").u16(0x09).i32(0);
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(as_text(rows.metadata.new_metadata_id), "id");
  EXPECT_EQ(rows.metadata.columns->at(0).name, "a");
  test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
}

TEST(Result, every_type_on_the_wire) {
  struct Case {
    const char* option;
    const char* type;
  };
  const std::string package = "org.apache.cassandra.db.marshal.";
  for (const Case& c : std::initializer_list<Case>{
           {"0001", "ascii"},
           {"0002", "bigint"},
           {"0003", "blob"},
           {"0004", "boolean"},
           {"0005", "counter"},
           {"0006", "decimal"},
           {"0007", "double"},
           {"0008", "float"},
           {"0009", "int"},
           {"000a", "text"},
           {"000b", "timestamp"},
           {"000c", "uuid"},
           {"000d", "text"},
           {"000e", "varint"},
           {"000f", "timeuuid"},
           {"0010", "inet"},
           {"0011", "date"},
           {"0012", "time"},
           {"0013", "smallint"},
           {"0014", "tinyint"},
           {"0015", "duration"},
           {"0020 0009", "list<int>"},
           {"0022 000d", "set<text>"},
           {"0021 000d 0020 0009", "map<text, list<int>>"},
           {"0031 0002 0009 000d", "tuple<int, text>"},
           {"0030 0002 6b73 0001 75 0002 0001 61 0009 0001 62 0020 000d", "u"},
       }) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").hex(c.option).i32(0);
    EXPECT_EQ(result<RowsResult>(message).metadata.columns->at(0).type.to_string(), c.type);
    test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
  }
  for (const auto& [class_name, type] : std::initializer_list<std::pair<std::string, std::string>>{
           {package + "VectorType(" + package + "FloatType , 3)", "vector<float, 3>"},
           {package + "DurationType", "duration"},
           {"org.example.Odd", "'org.example.Odd'"}}) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").u16(0).string(class_name).i32(0);
    EXPECT_EQ(result<RowsResult>(message).metadata.columns->at(0).type.to_string(), type);
  }
}

TEST(Result, user_types_carry_their_fields) {
  Wire message;
  message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a");
  message.u16(0x30).string("other").string("Address").u16(1).string("zip").u16(0x09).i32(0);
  const DataType type = result<RowsResult>(message).metadata.columns->at(0).type;
  EXPECT_EQ(type.keyspace, "other");
  EXPECT_EQ(type.name, "Address");
  EXPECT_EQ(type.field_names, std::vector<std::string>{"zip"});
  EXPECT_EQ(type.children.at(0).kind, TypeKind::int_);
}

TEST(Result, types_that_are_unknown_or_nested_without_end_are_refused) {
  for (const char* option : {"0016", "8001", "ffff"}) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").hex(option).i32(0);
    expect_malformed(message);
  }
  Wire message;
  message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a");
  for (int i = 0; i < 100'000; ++i) message.u16(0x20);
  expect_malformed(message);
}

TEST(Result, counts_are_held_against_the_bytes) {
  const auto rows = [](std::int64_t flags, std::int64_t columns, std::int64_t count) {
    Wire message;
    message.i32(2).i32(flags).i32(columns);
    if (flags == 1) {
      message.string("ks").string("t");
      for (std::int64_t i = 0; i < std::min<std::int64_t>(columns, 3); ++i) message.string("a").u16(0x09);
    }
    message.i32(count).value("x");
    return message;
  };
  EXPECT_NO_THROW(static_cast<void>(decode_result(rows(1, 1, 1), 5)));
  EXPECT_NO_THROW(static_cast<void>(decode_result(rows(1, 0, 0), 5)));
  expect_malformed(rows(1, 1, 2));
  expect_malformed(rows(1, 1, -1));
  expect_malformed(rows(1, -1, 0));
  expect_malformed(rows(1, 0x7fffffff, 0));
  expect_malformed(rows(4, 0x7fffffff, 0x7fffffff));
  expect_malformed(rows(4, 0, 1));
  expect_malformed(rows(4, 1, 0x7fffffff));
}

TEST(Result, more_pages_need_a_paging_state) {
  for (const std::int64_t size : {-1, 0}) {
    Wire message;
    message.i32(2).i32(0x06).i32(1).i32(size).i32(0);
    expect_malformed(message);
  }
}

Wire prepared(int version) {
  Wire message;
  message.i32(4).string("id");
  if (version >= 5) message.string("rid");
  message.i32(0x01).i32(2);
  if (version >= 4) message.i32(2).u16(1).u16(0);
  message.string("ks").string("t").string("a").u16(0x09).string("b").u16(0x0D);
  message.i32(0x01).i32(1).string("ks").string("t").string("c").u16(0x02);
  return message;
}

TEST(Result, prepared_in_each_version) {
  for (const int version : {3, 4, 5}) {
    const Wire message = prepared(version);
    const auto statement = result<PreparedResult>(message, version);
    EXPECT_EQ(as_text(statement.id), "id");
    EXPECT_EQ(as_text(statement.result_metadata_id), version >= 5 ? "rid" : "");
    EXPECT_EQ(statement.parameters.size(), 2U);
    EXPECT_EQ(statement.parameters.at(1).name, "b");
    EXPECT_EQ(statement.partition_key_indices,
              version >= 4 ? (std::vector<std::uint16_t>{1, 0}) : std::vector<std::uint16_t>{});
    EXPECT_EQ(statement.result.columns->at(0).name, "c");
    test::expect_needs_every_byte(message, [&](ByteView bytes) { static_cast<void>(decode_result(bytes, version)); });
  }
}

TEST(Result, prepared_without_parameters_or_rows) {
  Wire message;
  message.i32(4).string("id").i32(0).i32(0).i32(0).i32(0x04).i32(0);
  const auto statement = result<PreparedResult>(message, 4);
  EXPECT_TRUE(statement.parameters.empty());
  EXPECT_FALSE(statement.result.columns);
}

TEST(Result, partition_key_indices_point_at_parameters) {
  Wire message;
  message.i32(4)
      .string("id")
      .i32(0x01)
      .i32(1)
      .i32(1)
      .u16(1)
      .string("ks")
      .string("t")
      .string("a")
      .u16(0x09)
      .i32(0x04)
      .i32(0);
  expect_malformed(message, 4);
  Wire many;
  many.i32(4).string("id").i32(0x01).i32(1).i32(0x7fffffff).u16(0);
  expect_malformed(many, 4);
}

TEST(SchemaChange, comes_as_result_and_as_event) {
  Wire fields;
  fields.string("UPDATED").string("TABLE").string("ks").string("t");
  Wire message;
  message.i32(5).bytes(fields);
  const auto change = result<SchemaChange>(message);
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
  EXPECT_EQ(result<SetKeyspaceResult>(keyspace).keyspace, "ks");
  Wire status;
  status.string("STATUS_CHANGE").string("UP").u8(4).hex("7f000001").i32(9042).hex("ff");
  EXPECT_TRUE(std::get<StatusChange>(decode_event(status)).up);
}

}  // namespace
}  // namespace cql::protocol
