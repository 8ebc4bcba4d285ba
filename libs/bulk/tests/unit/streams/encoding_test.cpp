// Text in other encodings, both ways.
#include "streams/encoding.hpp"

#include <gmock/gmock.h>

#include "stream_files.hpp"

namespace cqlbulk::streams::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

std::string to_utf8(const std::string& encoding, std::string_view bytes) {
  std::mt19937_64 random(9);
  return run_through(*make_text_decoder(encoding), bytes, random);
}
std::string from_utf8(const std::string& encoding, std::string_view text) {
  std::mt19937_64 random(9);
  return run_through(*make_text_encoder(encoding), text, random);
}

TEST(encoding, is_known_by_iconv) {
  for (const char* const name : {"UTF-16", "utf-16le", "UTF-32", "ISO-8859-1", "latin1", "CP1252", "SHIFT-JIS"}) {
    EXPECT_EQ(problem_of_encoding(name), "") << name;
  }
  EXPECT_THAT(problem_of_encoding("UTF-17"), HasSubstr("\"UTF-17\" is no encoding that iconv knows"));
  EXPECT_NE(problem_of_encoding("ASCII//TRANSLIT"), "");
  EXPECT_NE(problem_of_encoding(""), "");
  EXPECT_TRUE(is_utf8("utf8"));
  EXPECT_TRUE(is_utf8("UTF-8"));
  EXPECT_FALSE(is_utf8("UTF-16"));
}

TEST(encoding, there_and_back_cut_anywhere) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) text += i % 3 == 0 ? "a" : i % 3 == 1 ? "\u00e9\u20ac" : "\U0001F600";
  for (const char* const name : {"UTF-16", "UTF-16LE", "UTF-16BE", "UTF-32", "GB18030"}) {
    EXPECT_EQ(to_utf8(name, from_utf8(name, text)), text) << name;
  }
  EXPECT_EQ(to_utf8("ISO-8859-1", from_utf8("ISO-8859-1", "caf\u00e9")), "caf\u00e9");
  // Shift states, which have to be left at the end.
  EXPECT_EQ(from_utf8("ISO-2022-JP", "\u3042"), "\x1b$B$\"\x1b(B");
}

TEST(encoding, a_byte_order_mark_decides) {
  EXPECT_EQ(to_utf8("UTF-16", std::string_view("\xff\xfe"
                                               "a\0",
                                               4)),
            "a");
  EXPECT_EQ(to_utf8("UTF-16", std::string_view("\xfe\xff\0a", 4)), "a");
  EXPECT_EQ(from_utf8("UTF-16", "a"), std::string("a\0", 2));
  EXPECT_EQ(byte_order_mark("UTF-16"), "\xff\xfe");
  EXPECT_EQ(byte_order_mark("UTF-16LE"), "");
  EXPECT_EQ(byte_order_mark("ISO-8859-1"), "");
}

TEST(encoding, wrong_bytes_become_what_no_text_has) {
  EXPECT_EQ(to_utf8("ASCII", "a\xe9z"), "a\xffz");
  EXPECT_EQ(to_utf8("CP1252", "\x81"), "\xff");
  // A lone surrogate, and half a character at the end.
  EXPECT_EQ(to_utf8("UTF-16LE", std::string_view("\0\xdc"
                                                 "a\0b",
                                                 5)),
            "\xff"
            "a\xff");
  EXPECT_EQ(to_utf8("SHIFT-JIS", "a\x82"), "a\xff");
}

TEST(encoding, a_character_that_does_not_fit_is_named) {
  EXPECT_THAT([] { (void)from_utf8("ISO-8859-1", "10 \u20ac"); },
              ThrowsMessage<BadStream>(HasSubstr("ISO-8859-1 has no U+20AC")));
  EXPECT_THAT([] { (void)from_utf8("ASCII", "\U0001F600"); },
              ThrowsMessage<BadStream>(HasSubstr("ASCII has no U+1F600")));
}

TEST(encoding, a_whole_file_begins_with_its_mark_and_its_pieces_do_not) {
  const FileForm form{FileCompression::none, std::nullopt, "UTF-16"};
  EXPECT_EQ(encoded("a", form, Place::start), std::string("\xff\xfe"
                                                          "a\0",
                                                          4));
  EXPECT_EQ(encoded("a", form, Place::further_on), std::string("a\0", 2));
  EXPECT_EQ(encoded("", form, Place::start), "\xff\xfe");
  EXPECT_EQ(encoded("", form, Place::further_on), "");
  const FileForm packed{FileCompression::gzip, std::nullopt, "UTF-16"};
  EXPECT_EQ(decompressed(FileCompression::gzip, encoded("a", packed, Place::start)), std::string("\xff\xfe"
                                                                                                 "a\0",
                                                                                                 4));
}

}  // namespace
}  // namespace cqlbulk::streams::testing
