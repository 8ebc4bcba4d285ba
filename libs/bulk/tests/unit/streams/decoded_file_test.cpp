// A compressed file read at any place: by one reader, by several at once, over again.
#include "streams/decoded_file.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <utility>

#include "stream_files.hpp"

namespace cqlbulk::streams::testing {
namespace {

using ::testing::HasSubstr;

/// Small enough that a test goes over all of them.
constexpr DecodedFile::Limits small{
    .start = 1'000, .block = 10'000, .window = 100'000, .ahead = 20'000, .aside = 200'000};

std::unique_ptr<DecodedFile> decoding(FileCompression compression, std::string packed) {
  return std::make_unique<DecodedFile>(
      file_of(std::move(packed)),
      [compression] {
        Transforms transforms;
        transforms.push_back(make_decompressor(compression));
        return transforms;
      },
      small);
}

std::string read_at(DecodedFile& file, std::uint64_t position, std::size_t size) {
  auto read = file.ReadAt(static_cast<std::int64_t>(position), static_cast<std::int64_t>(size));
  if (!read.ok()) throw BadStream(read.status().message());
  return (*read)->ToString();
}

std::string some_text(std::size_t size) {
  std::mt19937_64 random(11);
  return random_text(random, size);
}

class decoded_files : public ::testing::TestWithParam<FileCompression> {};
INSTANTIATE_TEST_SUITE_P(all, decoded_files, ::testing::ValuesIn(all_compressions),
                         [](const auto& name) { return std::string(to_string(name.param)); });

TEST_P(decoded_files, read_at_any_place_in_any_order) {
  std::mt19937_64 random(5);
  const std::string text = some_text(300'000);
  const auto file = decoding(GetParam(), compressed(GetParam(), text));
  for (int i = 0; i < 60; ++i) {
    const std::uint64_t position = random() % (text.size() + 1'000);
    const std::size_t size = random() % (i % 10 == 0 ? 200'000 : 3'000);
    EXPECT_EQ(read_at(*file, position, size), position < text.size() ? text.substr(position, size) : "");
  }
  EXPECT_EQ(*file->GetSize(), static_cast<std::int64_t>(text.size()));
}

TEST_P(decoded_files, its_size_is_known_before_anything_is_read) {
  const auto file = decoding(GetParam(), compressed(GetParam(), some_text(300'000)));
  EXPECT_EQ(*file->GetSize(), 300'000);
  EXPECT_EQ(read_at(*file, 299'990, 100).size(), 10U);
}

TEST_P(decoded_files, a_cut_off_file_gives_what_is_there_and_then_an_error_with_its_place) {
  const std::string text = some_text(100'000);
  const std::string packed = compressed(GetParam(), text);
  const auto file = decoding(GetParam(), packed.substr(0, packed.size() - 3));
  std::string read;
  try {
    for (;;) read += read_at(*file, read.size(), 500);
  } catch (const BadStream& bad) {
    EXPECT_THAT(bad.what(), HasSubstr("at byte " + std::to_string(packed.size() - 3) + " of the file: "));
  }
  EXPECT_EQ(read, text.substr(0, read.size()));
  EXPECT_FALSE(file->GetSize().ok());
}

TEST(decoded_file, reading_on_costs_one_pass) {
  const std::string text = some_text(1'000'000);
  const auto file = decoding(FileCompression::gzip, compressed(FileCompression::gzip, text));
  EXPECT_EQ(read_at(*file, 0, 500), text.substr(0, 500));
  // Only the start was wanted: it has been forgotten.
  EXPECT_EQ(file->passes(), 1U);
  for (std::size_t place = 0; place < text.size(); place += 7'000) {
    EXPECT_EQ(read_at(*file, place, 7'000), text.substr(place, 7'000));
    // Once the end has been read nothing is kept.
    if (place >= 50'000 && place < 900'000)
      EXPECT_EQ(read_at(*file, place - 40'000, 100), text.substr(place - 40'000, 100));
  }
  EXPECT_EQ(file->passes(), 2U);
  EXPECT_EQ(read_at(*file, 2'000, 10), text.substr(2'000, 10));
  EXPECT_EQ(file->passes(), 3U);
}

TEST(decoded_file, who_falls_behind_with_an_announced_piece_makes_nobody_start_over) {
  const std::string text = some_text(1'000'000);
  const auto file = decoding(FileCompression::zstd, compressed(FileCompression::zstd, text));
  ASSERT_TRUE(file->WillNeed({{0, 50'000}, {50'000, 50'000}}).ok());
  EXPECT_EQ(read_at(*file, 0, 10'000), text.substr(0, 10'000));
  EXPECT_EQ(read_at(*file, 900'000, 10'000), text.substr(900'000, 10'000));
  EXPECT_EQ(read_at(*file, 10'000, 40'000), text.substr(10'000, 40'000));
  EXPECT_EQ(read_at(*file, 50'000, 50'000), text.substr(50'000, 50'000));
  EXPECT_EQ(file->passes(), 1U);
  // It was set aside for one reading.
  EXPECT_EQ(read_at(*file, 10'000, 40'000), text.substr(10'000, 40'000));
  EXPECT_EQ(file->passes(), 2U);
}

TEST(decoded_file, threads_that_read_units_in_order_share_one_pass) {
  const std::string text = some_text(3'000'000);
  const auto file = decoding(FileCompression::lz4, compressed(FileCompression::lz4, text));
  constexpr std::size_t unit = 12'000;
  std::mutex in_order;
  std::size_t next = 0;
  std::atomic<std::size_t> wrong{0};
  // Who is interrupted between the two would be overtaken by the others before it says what it needs.
  const auto take_and_announce = [&] {
    const std::lock_guard lock(in_order);
    const std::size_t begin = std::exchange(next, next + unit);
    if (begin < text.size() && !file->WillNeed({{static_cast<std::int64_t>(begin), unit}}).ok()) ++wrong;
    return begin;
  };
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&, reader] {
      for (std::size_t begin = take_and_announce(); begin < text.size(); begin = take_and_announce()) {
        for (std::size_t at = begin; at < begin + unit; at += 1'000 + 500 * reader) {
          const std::size_t size = std::min<std::size_t>(1'000 + 500 * reader, begin + unit - at);
          if (read_at(*file, at, size) != text.substr(std::min(at, text.size()), size)) ++wrong;
        }
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0U);
  // The first readers may come while the start is all that was wanted.
  EXPECT_LE(file->passes(), 2U);
}

TEST(decoded_file, threads_that_read_far_apart_all_get_their_bytes) {
  const std::string text = some_text(600'000);
  const auto file = decoding(FileCompression::snappy, compressed(FileCompression::snappy, text));
  std::atomic<std::size_t> wrong{0};
  std::vector<std::thread> readers;
  for (unsigned reader = 0; reader < 4; ++reader) {
    readers.emplace_back([&, reader] {
      const std::size_t begin = reader * 150'000;
      for (std::size_t at = begin; at < begin + 150'000; at += 15'000) {
        if (read_at(*file, at, 15'000) != text.substr(at, 15'000)) ++wrong;
      }
    });
  }
  for (std::thread& reader : readers) reader.join();
  EXPECT_EQ(wrong, 0U);
}

TEST(decoded_file, is_let_go_while_it_decodes) {
  const std::string packed = compressed(FileCompression::gzip, some_text(2'000'000));
  for (int i = 0; i < 20; ++i) {
    const auto file = decoding(FileCompression::gzip, packed);
    EXPECT_EQ(read_at(*file, 50'000, 10).size(), 10U);
  }
}

TEST(encoded_stream, closes_the_file_behind_it) {
  for (const FileCompression compression : all_compressions) {
    const auto out = *arrow::io::BufferOutputStream::Create();
    const auto stream = encoded(out, FileForm{compression, std::nullopt, "UTF-8"}, Place::start);
    const std::string text = some_text(1'000'000);
    for (std::size_t at = 0; at < text.size(); at += 300'000) {
      ASSERT_TRUE(
          stream->Write(text.data() + at, static_cast<std::int64_t>(std::min<std::size_t>(300'000, text.size() - at)))
              .ok());
    }
    ASSERT_TRUE(stream->Close().ok());
    EXPECT_TRUE(out->closed());
    EXPECT_EQ(decompressed(compression, (*out->Finish())->ToString()), text);
  }
}

}  // namespace
}  // namespace cqlbulk::streams::testing
