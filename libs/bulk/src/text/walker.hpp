// Walks over text; every step says whether it found what it looked for.
#pragma once

#include <cstdint>

#include "text/digits.hpp"

namespace cqlbulk::text {

struct Walker {
  const char* at;
  const char* end;

  [[nodiscard]] bool done() const { return at == end; }
  [[nodiscard]] char peek() const { return at != end ? *at : '\0'; }
  bool take(char character) {
    if (at == end || *at != character) return false;
    ++at;
    return true;
  }
  bool take_two(unsigned& value) {
    if (end - at < 2 || !is_digit(at[0]) || !is_digit(at[1])) return false;
    value = static_cast<unsigned>((at[0] - '0') * 10 + (at[1] - '0'));
    at += 2;
    return true;
  }
  /// As many digits as there are, at most `limit`; says how many.
  std::size_t take_digits(std::size_t limit, std::int64_t& value) {
    std::size_t count = 0;
    for (; at != end && is_digit(*at) && count < limit; ++at, ++count) value = value * 10 + (*at - '0');
    return count;
  }
};

}  // namespace cqlbulk::text
