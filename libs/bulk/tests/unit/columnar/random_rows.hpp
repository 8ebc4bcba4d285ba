// Random CQL types and values in wire form, for property tests and benchmarks. Values are what a server sends:
// canonical (shortest varints, every field of a UDT present), so that a faithful way there and back gives the same
// bytes.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"
#include "cql/types.hpp"
#include "cqlbulk/rows.hpp"

namespace cqlbulk::test {

using Random = std::mt19937_64;

inline std::uint64_t below(Random& random, std::uint64_t bound) { return random() % bound; }

inline cql::DataType random_type(Random& random, int depth) {
  using enum cql::TypeKind;
  static constexpr cql::TypeKind scalars[] = {custom, ascii, bigint,    blob,     boolean, decimal, double_,
                                              float_, int_,  timestamp, uuid,     text,    varint,  timeuuid,
                                              inet,   date,  time,      smallint, tinyint, duration};
  static constexpr cql::TypeKind nested[] = {list, set, map, tuple, udt, vector};
  if (depth == 0 || below(random, 3) == 0) {
    auto type = cql::DataType::scalar(scalars[below(random, std::size(scalars))]);
    if (type.kind == custom) type.name = "org.example.Custom";
    return type;
  }
  auto type = cql::DataType::scalar(nested[below(random, std::size(nested))]);
  const std::size_t children = type.kind == map ? 2 : type.kind == tuple || type.kind == udt ? 1 + below(random, 4) : 1;
  for (std::size_t i = 0; i < children; ++i) {
    type.children.push_back(random_type(random, depth - 1));
    if (type.kind == udt) type.field_names.push_back("field " + std::to_string(i));
  }
  if (type.kind == udt) {
    type.keyspace = "ks";
    type.name = "Type" + std::to_string(below(random, 1000));
  }
  if (type.kind == vector) type.dimension = static_cast<std::uint32_t>(1 + below(random, 4));
  return type;
}

void append_value(const cql::DataType& type, Random& random, cql::Buffer& out);

inline std::string random_utf8(Random& random, std::size_t length) {
  std::string text;
  for (std::size_t i = 0; i < length; ++i) {
    switch (below(random, 8)) {
      case 0:
        text += "\xC3\xA9";  // é
        break;
      case 1:
        text += "\xF0\x9F\x98\x80";  // an emoji
        break;
      case 2:
        text += "\"\\\n\x01,"[below(random, 5)];
        break;
      default:
        text += static_cast<char>('a' + below(random, 26));
    }
  }
  return text;
}

inline std::int64_t random_integer(Random& random) {
  static constexpr std::int64_t edges[] = {0, 1, -1, INT64_MAX, INT64_MIN, INT32_MAX, INT32_MIN};
  if (below(random, 4) == 0) return edges[below(random, std::size(edges))];
  return static_cast<std::int64_t>(random() >> below(random, 64)) * (below(random, 2) == 0 ? 1 : -1);
}

inline cql::Varint random_varint(Random& random) {
  if (below(random, 16) != 0) {
    cql::Varint varint;
    EXPECT_TRUE(cql::Varint::parse(std::to_string(random_integer(random)), varint));
    return varint;
  }
  std::string digits = below(random, 2) == 0 ? "-" : "";
  digits += static_cast<char>('1' + below(random, 9));
  for (std::size_t left = below(random, 200); left != 0; --left) digits += static_cast<char>('0' + below(random, 10));
  cql::Varint varint;
  EXPECT_TRUE(cql::Varint::parse(digits, varint));
  return varint;
}

inline void append_duration(Random& random, cql::Buffer& out) {
  const std::int64_t sign = below(random, 2) == 0 ? 1 : -1;
  cql::append_signed_vint(out, sign * static_cast<std::int64_t>(below(random, 1ULL << 31)));
  cql::append_signed_vint(out, sign * static_cast<std::int64_t>(below(random, 1ULL << below(random, 32))));
  cql::append_signed_vint(out, sign * static_cast<std::int64_t>(below(random, 1ULL << 63)));
}

/// i32 length and value.
inline void append_element(const cql::DataType& type, Random& random, cql::Buffer& out) {
  const std::size_t at = out.size();
  out.append_integer(std::int32_t{0});
  append_value(type, random, out);
  cql::store_big_endian(out.data() + at, static_cast<std::int32_t>(out.size() - at - 4));
}

inline void append_element_or_null(const cql::DataType& type, Random& random, cql::Buffer& out) {
  if (below(random, 4) == 0) {
    out.append_integer(std::int32_t{-1});
  } else {
    append_element(type, random, out);
  }
}

inline void append_nested_value(const cql::DataType& type, Random& random, cql::Buffer& out) {
  using enum cql::TypeKind;
  switch (type.kind) {
    case list:
    case set:
    case map: {
      const auto count = static_cast<std::int32_t>(below(random, 4));
      out.append_integer(count);
      for (std::int32_t i = 0; i < count; ++i) {
        for (const auto& child : type.children) append_element(child, random, out);
      }
      return;
    }
    case tuple:
    case udt:
      for (const auto& child : type.children) append_element_or_null(child, random, out);
      return;
    default:  // vector
      for (std::uint32_t i = 0; i < type.dimension; ++i) {
        cql::Buffer element;
        append_value(type.children[0], random, element);
        if (!type.children[0].vector_element_size()) cql::append_unsigned_vint(out, element.size());
        out.append(element.view());
      }
  }
}

/// Appends the value's bytes, no length.
inline void append_value(const cql::DataType& type, Random& random, cql::Buffer& out) {
  using enum cql::TypeKind;
  switch (type.kind) {
    case ascii:
      for (std::size_t left = below(random, 12); left != 0; --left) out.push_back(std::byte(below(random, 128)));
      return;
    case text:
      return out.append(random_utf8(random, below(random, 12)));
    case blob:
    case custom:
      for (std::size_t left = below(random, 12); left != 0; --left) out.push_back(std::byte(random() & 0xFFU));
      return;
    case boolean:
      return out.push_back(std::byte(below(random, 2)));
    case tinyint:
      return out.push_back(std::byte(random() & 0xFFU));
    case smallint:
      return out.append_integer(static_cast<std::int16_t>(random_integer(random)));
    case int_:
    case float_:
    case date:
      return out.append_integer(static_cast<std::int32_t>(random_integer(random)));
    case bigint:
    case counter:
    case double_:
    case timestamp:
      return out.append_integer(random_integer(random));
    case time:
      return out.append_integer(static_cast<std::int64_t>(below(random, 86'400'000'000'000ULL)));
    case uuid:
    case timeuuid: {
      const std::size_t at = out.size();
      out.append_integer(random());
      out.append_integer(random());
      // The version's place: 1 for timeuuid, 4 else.
      auto& version = out.data()[at + 6];
      version = (version & std::byte{0x0F}) | (type.kind == timeuuid ? std::byte{0x10} : std::byte{0x40});
      out.data()[at + 8] = (out.data()[at + 8] & std::byte{0x3F}) | std::byte{0x80};
      return;
    }
    case inet:
      for (std::size_t left = below(random, 2) == 0 ? 4 : 16; left != 0; --left) {
        out.push_back(std::byte(random() & 0xFFU));
      }
      return;
    case varint:
      return out.append(cql::ByteView(random_varint(random).bytes));
    case decimal:
      out.append_integer(static_cast<std::int32_t>(below(random, 60)) - 20);
      return out.append(cql::ByteView(random_varint(random).bytes));
    case duration:
      return append_duration(random, out);
    default:
      return append_nested_value(type, random, out);
  }
}

/// Rows in wire layout with their columns: the tests' stand-in for a page.
struct RandomRows {
  std::vector<cql::ColumnSpec> columns;
  cql::Buffer bytes;
  std::size_t row_count = 0;
};

inline void append_rows(RandomRows& rows, Random& random, std::size_t count) {
  for (std::size_t i = 0; i < count; ++i) {
    for (const auto& column : rows.columns) append_element_or_null(column.type, random, rows.bytes);
  }
  rows.row_count += count;
}

inline RandomRows random_rows(Random& random, std::size_t column_count, std::size_t row_count, int depth) {
  RandomRows rows;
  for (std::size_t i = 0; i < column_count; ++i) {
    rows.columns.push_back({"ks", "t", "c" + std::to_string(i), random_type(random, depth)});
  }
  append_rows(rows, random, row_count);
  return rows;
}

}  // namespace cqlbulk::test
