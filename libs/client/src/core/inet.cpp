// Addresses and their text. The C library's functions do the work; they need neither sockets nor names.
#include <arpa/inet.h>

#include <algorithm>

#include "cql/types.hpp"

namespace cql {

bool Inet::parse(std::string_view text, Inet& out) noexcept {
  std::array<char, INET6_ADDRSTRLEN> terminated{};
  // A NUL inside would end the text early for inet_pton and let garbage through.
  if (text.size() >= terminated.size() || text.find('\0') != std::string_view::npos) return false;
  std::ranges::copy(text, terminated.begin());
  Inet parsed;
  const bool v6 = text.find(':') != std::string_view::npos;
  parsed.size = v6 ? 16 : 4;
  if (inet_pton(v6 ? AF_INET6 : AF_INET, terminated.data(), parsed.bytes.data()) != 1) return false;
  out = parsed;
  return true;
}

std::string Inet::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(size == 16 ? AF_INET6 : AF_INET, bytes.data(), text.data(), static_cast<socklen_t>(text.size()));
  return text.data();
}

}  // namespace cql
