// The compact protocol byte by byte.
#include "formats/parquet/thrift_compact.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::formats::thrift {

namespace {

/// Parquet's footer is about ten levels deep.
constexpr int most_depth = 32;
constexpr std::uint32_t long_list = 15;

std::uint64_t zig_zag(std::int64_t value) {
  return (static_cast<std::uint64_t>(value) << 1U) ^ static_cast<std::uint64_t>(value >> 63);
}
std::int64_t from_zig_zag(std::uint64_t value) {
  return static_cast<std::int64_t>(value >> 1U) ^ -static_cast<std::int64_t>(value & 1U);
}

}  // namespace

void CompactReader::fail(const std::string& problem) const {
  throw Error(ErrorClass::failed, fmt::format("broken Parquet footer: {} at its byte {}", problem, offset_));
}

std::uint8_t CompactReader::byte() {
  if (offset_ == bytes_.size()) fail("it ends too early");
  return static_cast<std::uint8_t>(bytes_[offset_++]);
}

std::uint64_t CompactReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const std::uint8_t next = byte();
    if (shift == 63 && next > 1) break;
    value |= std::uint64_t{next & 0x7FU} << shift;
    if ((next & 0x80U) == 0) return value;
  }
  fail("a number beyond 64 bits");
}

void CompactReader::advance(std::uint64_t count) {
  if (count > bytes_.size() - offset_) fail("it ends too early");
  offset_ += static_cast<std::size_t>(count);
}

FieldHeader CompactReader::field(std::int16_t previous) {
  const std::uint8_t head = byte();
  if (head == 0) return {};
  const auto type = static_cast<Type>(head & 0x0FU);
  if (type == Type::stop || type > Type::uuid) fail("a field of an unknown type");
  const std::int64_t id = (head >> 4U) != 0 ? previous + (head >> 4U) : integer();
  if (id <= previous || id > INT16_MAX) fail("a field number out of order");
  return {static_cast<std::int16_t>(id), type};
}

std::int64_t CompactReader::integer() { return from_zig_zag(varint()); }

ListHeader CompactReader::list() {
  const std::uint8_t head = byte();
  const auto element = static_cast<Type>(head & 0x0FU);
  if (element == Type::stop || element > Type::uuid) fail("a list of an unknown type");
  const std::uint64_t count = (head >> 4U) == long_list ? varint() : head >> 4U;
  if (count > bytes_.size() - offset_ || count > INT32_MAX) fail("a list longer than the footer");
  return {element, static_cast<std::uint32_t>(count)};
}

void CompactReader::skip_value(Type type, int depth, bool in_list) {
  if (depth > most_depth) fail("values nested too deep");
  switch (type) {
    case Type::boolean_true:
    case Type::boolean_false:
      if (in_list) advance(1);
      return;
    case Type::byte:
      return advance(1);
    case Type::i16:
    case Type::i32:
    case Type::i64:
      varint();
      return;
    case Type::double_:
      return advance(8);
    case Type::uuid:
      return advance(16);
    case Type::binary:
      return advance(varint());
    case Type::list:
    case Type::set: {
      const ListHeader header = list();
      for (std::uint32_t i = 0; i < header.count; ++i) skip_value(header.element, depth + 1, true);
      return;
    }
    case Type::map: {
      const std::uint64_t count = varint();
      if (count == 0) return;
      const std::uint8_t types = byte();
      for (std::uint64_t i = 0; i < count; ++i) {
        skip_value(static_cast<Type>(types >> 4U), depth + 1, true);
        skip_value(static_cast<Type>(types & 0x0FU), depth + 1, true);
      }
      return;
    }
    case Type::struct_: {
      FieldHeader header;
      while ((header = field(header.id)).type != Type::stop) skip_value(header.type, depth + 1, false);
      return;
    }
    case Type::stop:
      break;
  }
  fail("a value of an unknown type");
}

void CompactWriter::varint(std::uint64_t value) {
  while (value >= 0x80U) {
    out_->push_back(static_cast<std::byte>((value & 0x7FU) | 0x80U));
    value >>= 7U;
  }
  out_->push_back(static_cast<std::byte>(value));
}

void CompactWriter::field(std::int16_t previous, FieldHeader header) {
  const int delta = header.id - previous;
  const auto type = static_cast<unsigned>(header.type);
  if (delta > 0 && delta <= 15) {
    out_->push_back(static_cast<std::byte>((static_cast<unsigned>(delta) << 4U) | type));
  } else {
    out_->push_back(static_cast<std::byte>(type));
    integer(header.id);
  }
}

void CompactWriter::integer(std::int64_t value) { varint(zig_zag(value)); }

void CompactWriter::list(ListHeader header) {
  const auto element = static_cast<unsigned>(header.element);
  if (header.count < long_list) {
    out_->push_back(static_cast<std::byte>((header.count << 4U) | element));
  } else {
    out_->push_back(static_cast<std::byte>((long_list << 4U) | element));
    varint(header.count);
  }
}

}  // namespace cqlbulk::formats::thrift
