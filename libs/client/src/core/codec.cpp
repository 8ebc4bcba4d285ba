// What codecs say when values and types do not go together, and the codecs too long for a header.
#include "cql/codec.hpp"

#include <fmt/format.h>

#include <exception>
#include <limits>

#include "cql/codec_collections.hpp"
#include "cql/codec_composites.hpp"
#include "cql/codec_scalars.hpp"
#include "cql/error.hpp"
#include "cql/rows.hpp"
#include "cql/values.hpp"

namespace cql {
namespace detail {
namespace {

[[noreturn]] void rethrow_with(const std::string& subject) {
  try {
    throw;
  } catch (const Error& error) {
    throw Error(error.kind(), subject + ": " + error.message());
  }
}

/// Lengths and counts of the protocol have 32 bits.
std::int32_t int32_of(std::size_t count, fmt::format_string<std::size_t&> beyond) {
  if (count > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max())) {
    throw Error(ErrorKind::usage, fmt::format(beyond, count));
  }
  return static_cast<std::int32_t>(count);
}

std::string described(const char* role, const ColumnSpec& spec) {
  return fmt::format("{} {} ({})", role, spec.name, spec.type.to_string());
}

}  // namespace

void fail_null(const std::string& cpp_name) {
  throw Error(ErrorKind::usage, fmt::format("null; read it as std::optional<{}>", cpp_name));
}

void fail_empty(const std::string& cpp_name, const DataType& type) {
  throw Error(ErrorKind::usage, fmt::format("an empty {}, which no {} is; read it as cql::MaybeEmpty<{}>",
                                            type.to_string(), cpp_name, cpp_name));
}

void fail_size(std::size_t size, std::size_t expected, const std::string& cpp_name, const DataType& type) {
  if (size == 0) fail_empty(cpp_name, type);
  throw Error(ErrorKind::protocol, fmt::format("{} bytes for {}, {} expected", size, type.to_string(), expected));
}

std::string misfit_text(const DataType& type, const std::string& cpp_name) {
  return fmt::format("{} does not go with {}", type.to_string(), cpp_name);
}

void finish_cell(std::size_t start, Buffer& out) {
  const std::size_t size = out.size() - start - sizeof(std::int32_t);
  store_big_endian(out.data() + start, int32_of(size, "a value of {} bytes is beyond the protocol's 2 GiB"));
}

void fail_range(const std::string& value, const DataType& type) {
  throw Error(ErrorKind::usage, fmt::format("{} does not fit {}", value, type.to_string()));
}

std::string unknown_field_text(std::string_view field, const DataType& type) {
  return fmt::format("{} has no field {}", type.to_string(), field);
}

void fail_binding(const ColumnSpec& parameter, const std::string& cpp_name, const std::string& reason) {
  throw Error(ErrorKind::usage,
              fmt::format("{} cannot be bound from {}: {}", described("parameter", parameter), cpp_name, reason));
}

void fail_reading(const ColumnSpec& column, const std::string& cpp_name, const std::string& reason) {
  throw Error(ErrorKind::usage,
              fmt::format("{} cannot be read as {}: {}", described("column", column), cpp_name, reason));
}

void rethrow_for_parameter(const ColumnSpec& parameter) { rethrow_with(described("parameter", parameter)); }
void rethrow_for_column(const ColumnSpec& column) { rethrow_with(described("column", column)); }

void fail_column_count(const std::vector<ColumnSpec>& columns, std::size_t wanted) {
  std::string names;
  for (const ColumnSpec& column : columns) names += (names.empty() ? "" : ", ") + column.name;
  throw Error(ErrorKind::usage,
              fmt::format("{} columns are read, the result has {}: {}", wanted, columns.size(), names));
}

std::size_t column_index(const std::vector<ColumnSpec>& columns, std::string_view name) {
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].name == name) return i;
  }
  throw Error(ErrorKind::usage, fmt::format("the result has no column {}", name));
}

ElementReader::ElementReader(ByteView bytes, const DataType& type)
    : reader_(bytes, "collection"), vector_(type.kind == TypeKind::vector) {
  if (vector_) {
    count_ = type.dimension;
    const auto fixed = type.children.front().vector_element_size();
    fixed_size_ = fixed.value_or(0);
    // Where each element has a length, that takes a byte at least.
    if (fixed ? bytes.size() != std::size_t{*fixed} * count_ || *fixed == 0 : bytes.size() < count_) {
      reader_.fail(fmt::format("{} bytes cannot be a {}", bytes.size(), type.to_string()));
    }
    return;
  }
  const std::int32_t claimed = reader_.i32();
  if (claimed < 0) reader_.fail(fmt::format("negative number of elements, {}", claimed));
  count_ = static_cast<std::size_t>(claimed);
  const std::size_t least = type.kind == TypeKind::map ? 2 * sizeof(std::int32_t) : sizeof(std::int32_t);
  if (count_ > reader_.remaining() / least) {
    reader_.fail(fmt::format("{} elements claimed, {} bytes there", count_, reader_.remaining()));
  }
}

CellView ElementReader::next() {
  if (!vector_) {
    const std::int32_t size = reader_.i32();
    if (size < 0) return std::nullopt;
    return reader_.raw(static_cast<std::size_t>(size));
  }
  if (fixed_size_ != 0) return reader_.raw(fixed_size_);
  const std::uint64_t size = read_unsigned_vint(reader_);
  return reader_.raw(static_cast<std::size_t>(size));
}

void ElementReader::finish() const {
  if (!reader_.at_end()) reader_.fail(fmt::format("{} bytes after the last element", reader_.remaining()));
}

void append_count(std::size_t count, Buffer& out) {
  out.append_integer(int32_of(count, "a collection of {} elements is beyond the protocol's 2^31"));
}

void check_dimension(std::size_t count, const DataType& type) {
  if (count != type.dimension) {
    throw Error(ErrorKind::usage, fmt::format("{} elements for {}", count, type.to_string()));
  }
}

void check_vector_size(std::size_t size, std::size_t expected, const DataType& type) {
  if (size != expected) {
    throw Error(ErrorKind::usage, fmt::format("{} bytes of elements for {}, {} expected: none of them may be empty",
                                              size, type.to_string(), expected));
  }
}

CellView FieldReader::next() {
  if (reader_.at_end()) return std::nullopt;
  const std::int32_t size = reader_.i32();
  if (size < 0) return std::nullopt;
  return reader_.raw(static_cast<std::size_t>(size));
}

void FieldReader::finish() const {
  if (!reader_.at_end()) reader_.fail(fmt::format("{} bytes after the last field", reader_.remaining()));
}

}  // namespace detail
}  // namespace cql
