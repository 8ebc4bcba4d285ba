// Text, blobs, UUIDs and addresses, to text and back.
#include <simdjson.h>

#include <algorithm>

#include "cql/types.hpp"
#include "text/digits.hpp"
#include "text/scalars.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::size_t uuid_size = 16;
constexpr std::size_t uuid_text_size = 36;
// Where the pairs of digits of a UUID's text stand.
constexpr std::uint8_t uuid_places[uuid_size] = {0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34};

/// Most text is ASCII, and this loop costs a fraction of a call into the validator.
bool is_ascii(std::string_view text) {
  unsigned char all = 0;
  for (const char character : text) all |= static_cast<unsigned char>(character);
  return all < 0x80;
}

bool uuid_from_text(std::string_view text, std::byte* out) {
  if (text.size() != uuid_text_size) return false;
  const char* const at = text.data();
  if (at[8] != '-' || at[13] != '-' || at[18] != '-' || at[23] != '-') return false;
  unsigned all = 0;
  for (std::size_t i = 0; i < uuid_size; ++i) {
    const unsigned byte = hex_byte(at + uuid_places[i]);
    all |= byte;
    out[i] = static_cast<std::byte>(byte & 0xFFU);
  }
  return all <= 0xFF;
}

}  // namespace

void write_text(const FormTable& /*forms*/, const cql::DataType& /*type*/, cql::ByteView value, std::string& out) {
  out += cql::as_text(value);
}

void write_blob(const FormTable& /*forms*/, const cql::DataType& /*type*/, cql::ByteView value, std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + 2 + 2 * value.size());
  char* at = out.data() + start;
  *at++ = '0';
  *at++ = 'x';
  for (const std::byte byte : value) {
    std::memcpy(at, hex_pairs.data() + 2 * std::to_integer<std::size_t>(byte), 2);
    at += 2;
  }
}

void write_uuid(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.size() != uuid_size) {
    if (value.empty()) return;
    refuse_bytes(type, value);
  }
  char text[uuid_text_size];
  for (std::size_t i = 0; i < uuid_size; ++i) {
    std::memcpy(text + uuid_places[i], hex_pairs.data() + 2 * std::to_integer<std::size_t>(value[i]), 2);
  }
  text[8] = text[13] = text[18] = text[23] = '-';
  out.append(text, sizeof text);
}

void write_inet(const FormTable& /*forms*/, const cql::DataType& type, cql::ByteView value, std::string& out) {
  if (value.empty()) return;
  if (value.size() != 4 && value.size() != 16) refuse_bytes(type, value);
  cql::Inet inet;
  inet.size = static_cast<std::uint8_t>(value.size());
  std::ranges::copy(value, inet.bytes.begin());
  out += inet.to_string();
}

const char* parse_text(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                       cql::Buffer& out) {
  if (!is_ascii(text) && !simdjson::validate_utf8(text.data(), text.size())) return "not valid UTF-8";
  return append_value(out, cql::as_bytes(text));
}

const char* parse_ascii(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                        cql::Buffer& out) {
  if (!is_ascii(text)) return "not ASCII";
  return append_value(out, cql::as_bytes(text));
}

const char* parse_blob(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                       cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  if (text.size() < 2 || text[0] != '0' || (text[1] != 'x' && text[1] != 'X')) return "not 0x and hexadecimal digits";
  text.remove_prefix(2);
  if (text.size() % 2 != 0) return "an odd number of hexadecimal digits";
  const std::size_t start = out.size();
  std::byte* at = append_uninitialized_value(out, text.size() / 2);
  unsigned all = 0;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const unsigned byte = hex_byte(text.data() + i);
    all |= byte;
    *at++ = static_cast<std::byte>(byte & 0xFFU);
  }
  if (all > 0xFF) {
    out.resize(start);
    return "not 0x and hexadecimal digits";
  }
  return nullptr;
}

const char* parse_uuid(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                       cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  std::byte bytes[uuid_size];
  if (!uuid_from_text(text, bytes)) return "not a UUID";
  return append_value(out, bytes);
}

const char* parse_timeuuid(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                           cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  std::byte bytes[uuid_size];
  if (!uuid_from_text(text, bytes)) return "not a UUID";
  if ((bytes[6] & std::byte{0xF0}) != std::byte{0x10}) return "not a version 1 UUID, as a timeuuid must be";
  return append_value(out, bytes);
}

const char* parse_inet(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                       cql::Buffer& out) {
  if (text.empty()) return append_empty_value(out);
  cql::Inet inet;
  if (!cql::Inet::parse(text, inet)) return "not an IPv4 or IPv6 address";
  return append_value(out, inet.view());
}

}  // namespace cqlbulk::text
