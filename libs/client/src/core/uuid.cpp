// UUIDs and their text.
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "cql/types.hpp"

namespace cql {
namespace {

constexpr std::string_view digits = "0123456789abcdef";

constexpr int hex_value(char digit) noexcept {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
  return -1;
}

constexpr bool hyphen_before(std::size_t byte) noexcept { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

}  // namespace

bool Uuid::parse(std::string_view text, Uuid& out) noexcept {
  if (text.size() != 36) return false;
  Uuid parsed;
  const char* at = text.data();
  for (std::size_t i = 0; i < parsed.bytes.size(); ++i) {
    if (hyphen_before(i) && *at++ != '-') return false;
    const int high = hex_value(*at++);
    const int low = hex_value(*at++);
    if (high < 0 || low < 0) return false;
    parsed.bytes[i] = static_cast<std::byte>(high * 16 + low);
  }
  out = parsed;
  return true;
}

void Uuid::write_to(char* out) const noexcept {
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (hyphen_before(i)) *out++ = '-';
    const auto value = std::to_integer<std::size_t>(bytes[i]);
    *out++ = digits[value >> 4U];
    *out++ = digits[value & 15U];
  }
}

std::string Uuid::to_string() const {
  std::string text(36, '\0');
  write_to(text.data());
  return text;
}

Uuid Uuid::random() {
  Uuid uuid;
  if (getentropy(uuid.bytes.data(), uuid.bytes.size()) != 0) {
    throw std::system_error(errno, std::generic_category(), "getentropy");
  }
  // RFC 4122: version 4, variant 1.
  uuid.bytes[6] = (uuid.bytes[6] & std::byte{0x0F}) | std::byte{0x40};
  uuid.bytes[8] = (uuid.bytes[8] & std::byte{0x3F}) | std::byte{0x80};
  return uuid;
}

}  // namespace cql
