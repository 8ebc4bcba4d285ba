// A file's bytes through transforms, from its start to its end, pulled at the end.
#pragma once

#include <arrow/io/interfaces.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "streams/transform.hpp"

namespace cqlbulk::streams {

/// One thread at a time.
class DecodingStream {
 public:
  DecodingStream(std::shared_ptr<arrow::io::RandomAccessFile> file, Transforms transforms);

  /// The next bytes, Transform::least_room or more being wanted; 0 at the end. Throws BadStream, and ReadFailed.
  std::size_t read(std::span<char> out);
  /// How far the file itself has been used.
  [[nodiscard]] std::uint64_t file_position() const;

  class ReadFailed : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
  };

 private:
  struct Stage {
    std::unique_ptr<Transform> transform;
    std::vector<char> buffer;     ///< Its input.
    std::span<const char> input;  ///< What is left of it.
    bool last = false;
  };

  /// From the file, or from the stages before `count`.
  std::size_t pull(std::size_t count, std::span<char> out);

  std::shared_ptr<arrow::io::RandomAccessFile> file_;
  std::vector<Stage> stages_;
  std::uint64_t offset_ = 0;
};

}  // namespace cqlbulk::streams
