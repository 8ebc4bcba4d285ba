// Bytes for decoders under test: hexadecimal notation, heap blocks of exactly the right size so that the address
// sanitizer sees one byte too many, and the check that no shorter input passes.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/error.hpp"

namespace cql::test {

class ExactBytes {
 public:
  explicit ExactBytes(ByteView bytes) : data_(new std::byte[bytes.size()]), size_(bytes.size()) {
    if (!bytes.empty()) std::memcpy(data_.get(), bytes.data(), bytes.size());
  }
  [[nodiscard]] ByteView view() const { return {data_.get(), size_}; }
  operator ByteView() const { return view(); }

 private:
  std::unique_ptr<std::byte[]> data_;
  std::size_t size_;
};

/// "00 0a ff" with any spaces.
inline std::vector<std::byte> hex(std::string_view digits) {
  std::vector<std::byte> bytes;
  int high = -1;
  for (const char digit : digits) {
    if (digit == ' ') continue;
    const int value = digit <= '9' ? digit - '0' : (digit | 0x20) - 'a' + 10;
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<std::byte>(high * 16 + value));
      high = -1;
    }
  }
  EXPECT_EQ(high, -1) << "an odd number of digits in " << digits;
  return bytes;
}

inline std::string to_hex(ByteView bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += digits[std::to_integer<std::size_t>(byte) >> 4U];
    text += digits[std::to_integer<std::size_t>(byte) & 15U];
  }
  return text;
}

/// A message put together field by field.
class Wire {
 public:
  Wire& u8(int value) { return raw(static_cast<std::uint8_t>(value)); }
  Wire& u16(int value) { return raw(static_cast<std::uint16_t>(value)); }
  Wire& i32(std::int64_t value) { return raw(static_cast<std::int32_t>(value)); }
  Wire& i64(std::int64_t value) { return raw(value); }
  Wire& string(std::string_view text) {
    u16(static_cast<int>(text.size()));
    return bytes(as_bytes(text));
  }
  Wire& value(std::string_view text) {
    i32(static_cast<std::int64_t>(text.size()));
    return bytes(as_bytes(text));
  }
  Wire& hex(std::string_view digits) { return bytes(test::hex(digits)); }
  Wire& bytes(ByteView bytes) {
    buffer_.append(bytes);
    return *this;
  }
  [[nodiscard]] ByteView view() const { return buffer_.view(); }
  operator ByteView() const { return view(); }

 private:
  template <typename Integer>
  Wire& raw(Integer value) {
    buffer_.append_integer(value);
    return *this;
  }
  Buffer buffer_;
};

template <typename Call>
ErrorKind error_kind(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "no error was thrown";
  return ErrorKind::usage;
}

template <typename Call>
std::string error_text(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  ADD_FAILURE() << "no error was thrown";
  return {};
}

/// Every input that ends before `bytes` do is a protocol error, and `bytes` themselves are none.
template <typename Decode>
void expect_needs_every_byte(ByteView bytes, Decode decode) {
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    const ExactBytes shorter(bytes.first(size));
    try {
      decode(shorter.view());
      ADD_FAILURE() << "the first " << size << " of " << bytes.size() << " bytes were enough";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::protocol) << error.what();
    }
  }
  const ExactBytes whole(bytes);
  EXPECT_NO_THROW(decode(whole.view()));
}

}  // namespace cql::test
