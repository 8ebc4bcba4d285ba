// Reading lists, byte strings and addresses.
#include "protocol/notation.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace cql::protocol {
namespace {

std::vector<std::byte> copy_of(ByteView bytes) { return {bytes.begin(), bytes.end()}; }

}  // namespace

std::vector<std::string> read_string_list(Reader& reader) {
  std::vector<std::string> strings;
  for (std::uint16_t left = reader.u16(); left > 0; --left) strings.emplace_back(reader.string());
  return strings;
}

std::vector<std::byte> read_bytes(Reader& reader) {
  const std::int32_t size = reader.i32();
  return size < 0 ? std::vector<std::byte>{} : copy_of(reader.raw(static_cast<std::size_t>(size)));
}

std::vector<std::byte> read_short_bytes(Reader& reader) { return copy_of(reader.short_bytes()); }

Inet read_inet_address(Reader& reader) {
  Inet address;
  address.size = reader.u8();
  if (address.size != 4 && address.size != 16) reader.fail(fmt::format("an address of {} bytes", address.size));
  std::ranges::copy(reader.raw(address.size), address.bytes.begin());
  return address;
}

}  // namespace cql::protocol
