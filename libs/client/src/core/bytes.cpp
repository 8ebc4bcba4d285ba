// What Reader does when things go wrong, and the one read that can be negative.
#include "cql/bytes.hpp"

#include <fmt/format.h>

#include "cql/error.hpp"

namespace cql {

std::string_view Reader::long_string() {
  const std::int32_t size = i32();
  if (size < 0) fail(fmt::format("negative length {} of a string", size));
  return as_text(raw(static_cast<std::size_t>(size)));
}

void Reader::fail(const std::string& message) const {
  throw Error(ErrorKind::protocol, fmt::format("{}: {} (at byte {})", what_, message, offset_));
}

void Reader::past_end(std::size_t size) const {
  throw Error(ErrorKind::protocol,
              fmt::format("{}: {} bytes needed at byte {}, {} there", what_, size, offset_, remaining()));
}

}  // namespace cql
