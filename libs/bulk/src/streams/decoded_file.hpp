// The text of a compressed or otherwise encoded file as a file that can be read at any place.
//
// A thread of its own decodes block after block, somewhat ahead of the readers, so that reading overlaps with whatever
// they do in between. A window of the latest blocks is kept; reading before it starts over from the file's beginning.
// So units that several threads read nearly in order cost one pass. Who is about to read a piece bit by bit says so
// with WillNeed: the piece is then set aside as it comes by, and a reader that falls behind makes nobody start over.
//
// Memory: the window, what was set aside, and what the decoders hold; none of it grows with the file or with how much
// came out of few bytes. A file of which only the start or everything has been read gives its memory back.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>
#include <arrow/status.h>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "streams/decoding_stream.hpp"

namespace cqlbulk::streams {

/// Any thread may read. Status: IOError when the file cannot be read, Invalid when it is damaged, which names the place
/// in it.
class DecodedFile final : public arrow::io::RandomAccessFile {
 public:
  struct Limits {
    std::uint64_t start = std::uint64_t{64} << 10U;   ///< The first block: often the only one that is wanted.
    std::uint64_t block = std::uint64_t{1} << 20U;    ///< Each further one, at the most.
    std::uint64_t window = std::uint64_t{64} << 20U;  ///< All blocks together.
    std::uint64_t ahead = std::uint64_t{8} << 20U;    ///< How far the readers are outrun.
    std::uint64_t aside = std::uint64_t{64} << 20U;   ///< What may be set aside at once; a quarter of it in one piece.
  };

  /// `transforms` makes the file's decoders anew whenever reading starts over.
  DecodedFile(std::shared_ptr<arrow::io::RandomAccessFile> file, std::function<Transforms()> transforms,
              const Limits& limits);
  ~DecodedFile() override;

  using RandomAccessFile::ReadAt;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, void* out) override;
  arrow::Result<std::int64_t> ReadAt(std::int64_t position, std::int64_t size, bool allow_short, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> ReadAt(std::int64_t position, std::int64_t size,
                                                       bool allow_short) override;
  arrow::Status WillNeed(const std::vector<arrow::io::ReadRange>& ranges) override;
  /// Decodes everything once, unless the end has been seen.
  arrow::Result<std::int64_t> GetSize() override;

  arrow::Result<std::int64_t> Read(std::int64_t size, void* out) override;
  arrow::Result<std::shared_ptr<arrow::Buffer>> Read(std::int64_t size) override;
  arrow::Status Seek(std::int64_t position) override;
  arrow::Result<std::int64_t> Tell() const override;
  arrow::Status Close() override;
  [[nodiscard]] bool closed() const override;

  /// How often decoding began at the file's start; for tests.
  [[nodiscard]] std::uint64_t passes() const;

 private:
  struct Block {
    std::uint64_t begin = 0;
    std::string bytes;
    [[nodiscard]] std::uint64_t end() const { return begin + bytes.size(); }
  };
  /// A piece that is set aside as it comes by.
  struct Aside {
    std::uint64_t begin = 0;
    std::uint64_t end = 0;
    std::string bytes;  ///< From `begin`, as far as they have come.
    [[nodiscard]] std::uint64_t filled() const { return begin + bytes.size(); }
  };

  // All of these with the mutex held.
  std::size_t copy(std::uint64_t position, std::size_t size, char* out);
  std::size_t copy_from_aside(std::uint64_t position, std::size_t size, char* out);
  void ask_for(std::uint64_t position, std::uint64_t end);
  void set_aside(std::uint64_t begin, std::uint64_t end);
  void fill_aside(const Block& block);
  void ensure_running();
  [[nodiscard]] bool wants_more() const;
  [[nodiscard]] bool has_room() const;
  [[nodiscard]] bool is_full() const;
  [[nodiscard]] bool may_drop() const;
  void make_room();
  void begin_again();
  /// After a read until `end`.
  void forget_if_done(std::uint64_t end);
  [[nodiscard]] std::uint64_t window_begin() const { return blocks_.empty() ? window_end_ : blocks_.front().begin; }

  void decode();
  /// Without the mutex.
  void decode_block(Block& block, arrow::Status& status, bool& ended);

  const std::shared_ptr<arrow::io::RandomAccessFile> file_;
  const std::function<Transforms()> transforms_;
  const Limits limits_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;  ///< There is more to read, or there never will be.
  std::thread decoder_;
  bool running_ = false;
  bool stopped_ = false;
  std::unique_ptr<DecodingStream> stream_;  ///< The decoder's own while it runs.
  std::deque<Block> blocks_;                ///< The window, without gaps.
  std::uint64_t window_end_ = 0;
  std::uint64_t wanted_ = 0;  ///< The end of what was asked for last.
  std::multiset<std::uint64_t> waiting_;
  bool start_over_ = false;
  bool ended_ = false;
  arrow::Status failure_;  ///< What is behind the window's end cannot be had.
  std::optional<std::uint64_t> size_;
  std::deque<Aside> aside_;
  std::uint64_t passes_ = 0;
  std::uint64_t position_ = 0;
  bool closed_ = false;
};

}  // namespace cqlbulk::streams
