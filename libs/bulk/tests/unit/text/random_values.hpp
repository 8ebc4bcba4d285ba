// Random types, as deep as asked, and random values of them in their canonical bytes.
#pragma once

#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "cql/types.hpp"
#include "text_values.hpp"

namespace cqlbulk::text::testing {

using Random = std::mt19937_64;

inline std::size_t below(Random& random, std::size_t limit) { return static_cast<std::size_t>(random() % limit); }

inline cql::DataType random_type(Random& random, int depth) {
  constexpr const char* scalars[] = {"ascii",    "bigint",    "blob", "boolean", "date",    "decimal",  "double",
                                     "duration", "float",     "inet", "int",     "text",    "smallint", "time",
                                     "tinyint",  "timestamp", "uuid", "varint",  "timeuuid"};
  if (depth == 0 || below(random, 3) == 0) return cql::parse_cql_type(scalars[below(random, std::size(scalars))]);
  constexpr cql::TypeKind kinds[] = {cql::TypeKind::list,  cql::TypeKind::set, cql::TypeKind::map,
                                     cql::TypeKind::tuple, cql::TypeKind::udt, cql::TypeKind::vector};
  cql::DataType type;
  type.kind = kinds[below(random, std::size(kinds))];
  std::size_t parts = 1;
  if (type.kind == cql::TypeKind::map) parts = 2;
  if (type.kind == cql::TypeKind::tuple || type.kind == cql::TypeKind::udt) parts = 1 + below(random, 4);
  for (std::size_t i = 0; i < parts; ++i) {
    type.children.push_back(random_type(random, depth - 1));
    if (type.kind == cql::TypeKind::udt) type.field_names.push_back("f\"\n" + std::to_string(i));
  }
  if (type.kind == cql::TypeKind::udt) type.name = "u";
  if (type.kind == cql::TypeKind::vector) type.dimension = static_cast<std::uint32_t>(1 + below(random, 4));
  return type;
}

inline void append_number(std::string& out, std::uint64_t number, std::size_t size) {
  for (std::size_t i = size; i-- > 0;) out += static_cast<char>(number >> (8 * i) & 0xFFU);
}

inline std::string random_text(Random& random, bool ascii) {
  constexpr const char* pieces[] = {"a",  "Z", "\"",   "\\", "\n",   "\r\n", ",", "|", "'",  " ",
                                    "\t", "{", "\x01", "#",  "NULL", "0",    "ä", "€", "😀", "\xEF\xBB\xBF"};
  std::string text;
  for (std::size_t i = below(random, 6); i > 0; --i) text += pieces[below(random, ascii ? 16 : std::size(pieces))];
  return text;
}

inline std::string random_bytes(Random& random, std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(random() & 0xFFU);
  return bytes;
}

inline std::string random_varint(Random& random) {
  cql::Varint varint;
  std::string digits = below(random, 2) == 0 ? "-" : "";
  for (std::size_t i = 1 + below(random, 40); i > 0; --i) digits += static_cast<char>('0' + below(random, 10));
  cql::Varint::parse(digits, varint);
  return std::string(cql::as_text(varint.bytes));
}

inline std::string random_duration(Random& random) {
  cql::Buffer out;
  const auto sign = below(random, 2) == 0 ? std::int64_t{-1} : std::int64_t{1};
  const auto part = [&](unsigned bits) {
    return sign * static_cast<std::int64_t>(random() >> (64 - 1 - below(random, bits)));
  };
  cql::append_signed_vint(out, part(31));
  cql::append_signed_vint(out, part(31));
  cql::append_signed_vint(out, part(63));
  return std::string(cql::as_text(out.view()));
}

inline std::string random_value(Random& random, const cql::DataType& type);

/// With its length, null being allowed.
inline std::string random_part(Random& random, const cql::DataType& type, bool nullable) {
  std::string out;
  if (nullable && below(random, 4) == 0) return from_hex("ffffffff");
  const std::string value = random_value(random, type);
  append_number(out, value.size(), 4);
  return out + value;
}

inline std::string random_map(Random& random, const cql::DataType& type) {
  std::vector<std::string> keys;
  std::string entries;
  for (std::size_t i = below(random, 4); i > 0; --i) {
    const std::string key = random_part(random, type.children[0], false);
    if (std::ranges::find(keys, key) != keys.end()) continue;
    keys.push_back(key);
    entries += key + random_part(random, type.children[1], false);
  }
  std::string out;
  append_number(out, keys.size(), 4);
  return out + entries;
}

inline std::string random_vector(Random& random, const cql::DataType& type) {
  std::string out;
  const cql::DataType& element = type.children[0];
  for (std::uint32_t i = 0; i < type.dimension; ++i) {
    std::string value = random_value(random, element);
    if (const auto size = element.vector_element_size()) {
      while (value.size() != *size) value = random_value(random, element);
    } else {
      cql::Buffer length;
      cql::append_unsigned_vint(length, value.size());
      out += cql::as_text(length.view());
    }
    out += value;
  }
  return out;
}

inline std::string random_real(Random& random, std::size_t size) {
  const std::string bytes = random_bytes(random, size);
  const unsigned high = static_cast<unsigned char>(bytes[0]) & 0x7FU;
  // NaNs have one text only, and so one form of bytes that comes back.
  if (high == 0x7F) return from_hex(size == 4 ? "7fc00000" : "7ff8000000000000");
  return bytes;
}

inline std::string random_nested(Random& random, const cql::DataType& type) {
  std::string out;
  switch (type.kind) {
    case cql::TypeKind::map:
      return random_map(random, type);
    case cql::TypeKind::vector:
      return random_vector(random, type);
    case cql::TypeKind::tuple:
    case cql::TypeKind::udt: {
      const std::size_t present = below(random, type.children.size() + 1);
      for (std::size_t i = 0; i < present; ++i) out += random_part(random, type.children[i], true);
      return out;
    }
    default: {
      const std::size_t count = below(random, 4);
      append_number(out, count, 4);
      for (std::size_t i = 0; i < count; ++i) out += random_part(random, type.children[0], false);
      return out;
    }
  }
}

inline std::string random_value(Random& random, const cql::DataType& type) {
  using cql::TypeKind;
  const bool may_be_empty = type.kind != TypeKind::tinyint && type.kind != TypeKind::smallint &&
                            type.kind != TypeKind::date && type.kind != TypeKind::time &&
                            type.kind != TypeKind::duration;
  if (may_be_empty && below(random, 10) == 0) return {};
  switch (type.kind) {
    case TypeKind::ascii:
      return random_text(random, true);
    case TypeKind::text:
      return random_text(random, false);
    case TypeKind::blob:
      return random_bytes(random, below(random, 9));
    case TypeKind::boolean:
      return std::string(1, static_cast<char>(below(random, 2)));
    case TypeKind::tinyint:
      return random_bytes(random, 1);
    case TypeKind::smallint:
      return random_bytes(random, 2);
    case TypeKind::int_:
    case TypeKind::date:
      return random_bytes(random, 4);
    case TypeKind::bigint:
    case TypeKind::timestamp:
      return random_bytes(random, 8);
    case TypeKind::uuid:
      return random_bytes(random, 16);
    case TypeKind::timeuuid: {
      std::string uuid = random_bytes(random, 16);
      uuid[6] = static_cast<char>(0x10 | (uuid[6] & 0x0F));
      return uuid;
    }
    case TypeKind::inet:
      return random_bytes(random, below(random, 2) == 0 ? 4 : 16);
    case TypeKind::time: {
      std::string out;
      append_number(out, random() % 86'400'000'000'000, 8);
      return out;
    }
    case TypeKind::float_:
      return random_real(random, 4);
    case TypeKind::double_:
      return random_real(random, 8);
    case TypeKind::varint:
      return random_varint(random);
    case TypeKind::decimal:
      return random_bytes(random, 4) + random_varint(random);
    case TypeKind::duration:
      return random_duration(random);
    default:
      return random_nested(random, type);
  }
}

}  // namespace cqlbulk::text::testing
