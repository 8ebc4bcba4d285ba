// A stream of bytes that becomes another one, piece by piece: the common shape of compression and encodings.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace cqlbulk::streams {

/// What a stream cannot be: damaged, cut off, not of its kind. The message says what; who reads the stream knows where.
class BadStream : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// One thread.
class Transform {
 public:
  struct Progress {
    std::size_t taken = 0;  ///< Of the input.
    std::size_t given = 0;  ///< To the output.
  };
  /// The room that `out` must have.
  static constexpr std::size_t least_room = 64;

  virtual ~Transform() = default;
  /// Takes bytes of `in` and gives bytes to `out`, as far as one of them goes. Neither taken nor given: it wants more
  /// input, or, with `last`, which says that there is none behind `in`, everything has come out. Throws BadStream.
  virtual Progress run(std::span<const char> in, bool last, std::span<char> out) = 0;
};

/// In the order in which bytes pass them.
using Transforms = std::vector<std::unique_ptr<Transform>>;

}  // namespace cqlbulk::streams
