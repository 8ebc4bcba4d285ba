// XXH3-128 of bytes as they come. One that was moved from is good for nothing any more.
#pragma once

#include <cstddef>
#include <memory>
#include <stop_token>
#include <string>

namespace cqlbulk::storage {

class Digest {
 public:
  Digest();
  ~Digest();
  Digest(Digest&&) noexcept;
  Digest& operator=(Digest&&) noexcept;
  void add(const void* bytes, std::size_t size);
  /// As xxh128sum prints it.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Of a file's bytes so far. Throws cqlbulk::Error{failed} when it cannot be read.
[[nodiscard]] Digest digest_so_far(const std::string& path, const std::stop_token& stop = {});

}  // namespace cqlbulk::storage
