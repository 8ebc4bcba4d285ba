// Cells of small results as C++ values.
#include "cql/scalar.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cql/error.hpp"

namespace cql {
namespace {

ByteView present(const CellView& cell, std::string_view type) {
  if (!cell) throw Error(ErrorKind::usage, fmt::format("null where a {} is needed", type));
  return *cell;
}

ByteView sized(const CellView& cell, std::size_t size, std::string_view type) {
  const ByteView bytes = present(cell, type);
  if (bytes.size() != size) {
    throw Error(ErrorKind::protocol, fmt::format("a {} of {} bytes, {} expected", type, bytes.size(), size));
  }
  return bytes;
}

std::string element_text(Reader& reader) {
  const std::int32_t size = reader.i32();
  if (size < 0) reader.fail("null inside a collection");
  return std::string(as_text(reader.raw(static_cast<std::size_t>(size))));
}

std::int32_t element_count(Reader& reader) {
  const std::int32_t count = reader.i32();
  if (count < 0) reader.fail(fmt::format("negative number of elements, {}", count));
  return count;
}

void expect_end(const Reader& reader) {
  if (!reader.at_end()) reader.fail(fmt::format("{} bytes after the last element", reader.remaining()));
}

}  // namespace

std::string text_of(const CellView& cell) { return std::string(as_text(present(cell, "text"))); }

std::int32_t int_of(const CellView& cell) { return load_big_endian<std::int32_t>(sized(cell, 4, "int").data()); }

std::int64_t bigint_of(const CellView& cell) { return load_big_endian<std::int64_t>(sized(cell, 8, "bigint").data()); }

bool boolean_of(const CellView& cell) { return sized(cell, 1, "boolean").front() != std::byte{0}; }

Uuid uuid_of(const CellView& cell) {
  Uuid uuid;
  std::ranges::copy(sized(cell, uuid.bytes.size(), "uuid"), uuid.bytes.begin());
  return uuid;
}

Inet inet_of(const CellView& cell) {
  const ByteView bytes = present(cell, "inet");
  if (bytes.size() != 4 && bytes.size() != 16) {
    throw Error(ErrorKind::protocol, fmt::format("an inet of {} bytes, 4 or 16 expected", bytes.size()));
  }
  Inet inet;
  inet.size = static_cast<std::uint8_t>(bytes.size());
  std::ranges::copy(bytes, inet.bytes.begin());
  return inet;
}

std::vector<std::string> texts_of(const CellView& cell) {
  std::vector<std::string> texts;
  if (!cell) return texts;
  Reader reader(*cell, "collection of text");
  for (std::int32_t left = element_count(reader); left > 0; --left) texts.push_back(element_text(reader));
  expect_end(reader);
  return texts;
}

std::map<std::string, std::string> text_map_of(const CellView& cell) {
  std::map<std::string, std::string> texts;
  if (!cell) return texts;
  Reader reader(*cell, "map of text");
  for (std::int32_t left = element_count(reader); left > 0; --left) {
    std::string key = element_text(reader);
    texts.insert_or_assign(std::move(key), element_text(reader));
  }
  expect_end(reader);
  return texts;
}

}  // namespace cql
