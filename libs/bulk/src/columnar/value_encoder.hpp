// Writes single Arrow values in wire form: what nested values and the rarer pairs of types are made of. Columns of
// plain types have faster ways (cell_encoder.cpp). Internal to columnar/.
#pragma once

#include <arrow/array.h>
#include <arrow/extension_type.h>
#include <arrow/type.h>

#include <memory>
#include <string>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"

namespace cqlbulk::columnar {

/// Larger rows cannot be bound: the protocol carries at most 256 MiB at once.
inline constexpr std::size_t most_row_bytes = 256U << 20U;

class ValueEncoder {
 public:
  virtual ~ValueEncoder() = default;
  /// Appends i32 length and bytes of a value that is not null. False when it does not convert: `reason` says why, and
  /// `out` may hold a piece of it, which the caller cuts off.
  virtual bool append(const arrow::Array& array, std::int64_t index, cql::Buffer& out, std::string& reason) = 0;
};

/// Nothing when no value of the Arrow type can become the CQL type; the reason is appended to `why`.
[[nodiscard]] std::unique_ptr<ValueEncoder> make_value_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                               std::string& why);
[[nodiscard]] std::unique_ptr<ValueEncoder> make_nested_encoder(const arrow::DataType& from, const cql::DataType& to,
                                                                std::string& why);
/// Decimals and integers to decimal and varint, whole decimals to integers; nothing for all else.
[[nodiscard]] std::unique_ptr<ValueEncoder> make_number_encoder(const arrow::DataType& from, const cql::DataType& to);
[[nodiscard]] std::unique_ptr<ValueEncoder> make_duration_encoder(const arrow::DataType& from, std::string& why);

/// Appends "int64 cannot become text".
void refuse(const arrow::DataType& from, const cql::DataType& to, std::string& why);

/// Utf8, binary and their large and view forms.
[[nodiscard]] bool is_text_like(arrow::Type::type type);
[[nodiscard]] bool is_bytes_like(arrow::Type::type type);
/// The bytes of a value of one of these, or of a fixed-size binary.
[[nodiscard]] std::string_view bytes_of(const arrow::Array& array, std::int64_t index);

/// What text must hold to be CQL text or ascii: null when it does.
[[nodiscard]] const char* text_problem(std::string_view text, cql::TypeKind kind);

/// Reserves a length field; close_length fills it in once the bytes are there.
inline std::size_t open_length(cql::Buffer& out) {
  const std::size_t at = out.size();
  out.append_integer(std::int32_t{0});
  return at;
}
/// False when the value is too large for any row.
inline bool close_length(cql::Buffer& out, std::size_t at, std::string& reason) {
  const std::size_t size = out.size() - at - sizeof(std::int32_t);
  if (size > most_row_bytes) {
    reason = "larger than 256 MiB";
    return false;
  }
  cql::store_big_endian(out.data() + at, static_cast<std::int32_t>(size));
  return true;
}

}  // namespace cqlbulk::columnar
