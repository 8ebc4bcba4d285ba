#include <gtest/gtest.h>

#include "exact_bytes.hpp"
#include "protocol/responses.hpp"

namespace cql::protocol {
namespace {

using test::Wire;

struct Decoded {
  ErrorKind kind;
  std::string message;
  ServerErrorFields fields;
};

Decoded decoded(const Wire& message, int version) {
  test::expect_needs_every_byte(message, [&](ByteView bytes) { static_cast<void>(decode_error(bytes, version)); });
  const Error error = decode_error(message, version);
  return {error.kind(), error.message(), error.server().value_or(ServerErrorFields{})};
}

Wire error(std::int64_t code) {
  Wire message;
  message.i32(code).string("what happened");
  return message;
}

TEST(ErrorMessage, codes_have_their_kinds) {
  for (const auto& [code, kind] :
       std::initializer_list<std::pair<std::int32_t, ErrorKind>>{{0x0000, ErrorKind::server_error},
                                                                 {0x000A, ErrorKind::server_protocol_error},
                                                                 {0x0100, ErrorKind::bad_credentials},
                                                                 {0x1001, ErrorKind::overloaded},
                                                                 {0x1002, ErrorKind::is_bootstrapping},
                                                                 {0x1003, ErrorKind::truncate_error},
                                                                 {0x1600, ErrorKind::cdc_write_failure},
                                                                 {0x2000, ErrorKind::syntax_error},
                                                                 {0x2100, ErrorKind::unauthorized},
                                                                 {0x2200, ErrorKind::invalid},
                                                                 {0x2300, ErrorKind::config_error},
                                                                 {0x4321, ErrorKind::server_error}}) {
    const Decoded read = decoded(error(code), 5);
    EXPECT_EQ(read.kind, kind) << code;
    EXPECT_EQ(read.message, "what happened");
    EXPECT_EQ(read.fields.code, code);
    EXPECT_FALSE(read.fields.consistency);
  }
}

TEST(ErrorMessage, unavailable) {
  const Decoded read = decoded(error(0x1000).u16(4).i32(3).i32(1), 5);
  EXPECT_EQ(read.kind, ErrorKind::unavailable);
  EXPECT_EQ(read.fields.consistency, 4);
  EXPECT_EQ(read.fields.required, 3);
  EXPECT_EQ(read.fields.alive, 1);
}

TEST(ErrorMessage, timeouts) {
  const Decoded read = decoded(error(0x1200).u16(1).i32(0).i32(1).u8(1), 4);
  EXPECT_EQ(read.kind, ErrorKind::read_timeout);
  EXPECT_EQ(read.fields.received, 0);
  EXPECT_EQ(read.fields.required, 1);
  EXPECT_EQ(read.fields.data_present, true);
  const Decoded write = decoded(error(0x1100).u16(6).i32(1).i32(2).string("BATCH_LOG"), 5);
  EXPECT_EQ(write.kind, ErrorKind::write_timeout);
  EXPECT_EQ(write.fields.write_type, "BATCH_LOG");
  EXPECT_FALSE(write.fields.contentions);
}

TEST(ErrorMessage, contentions_of_a_cas_came_with_v5) {
  const Decoded v5 = decoded(error(0x1100).u16(8).i32(1).i32(2).string("CAS").u16(7), 5);
  EXPECT_EQ(v5.fields.contentions, 7);
  const Decoded v4 = decoded(error(0x1100).u16(8).i32(1).i32(2).string("CAS"), 4);
  EXPECT_FALSE(v4.fields.contentions);
}

TEST(ErrorMessage, failures_are_counted_in_v4_and_listed_in_v5) {
  const Decoded v4 = decoded(error(0x1300).u16(1).i32(0).i32(1).i32(2).u8(0), 4);
  EXPECT_EQ(v4.kind, ErrorKind::read_failure);
  EXPECT_TRUE(v4.fields.failures.empty());
  EXPECT_EQ(v4.fields.data_present, false);
  const Decoded v5 = decoded(error(0x1300)
                                 .u16(1)
                                 .i32(0)
                                 .i32(1)
                                 .i32(2)
                                 .u8(4)
                                 .hex("7f000001")
                                 .u16(1)
                                 .u8(16)
                                 .hex("00000000000000000000000000000001")
                                 .u16(0)
                                 .u8(1),
                             5);
  ASSERT_EQ(v5.fields.failures.size(), 2U);
  EXPECT_EQ(v5.fields.failures[0].address, "127.0.0.1");
  EXPECT_EQ(v5.fields.failures[0].reason, 1);
  EXPECT_EQ(v5.fields.failures[1].address, "::1");
  EXPECT_EQ(v5.fields.data_present, true);
  const Decoded write =
      decoded(error(0x1500).u16(1).i32(0).i32(1).i32(1).u8(4).hex("7f000001").u16(3).string("SIMPLE"), 5);
  EXPECT_EQ(write.kind, ErrorKind::write_failure);
  EXPECT_EQ(write.fields.write_type, "SIMPLE");
  EXPECT_EQ(decoded(error(0x1500).u16(1).i32(0).i32(1).i32(1).string("SIMPLE"), 4).fields.write_type, "SIMPLE");
}

TEST(ErrorMessage, failure_counts_are_not_believed) {
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{0x7fffffff}}) {
    Wire message = error(0x1300);
    message.u16(1).i32(0).i32(1).i32(count).u8(4).hex("7f000001").u16(1).u8(1);
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_error(message, 5)); }), ErrorKind::protocol);
  }
}

TEST(ErrorMessage, the_others_with_fields) {
  const Decoded unknown = decoded(error(0x1700).u16(8).i32(1).i32(2), 5);
  EXPECT_EQ(unknown.kind, ErrorKind::cas_write_unknown);
  EXPECT_EQ(unknown.fields.received, 1);
  const Decoded function = decoded(error(0x1400).string("ks").string("f").u16(1).string("int"), 5);
  EXPECT_EQ(function.kind, ErrorKind::function_failure);
  EXPECT_EQ(function.fields.function, "f");
  EXPECT_EQ(function.fields.argument_types, std::vector<std::string>{"int"});
  const Decoded exists = decoded(error(0x2400).string("ks").string(""), 5);
  EXPECT_EQ(exists.kind, ErrorKind::already_exists);
  EXPECT_EQ(exists.fields.keyspace, "ks");
  EXPECT_EQ(exists.fields.table, "");
  const Decoded unprepared = decoded(error(0x2500).string("id"), 5);
  EXPECT_EQ(unprepared.kind, ErrorKind::unprepared);
  EXPECT_EQ(as_text(unprepared.fields.statement_id), "id");
}

}  // namespace
}  // namespace cql::protocol
