// What the tests of values and text share: types by name, bytes by hexadecimal text, conversion either way.
#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "cql/data_type.hpp"
#include "cqlbulk/error.hpp"
#include "text/cell_text.hpp"

namespace cqlbulk::text::testing {

/// Knows one user-defined type: address (street text, number int, tags frozen<set<text>>).
inline cql::DataType type_of(std::string_view name) {
  return cql::parse_cql_type(name, [](std::string_view udt) -> std::optional<cql::DataType> {
    if (udt != "address") return std::nullopt;
    cql::DataType type;
    type.kind = cql::TypeKind::udt;
    type.name = "address";
    type.keyspace = "ks";
    type.field_names = {"street", "number", "tags"};
    type.children = {cql::parse_cql_type("text"), cql::parse_cql_type("int"), cql::parse_cql_type("frozen<set<text>>")};
    return type;
  });
}

/// The usual forms but for what `set` changes.
inline Forms with(const std::function<void(TextForms&)>& set) {
  TextForms forms;
  set(forms);
  return Forms(forms);
}

/// "00 ff 7f", spaces anywhere.
inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  int high = -1;
  for (const char digit : hex) {
    if (digit == ' ') continue;
    const int value = digit <= '9' ? digit - '0' : digit - 'a' + 10;
    if (high < 0) {
      high = value;
    } else {
      bytes += static_cast<char>(high * 16 + value);
      high = -1;
    }
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char byte : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[static_cast<unsigned char>(byte) / 16];
    hex += digits[static_cast<unsigned char>(byte) % 16];
  }
  return hex;
}

/// The value's text; the bytes lie in a heap buffer of exactly their size, so that the sanitizer sees a step too far.
inline std::string write(const cql::DataType& type, std::string_view value, bool json = false,
                         const Forms& forms = {}) {
  const auto exact = std::make_unique<std::byte[]>(value.size());
  if (!value.empty()) std::memcpy(exact.get(), value.data(), value.size());
  const cql::ByteView bytes(exact.get(), value.size());
  std::string text;
  const CellWriter writer(type, forms);
  if (json) {
    writer.append_json(bytes, text);
  } else {
    writer.append(bytes, text);
  }
  return text;
}

struct Parsed {
  std::string value;    ///< Without its length.
  std::string problem;  ///< Empty when there is none.
};

inline Parsed parse(const cql::DataType& type, std::string_view text, const Forms& forms = {}) {
  const CellParser parser(type, forms);
  cql::Buffer out;
  out.append("before");
  const auto exact = std::make_unique<char[]>(text.size());
  if (!text.empty()) std::memcpy(exact.get(), text.data(), text.size());
  if (const char* problem = parser.append({exact.get(), text.size()}, out)) {
    return {{}, out.size() == 6 ? problem : "something was left behind"};
  }
  const std::string_view appended = cql::as_text(out.view()).substr(6);
  if (appended.size() < 4) return {{}, "no length was written"};
  const auto size = cql::load_big_endian<std::int32_t>(cql::as_bytes(appended).data());
  if (size < 0 || static_cast<std::size_t>(size) != appended.size() - 4) return {{}, "the length is wrong"};
  return {std::string(appended.substr(4)), {}};
}

/// A value's text in some forms, and that it comes back.
inline std::string there_and_back(const Forms& forms, std::string_view name, std::string_view usual) {
  const cql::DataType type = type_of(name);
  const Parsed value = parse(type, usual);
  EXPECT_EQ(value.problem, "") << usual;
  const std::string text = write(type, value.value, false, forms);
  const Parsed parsed = parse(type, text, forms);
  EXPECT_EQ(parsed.problem, "") << text;
  EXPECT_EQ(to_hex(parsed.value), to_hex(value.value)) << text;
  return text;
}

/// What is wrong with settings; "accepted" when nothing is.
inline std::string refusal(const std::function<void(TextForms&)>& set) {
  try {
    (void)with(set);
    return "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.message();
  }
}

}  // namespace cqlbulk::text::testing
