// XXH3-128 of bytes as they come.
#pragma once

#include <cstddef>
#include <memory>
#include <string>

namespace cqlbulk::storage {

class Digest {
 public:
  Digest();
  ~Digest();
  void add(const void* bytes, std::size_t size);
  /// As xxh128sum prints it.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace cqlbulk::storage
