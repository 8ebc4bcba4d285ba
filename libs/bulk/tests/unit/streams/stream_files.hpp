// What the tests of streams share: texts, files in memory, transforms driven by hand.
#pragma once

#include <arrow/buffer.h>
#include <arrow/io/memory.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "streams/compression.hpp"
#include "streams/file_form.hpp"
#include "streams/transform.hpp"

namespace cqlbulk::streams::testing {

inline constexpr FileCompression all_compressions[] = {FileCompression::gzip,   FileCompression::zstd,
                                                       FileCompression::bzip2,  FileCompression::lz4,
                                                       FileCompression::snappy, FileCompression::xz};

inline std::shared_ptr<arrow::io::RandomAccessFile> file_of(std::string content) {
  return std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::move(content)));
}

/// Runs that repeat and bytes that do not.
inline std::string random_text(std::mt19937_64& random, std::size_t size) {
  std::string text;
  while (text.size() < size) {
    if (random() % 2 == 0) {
      text.append(random() % 3000, static_cast<char>(random() % 256));
    } else {
      for (std::size_t left = random() % 3000; left > 0; --left) text += static_cast<char>(random() % 256);
    }
  }
  text.resize(size);
  return text;
}

/// All of `in`, in pieces of any size.
inline std::string run_through(Transform& transform, std::string_view in, std::mt19937_64& random) {
  std::string out;
  std::vector<char> room(Transform::least_room + 10'000);
  for (bool last = in.empty(); !last;) {
    std::string piece(in.substr(0, random() % 5000));
    in.remove_prefix(piece.size());
    last = in.empty();
    std::span<const char> left(piece);
    for (;;) {
      const std::size_t size = Transform::least_room + random() % 10'000;
      const auto [taken, given] = transform.run(left, false, std::span<char>(room).first(size));
      if (taken == 0 && given == 0) break;
      out.append(room.data(), given);
      left = left.subspan(taken);
    }
    if (!left.empty()) throw std::logic_error("a transform leaves input behind");
  }
  for (;;) {
    const auto [taken, given] = transform.run({}, true, room);
    if (given == 0) return out;
    out.append(room.data(), given);
  }
}

inline std::string compressed(FileCompression compression, std::string_view text) {
  std::mt19937_64 random(7);
  return run_through(*make_compressor(compression, std::nullopt), text, random);
}

inline std::string decompressed(FileCompression compression, std::string_view bytes) {
  std::mt19937_64 random(8);
  return run_through(*make_decompressor(compression), bytes, random);
}

}  // namespace cqlbulk::streams::testing
