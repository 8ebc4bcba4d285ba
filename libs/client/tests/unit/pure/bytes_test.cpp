#include "cql/bytes.hpp"

#include <gtest/gtest.h>

#include "exact_bytes.hpp"

namespace cql {
namespace {

using test::ExactBytes;

TEST(Buffer, grows_and_keeps_what_it_holds) {
  Buffer buffer;
  std::string expected;
  for (int i = 0; i < 1000; ++i) {
    const std::string piece(static_cast<std::size_t>(i % 7), static_cast<char>('a' + i % 26));
    buffer.append(piece);
    expected += piece;
  }
  EXPECT_EQ(as_text(buffer.view()), expected);
  EXPECT_GE(buffer.capacity(), buffer.size());
}

TEST(Buffer, is_empty_after_it_was_moved_from) {
  Buffer first;
  first.append("abc");
  Buffer second = std::move(first);
  EXPECT_EQ(as_text(second.view()), "abc");
  // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is the promise
  EXPECT_TRUE(first.empty());
  first.append("d");
  EXPECT_EQ(as_text(first.view()), "d");
  // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

TEST(Buffer, writes_integers_big_endian) {
  Buffer buffer;
  buffer.append_integer(std::int16_t{-2});
  buffer.append_integer(std::int32_t{0x01020304});
  buffer.append_integer(std::int64_t{-1});
  EXPECT_EQ(test::to_hex(buffer), "fffe01020304ffffffffffffffff");
}

TEST(Reader, reads_integers_and_strings) {
  const ExactBytes bytes(test::hex("7f fffe fffe 80000000 0102030405060708 0003 616263 00000002 7879 0000"));
  Reader reader(bytes);
  EXPECT_EQ(reader.u8(), 0x7f);
  EXPECT_EQ(reader.i16(), -2);
  EXPECT_EQ(reader.u16(), 0xfffe);
  EXPECT_EQ(reader.i32(), std::numeric_limits<std::int32_t>::min());
  EXPECT_EQ(reader.i64(), 0x0102030405060708);
  EXPECT_EQ(reader.string(), "abc");
  EXPECT_EQ(reader.long_string(), "xy");
  EXPECT_EQ(reader.string(), "");
  EXPECT_TRUE(reader.at_end());
}

TEST(Reader, never_reads_past_the_end) {
  test::expect_needs_every_byte(test::hex("01 0203 04050607 08090a0b0c0d0e0f 0002 6162 00000001 63"),
                                [](ByteView bytes) {
                                  Reader reader(bytes);
                                  reader.u8();
                                  reader.u16();
                                  reader.i32();
                                  reader.i64();
                                  reader.string();
                                  reader.long_string();
                                });
}

TEST(Reader, says_what_was_needed_where) {
  const ExactBytes bytes(test::hex("000003"));
  const std::string text = test::error_text([&] {
    Reader reader(bytes, "RESULT");
    reader.u8();
    reader.i32();
  });
  EXPECT_EQ(text, "RESULT: 4 bytes needed at byte 1, 2 there");
}

TEST(Reader, refuses_a_negative_string_length) {
  const ExactBytes bytes(test::hex("ffffffff"));
  EXPECT_EQ(test::error_kind([&] { Reader(bytes).long_string(); }), ErrorKind::protocol);
}

}  // namespace
}  // namespace cql
