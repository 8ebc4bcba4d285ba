// Blobs as base64 with padding (RFC 4648 §4).
#include <array>

#include "text/scalars.hpp"

namespace cqlbulk::text {
namespace {

constexpr std::string_view letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_letter = 0xFF;

constexpr auto values = [] {
  std::array<std::uint8_t, 256> table{};
  table.fill(no_letter);
  for (std::size_t i = 0; i < letters.size(); ++i) {
    table[static_cast<unsigned char>(letters[i])] = static_cast<std::uint8_t>(i);
  }
  return table;
}();

std::uint32_t value_of(char letter) { return values[static_cast<unsigned char>(letter)]; }

constexpr const char* not_base64 = "not base64 with padding";

}  // namespace

void write_blob_base64(const FormTable& /*forms*/, const cql::DataType& /*type*/, cql::ByteView value,
                       std::string& out) {
  const std::size_t start = out.size();
  out.resize(start + (value.size() + 2) / 3 * 4);
  char* at = out.data() + start;
  const auto put = [&at](std::uint32_t bits, std::size_t count) {
    for (std::size_t i = 0; i < 4; ++i) *at++ = i < count ? letters[bits >> (18 - 6 * i) & 0x3FU] : '=';
  };
  const auto byte = [&value](std::size_t i) { return std::to_integer<std::uint32_t>(value[i]); };
  std::size_t i = 0;
  for (; i + 3 <= value.size(); i += 3) put(byte(i) << 16U | byte(i + 1) << 8U | byte(i + 2), 4);
  if (value.size() - i == 2) put(byte(i) << 16U | byte(i + 1) << 8U, 3);
  if (value.size() - i == 1) put(byte(i) << 16U, 2);
}

const char* parse_blob_base64(const FormTable& /*forms*/, const cql::DataType& /*type*/, std::string_view text,
                              cql::Buffer& out) {
  if (text.size() % 4 != 0) return not_base64;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  text.remove_suffix(padding);
  const std::size_t before = out.size();
  std::byte* at = append_uninitialized_value(out, text.size() / 4 * 3 + (text.size() % 4 * 3) / 4);
  std::uint32_t all = 0;
  std::uint32_t left_over = 0;
  for (std::size_t i = 0; i < text.size(); i += 4) {
    const std::size_t count = std::min<std::size_t>(4, text.size() - i);
    std::uint32_t bits = 0;
    for (std::size_t j = 0; j < count; ++j) {
      const std::uint32_t value = value_of(text[i + j]);
      all |= value;
      bits |= (value & 0x3FU) << (18 - 6 * j);
    }
    for (std::size_t j = 0; j + 1 < count; ++j) *at++ = static_cast<std::byte>(bits >> (16 - 8 * j) & 0xFFU);
    left_over |= count < 4 ? bits << (8 * (count - 1)) & 0xFFFFFFU : 0;
  }
  // Bits that belong to no byte must be zero: two texts of one value would be two truths.
  if (all > 0x3F || left_over != 0) {
    out.resize(before);
    return all > 0x3F ? not_base64 : "base64 whose last letter has bits left over";
  }
  return nullptr;
}

}  // namespace cqlbulk::text
