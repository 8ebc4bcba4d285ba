#include "storage/spill_file.hpp"

#include <fmt/format.h>
// Compiled in: no library to bring along.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <string_view>

namespace cqlbulk::storage {

namespace {

std::uint32_t checksum_of(std::span<const std::byte> bytes) {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

}  // namespace

SpillFile::Extent SpillFile::append(std::span<const std::byte> bytes) {
  if (bytes.size() > UINT32_MAX) {
    throw Error(ErrorClass::failed, fmt::format("{} bytes at once are too many for {}", bytes.size(), path_));
  }
  if (!file_.valid()) file_ = posix::create_unnamed(path_);
  posix::write_all(file_, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, path_);
  const Extent extent{size_, static_cast<std::uint32_t>(bytes.size()), checksum_of(bytes)};
  size_ += bytes.size();
  written_ += bytes.size();
  return extent;
}

void SpillFile::read(const Extent& extent, std::span<std::byte> into) const {
  const std::size_t size = posix::read_at(file_, extent.offset, into, path_);
  if (size == extent.size && checksum_of(into) == extent.checksum) return;
  throw Error(ErrorClass::failed,
              fmt::format("{} does not hold what was written to it: {} at byte {}", path_,
                          size < extent.size ? "it ends" : "other bytes are", extent.offset),
              "Look at the disk's health and at who else writes there.");
}

void SpillFile::clear() {
  if (size_ > 0) posix::empty_file(file_, path_);
  size_ = 0;
}

}  // namespace cqlbulk::storage
