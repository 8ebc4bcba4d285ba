// Each kind of compression by itself: there and back, streams that follow each other, damage.
#include <gmock/gmock.h>

#include "stream_files.hpp"

namespace cqlbulk::streams::testing {
namespace {

using ::testing::HasSubstr;

class compressions : public ::testing::TestWithParam<FileCompression> {};
INSTANTIATE_TEST_SUITE_P(all, compressions, ::testing::ValuesIn(all_compressions),
                         [](const auto& name) { return std::string(to_string(name.param)); });

TEST_P(compressions, brings_back_what_it_was_given) {
  std::mt19937_64 random(1);
  for (const std::size_t size : {0U, 1U, 100U, 65'535U, 65'536U, 65'537U, 700'000U}) {
    const std::string text = random_text(random, size);
    const auto compressor = make_compressor(GetParam(), std::nullopt);
    const std::string packed = run_through(*compressor, text, random);
    EXPECT_EQ(run_through(*make_decompressor(GetParam()), packed, random), text) << size << " bytes";
  }
}

TEST_P(compressions, reads_streams_that_follow_each_other) {
  std::string packed;
  for (const char* const text : {"one ", "", "two ", "three"}) packed += compressed(GetParam(), text);
  EXPECT_EQ(decompressed(GetParam(), packed), "one two three");
}

// Snappy's chunks carry no mark of a stream's end: any that is whole may be the last, the first of 10 bytes too.
TEST_P(compressions, an_end_before_the_end_is_an_error) {
  std::mt19937_64 random(2);
  const std::string packed = compressed(GetParam(), random_text(random, 500));
  for (std::size_t size = 0; size < packed.size(); ++size) {
    if (GetParam() == FileCompression::snappy && size == 10) continue;
    EXPECT_THROW((void)decompressed(GetParam(), packed.substr(0, size)), BadStream) << size << " of " << packed.size();
  }
}

TEST_P(compressions, an_end_before_the_end_of_a_later_stream_is_an_error) {
  const std::string first = compressed(GetParam(), "first");
  const std::string second = compressed(GetParam(), "second");
  for (std::size_t size = 1; size < second.size(); ++size) {
    if (GetParam() == FileCompression::snappy && size == 10) continue;
    EXPECT_THROW((void)decompressed(GetParam(), first + second.substr(0, size)), BadStream) << size;
  }
}

TEST_P(compressions, a_changed_byte_is_noticed_or_changes_nothing) {
  std::mt19937_64 random(3);
  const std::string text = random_text(random, 3000);
  const std::string packed = compressed(GetParam(), text);
  for (std::size_t place = 0; place < packed.size(); ++place) {
    std::string damaged = packed;
    damaged[place] = static_cast<char>(damaged[place] ^ (1 << random() % 8));
    std::string read;
    try {
      read = decompressed(GetParam(), damaged);
    } catch (const BadStream&) {
      continue;
    }
    EXPECT_EQ(read, text) << "byte " << place;
  }
}

TEST_P(compressions, other_bytes_are_refused) {
  EXPECT_THROW((void)decompressed(GetParam(), "a,b\n1,2\n"), BadStream);
  EXPECT_THROW((void)decompressed(GetParam(), compressed(GetParam(), "a") + "a,b\n1,2\n"), BadStream);
}

TEST_P(compressions, has_the_levels_it_says) {
  for (int level = -1; level <= 23; ++level) {
    if (!problem_of_level(GetParam(), level).empty()) continue;
    std::mt19937_64 random(4);
    const std::string packed = run_through(*make_compressor(GetParam(), level), "some text, some text", random);
    EXPECT_EQ(decompressed(GetParam(), packed), "some text, some text") << level;
  }
}

TEST(compression, levels_that_are_not_there_are_named) {
  EXPECT_EQ(problem_of_level(FileCompression::gzip, 10), "--compression-level of gzip is 1 to 9");
  EXPECT_EQ(problem_of_level(FileCompression::snappy, 1), "snappy has no levels of compression");
  EXPECT_EQ(problem_of_level(FileCompression::none, 1), "--compression-level needs a compression");
  EXPECT_EQ(problem_of_level(FileCompression::zstd, std::nullopt), "");
}

TEST(compression, is_found_by_suffix) {
  EXPECT_EQ(compression_of_name("dir.gz/a.csv"), FileCompression::none);
  EXPECT_EQ(compression_of_name("a.csv.GZ"), FileCompression::gzip);
  EXPECT_EQ(compression_of_name("a.csv.zst"), FileCompression::zstd);
  EXPECT_EQ(compression_of_name("a.csv.bz2"), FileCompression::bzip2);
  EXPECT_EQ(compression_of_name("a.csv.lz4"), FileCompression::lz4);
  EXPECT_EQ(compression_of_name("a.csv.sz"), FileCompression::snappy);
  EXPECT_EQ(compression_of_name("a.csv.snappy"), FileCompression::snappy);
  EXPECT_EQ(compression_of_name("a.csv.xz"), FileCompression::xz);
  EXPECT_EQ(format_of_name("a.CSV.xz"), FormatKind::csv);
  EXPECT_EQ(format_of_name("a.gz"), std::nullopt);
  EXPECT_EQ(format_of_name("csv.d/a.gz"), std::nullopt);
}

TEST(compression, zstd_frames_have_checksums) {
  // Frame header descriptor, RFC 8878 §3.1.1.1.1: bit 2.
  EXPECT_NE(compressed(FileCompression::zstd, "text")[4] & 4, 0);
}

TEST(compression, snappy_skips_chunks_that_may_be_skipped) {
  const std::string packed = compressed(FileCompression::snappy, "text");
  const std::string skippable("\x80\x03\0\0abc\xfe\0\0\0", 11);
  EXPECT_EQ(decompressed(FileCompression::snappy, packed.substr(0, 10) + skippable + packed.substr(10)), "text");
  EXPECT_THROW((void)decompressed(FileCompression::snappy, packed + std::string("\x02\0\0\0", 4)), BadStream);
  EXPECT_THROW((void)decompressed(FileCompression::snappy, packed + std::string("\x80\x03\0\0ab", 6)), BadStream);
}

TEST(compression, xz_that_asks_for_too_much_memory_is_refused) {
  // `printf x | xz --lzma2=dict=1536MiB`
  constexpr unsigned char packed[] = {0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46,
                                      0x02, 0x00, 0x21, 0x01, 0x25, 0x00, 0x00, 0x00, 0x3b, 0x78, 0x7b, 0x41,
                                      0x01, 0x00, 0x00, 0x78, 0x00, 0x00, 0x00, 0x00, 0x45, 0xae, 0xef, 0x83,
                                      0xf8, 0xee, 0x16, 0x0a, 0x00, 0x01, 0x19, 0x01, 0xa5, 0x2c, 0x81, 0xcc,
                                      0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a};
  const std::string_view bytes(reinterpret_cast<const char*>(packed), sizeof packed);
  EXPECT_THAT([&] { (void)decompressed(FileCompression::xz, bytes); },
              ::testing::ThrowsMessage<BadStream>(HasSubstr("more than 256 MiB of memory")));
}

}  // namespace
}  // namespace cqlbulk::streams::testing
