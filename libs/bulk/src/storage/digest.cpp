#include "storage/digest.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>
// Compiled in: no library to bring along.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <vector>

#include "posix/files.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

struct Digest::State {
  XXH3_state_t hash;
};

Digest::Digest() : state_(std::make_unique<State>()) { XXH3_128bits_reset(&state_->hash); }
Digest::~Digest() = default;
Digest::Digest(Digest&&) noexcept = default;
Digest& Digest::operator=(Digest&&) noexcept = default;

void Digest::add(const void* bytes, std::size_t size) { XXH3_128bits_update(&state_->hash, bytes, size); }

std::string Digest::text() const {
  const XXH128_hash_t hash = XXH3_128bits_digest(&state_->hash);
  return fmt::format("{:016x}{:016x}", hash.high64, hash.low64);
}

Digest digest_so_far(const std::string& path, const std::stop_token& stop) {
  const posix::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) posix::fail(ErrorClass::failed, "read", path, errno);
  std::vector<char> block(std::size_t{1} << 20U);
  Digest digest;
  while (!stop.stop_requested()) {
    const ssize_t count = ::read(file.get(), block.data(), block.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) posix::fail(ErrorClass::failed, "read", path, errno);
    if (count == 0) break;
    digest.add(block.data(), static_cast<std::size_t>(count));
  }
  return digest;
}

std::string digest_of(const std::string& path, const std::stop_token& stop) { return digest_so_far(path, stop).text(); }

}  // namespace cqlbulk::storage
