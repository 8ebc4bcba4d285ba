#include "protocol/envelope.hpp"

#include <gtest/gtest.h>

#include "exact_bytes.hpp"

namespace cql::protocol {
namespace {

using test::ExactBytes;

TEST(Envelope, header_goes_out_and_comes_back) {
  EnvelopeHeader header;
  header.version = 5;
  header.response = true;
  header.flags = envelope_flag::tracing | envelope_flag::warning;
  header.stream = -1;
  header.opcode = Opcode::event;
  header.body_size = 0x00010203;
  Buffer out;
  append_envelope_header(header, out);
  EXPECT_EQ(test::to_hex(out), "850affff0c00010203");
  const EnvelopeHeader read = decode_envelope_header(ExactBytes(out));
  EXPECT_EQ(read.version, 5);
  EXPECT_TRUE(read.response);
  EXPECT_EQ(read.flags, header.flags);
  EXPECT_EQ(read.stream, -1);
  EXPECT_EQ(read.opcode, Opcode::event);
  EXPECT_EQ(read.body_size, header.body_size);
}

TEST(Envelope, header_has_exactly_nine_bytes) {
  test::expect_needs_every_byte(test::hex("840000010800000000"),
                                [](ByteView bytes) { static_cast<void>(decode_envelope_header(bytes)); });
  EXPECT_EQ(test::error_kind(
                [] { static_cast<void>(decode_envelope_header(ExactBytes(test::hex("84000001080000000000")))); }),
            ErrorKind::protocol);
}

TEST(Envelope, only_responses_are_taken) {
  for (int opcode = 0; opcode < 256; ++opcode) {
    auto bytes = test::hex("840000010000000000");
    bytes[4] = static_cast<std::byte>(opcode);
    const bool response = opcode == 0 || opcode == 2 || opcode == 3 || opcode == 6 || opcode == 8 || opcode == 0x0C ||
                          opcode == 0x0E || opcode == 0x10;
    if (response) {
      EXPECT_EQ(static_cast<int>(decode_envelope_header(bytes).opcode), opcode);
    } else {
      EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_envelope_header(bytes)); }), ErrorKind::protocol)
          << opcode;
    }
    bytes[0] = std::byte{0x04};
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_envelope_header(bytes)); }), ErrorKind::protocol)
        << opcode;
  }
}

TEST(Envelope, bodies_beyond_the_bound_are_refused) {
  EXPECT_EQ(decode_envelope_header(test::hex("840000010810000000")).body_size, max_envelope_body);
  for (const char* bytes : {"840000010810000001", "8400000108ffffffff", "840000010880000000"}) {
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_envelope_header(test::hex(bytes))); }),
              ErrorKind::protocol);
  }
}

TEST(CompressedBody, goes_out_and_comes_back) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{100}, std::size_t{300'000}}) {
    std::vector<std::byte> body(size);
    for (std::size_t i = 0; i < size; ++i) body[i] = static_cast<std::byte>(i * i >> 7U);
    Buffer wire;
    wire.append("x");
    append_v4_compressed_body(body, wire);
    const ExactBytes exact(wire.view().subspan(1));
    EXPECT_EQ(load_big_endian<std::int32_t>(exact.view().data()), static_cast<std::int32_t>(size));
    const Buffer back = decompress_v4_body(exact);
    EXPECT_TRUE(std::ranges::equal(back.view(), body));
    if (size >= 100) {
      for (const std::size_t shorter : {std::size_t{0}, std::size_t{3}, std::size_t{4}, exact.view().size() - 1}) {
        EXPECT_EQ(
            test::error_kind([&] { static_cast<void>(decompress_v4_body(ExactBytes(exact.view().first(shorter)))); }),
            ErrorKind::protocol);
      }
    }
  }
}

TEST(CompressedBody, claims_that_cannot_be_are_refused_before_memory_is_taken) {
  for (const char* bytes : {"0fffffff 00", "ffffffff 00", "80000000", "00000001", "00000100 10", "00000005 0000"}) {
    EXPECT_EQ(test::error_kind([&] { static_cast<void>(decompress_v4_body(ExactBytes(test::hex(bytes)))); }),
              ErrorKind::protocol)
        << bytes;
  }
}

}  // namespace
}  // namespace cql::protocol
