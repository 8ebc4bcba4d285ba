// What the fuzz targets share: the input as bytes, and checks that stay in every build.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "cql/bytes.hpp"
#include "cql/error.hpp"

namespace cql::fuzzing {

inline ByteView bytes_of(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

inline void check(bool holds) {
  if (!holds) std::abort();
}

/// Malformed input may only ever be an Error{protocol}; everything else ends the run.
template <typename Call>
bool accepted(Call call) {
  try {
    call();
    return true;
  } catch (const Error& error) {
    check(error.kind() == ErrorKind::protocol);
    return false;
  }
}

/// Takes bytes off the front to choose what to do with the rest; zeros when there are none left.
class Choices {
 public:
  explicit Choices(ByteView& bytes) : bytes_(bytes) {}
  std::uint8_t byte() {
    if (bytes_.empty()) return 0;
    const auto value = std::to_integer<std::uint8_t>(bytes_.front());
    bytes_ = bytes_.subspan(1);
    return value;
  }

 private:
  ByteView& bytes_;
};

}  // namespace cql::fuzzing
