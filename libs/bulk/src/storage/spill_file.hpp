// Bytes that have no room in memory for a while: a file that is this process's alone and goes with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "posix/files.hpp"

namespace cqlbulk::storage {

/// One thread. Nothing is made durable, since nobody looks for it again.
class SpillFile {
 public:
  /// Where appended bytes lie, and what they were. There may be millions of them.
  struct Extent {
    std::uint64_t offset = 0;
    std::uint32_t size = 0;
    std::uint32_t checksum = 0;
  };

  /// Nothing is made before something is appended. The file has the path for an instant only; mode 0600.
  explicit SpillFile(std::string path) : path_(std::move(path)) {}

  /// Less than 4 GiB. Throws cqlbulk::Error{failed} naming the path; what the file holds then is of no more use.
  [[nodiscard]] Extent append(std::span<const std::byte> bytes);
  /// `into` has extent.size bytes. Throws cqlbulk::Error{failed} when they cannot be read or are not what was appended.
  void read(const Extent& extent, std::span<std::byte> into) const;
  /// Gives the room back. Extents are worth nothing then.
  void clear();
  /// In all, what was cleared included.
  [[nodiscard]] std::uint64_t written() const noexcept { return written_; }

 private:
  std::string path_;
  posix::Descriptor file_;
  std::uint64_t size_ = 0;
  std::uint64_t written_ = 0;
};

}  // namespace cqlbulk::storage
