// What the tests of codecs share: a value to its wire form and back.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <utility>

#include "cql/values.hpp"
#include "exact_bytes.hpp"

namespace cql::test {

inline DataType type_of(std::string_view cql) { return parse_cql_type(cql); }

/// The value's bytes without their length, as hexadecimal digits.
template <typename T>
std::string encoded(const T& value, const DataType& type) {
  EXPECT_TRUE(Codec<T>::fits(type, Use::binding)) << type.to_string() << ", " << Codec<T>::name();
  Buffer out;
  Codec<T>::encode(value, type, out);
  return to_hex(out.view());
}
template <typename T>
std::string encoded(const T& value, std::string_view type) {
  return encoded(value, type_of(type));
}

template <typename T>
T decoded(std::string_view digits, const DataType& type) {
  EXPECT_TRUE(Codec<T>::fits(type, Use::reading)) << type.to_string() << ", " << Codec<T>::name();
  const ExactBytes bytes(hex(digits));
  return Codec<T>::decode(bytes.view(), type);
}
template <typename T>
T decoded(std::string_view digits, std::string_view type) {
  return decoded<T>(digits, type_of(type));
}

/// The value has these bytes, and these bytes are the value.
template <typename T>
void expect_travels(const T& value, std::string_view type, std::string_view digits) {
  EXPECT_EQ(encoded(value, type), to_hex(hex(digits))) << type << " from " << Codec<T>::name();
  EXPECT_EQ(decoded<T>(digits, type), value) << type << " as " << Codec<T>::name();
}

/// No other length than that of `digits` is read: shorter and longer ones are the server's fault, no bytes at all are a
/// value that the C++ type cannot hold.
template <typename T>
void expect_only_this_size(std::string_view type, std::string_view digits) {
  const std::size_t size = hex(digits).size();
  for (std::size_t wrong = 0; wrong <= 2 * size; ++wrong) {
    if (wrong == size) continue;
    const ExactBytes bytes(std::vector<std::byte>(wrong, std::byte{1}));
    const DataType parsed = type_of(type);
    EXPECT_EQ(error_kind([&] { static_cast<void>(Codec<T>::decode(bytes.view(), parsed)); }),
              wrong == 0 ? ErrorKind::usage : ErrorKind::protocol)
        << wrong << " bytes of " << type;
  }
}

template <typename T>
bool fits(std::string_view type, Use use) {
  return Codec<T>::fits(type_of(type), use);
}

}  // namespace cql::test
