#include <gtest/gtest.h>

#include "exact_bytes.hpp"
#include "protocol/responses.hpp"

namespace cql::protocol {
namespace {

using test::Wire;

Error decoded(const Wire& message, int version) {
  test::expect_needs_every_byte(message, [&](ByteView bytes) { static_cast<void>(decode_error(bytes, version)); });
  return decode_error(message, version);
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
    const Error read = decoded(error(code), 5);
    EXPECT_EQ(read.kind(), kind) << code;
    EXPECT_EQ(read.message(), "what happened");
    ASSERT_TRUE(read.server());
    EXPECT_EQ(read.server()->code, code);
    EXPECT_FALSE(read.server()->consistency);
  }
}

TEST(ErrorMessage, unavailable) {
  const Error read = decoded(error(0x1000).u16(4).i32(3).i32(1), 5);
  EXPECT_EQ(read.kind(), ErrorKind::unavailable);
  EXPECT_EQ(read.server()->consistency, 4);
  EXPECT_EQ(read.server()->required, 3);
  EXPECT_EQ(read.server()->alive, 1);
}

TEST(ErrorMessage, timeouts) {
  const Error read = decoded(error(0x1200).u16(1).i32(0).i32(1).u8(1), 4);
  EXPECT_EQ(read.kind(), ErrorKind::read_timeout);
  EXPECT_EQ(read.server()->received, 0);
  EXPECT_EQ(read.server()->required, 1);
  EXPECT_EQ(read.server()->data_present, true);
  const Error write = decoded(error(0x1100).u16(6).i32(1).i32(2).string("BATCH_LOG"), 5);
  EXPECT_EQ(write.kind(), ErrorKind::write_timeout);
  EXPECT_EQ(write.server()->write_type, "BATCH_LOG");
  EXPECT_FALSE(write.server()->contentions);
}

TEST(ErrorMessage, contentions_of_a_cas_came_with_v5) {
  const Error v5 = decoded(error(0x1100).u16(8).i32(1).i32(2).string("CAS").u16(7), 5);
  EXPECT_EQ(v5.server()->contentions, 7);
  const Error v4 = decoded(error(0x1100).u16(8).i32(1).i32(2).string("CAS"), 4);
  EXPECT_FALSE(v4.server()->contentions);
}

TEST(ErrorMessage, failures_are_counted_in_v4_and_listed_in_v5) {
  const Error v4 = decoded(error(0x1300).u16(1).i32(0).i32(1).i32(2).u8(0), 4);
  EXPECT_EQ(v4.kind(), ErrorKind::read_failure);
  EXPECT_TRUE(v4.server()->failures.empty());
  EXPECT_EQ(v4.server()->data_present, false);
  const Error v5 = decoded(error(0x1300)
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
  ASSERT_EQ(v5.server()->failures.size(), 2U);
  EXPECT_EQ(v5.server()->failures[0].address, "127.0.0.1");
  EXPECT_EQ(v5.server()->failures[0].reason, 1);
  EXPECT_EQ(v5.server()->failures[1].address, "::1");
  EXPECT_EQ(v5.server()->data_present, true);
  const Error write =
      decoded(error(0x1500).u16(1).i32(0).i32(1).i32(1).u8(4).hex("7f000001").u16(3).string("SIMPLE"), 5);
  EXPECT_EQ(write.kind(), ErrorKind::write_failure);
  EXPECT_EQ(write.server()->write_type, "SIMPLE");
  EXPECT_EQ(decoded(error(0x1500).u16(1).i32(0).i32(1).i32(1).string("SIMPLE"), 4).server()->write_type, "SIMPLE");
}

TEST(ErrorMessage, failure_counts_are_not_believed) {
  for (const std::int64_t count : {std::int64_t{-1}, std::int64_t{0x7fffffff}}) {
    Wire message = error(0x1300);
    message.u16(1).i32(0).i32(1).i32(count).u8(4).hex("7f000001").u16(1).u8(1);
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_error(message, 5)); }), ErrorKind::protocol);
  }
}

TEST(ErrorMessage, the_others_with_fields) {
  const Error unknown = decoded(error(0x1700).u16(8).i32(1).i32(2), 5);
  EXPECT_EQ(unknown.kind(), ErrorKind::cas_write_unknown);
  EXPECT_EQ(unknown.server()->received, 1);
  const Error function = decoded(error(0x1400).string("ks").string("f").u16(1).string("int"), 5);
  EXPECT_EQ(function.kind(), ErrorKind::function_failure);
  EXPECT_EQ(function.server()->function, "f");
  EXPECT_EQ(function.server()->argument_types, std::vector<std::string>{"int"});
  const Error exists = decoded(error(0x2400).string("ks").string(""), 5);
  EXPECT_EQ(exists.kind(), ErrorKind::already_exists);
  EXPECT_EQ(exists.server()->keyspace, "ks");
  EXPECT_EQ(exists.server()->table, "");
  const Error unprepared = decoded(error(0x2500).string("id"), 5);
  EXPECT_EQ(unprepared.kind(), ErrorKind::unprepared);
  EXPECT_EQ(as_text(unprepared.server()->statement_id), "id");
}

}  // namespace
}  // namespace cql::protocol
