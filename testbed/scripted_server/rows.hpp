// Rows as a test writes them: Rows({{"k", "int"}, {"v", "text"}}).add(1, "one").add(2, nullptr).
#pragma once

#include <cstdint>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cql/bytes.hpp"
#include "cql/data_type.hpp"
#include "cql/statement.hpp"
#include "cql/types.hpp"

namespace cql::scripted {

/// Columns by name and CQL type.
using ColumnList = std::vector<std::pair<std::string, std::string>>;

[[nodiscard]] std::vector<ColumnSpec> make_columns(const ColumnList& columns, const std::string& keyspace = "ks",
                                                   const std::string& table = "t");

class Rows {
 public:
  Rows() = default;
  explicit Rows(const ColumnList& columns) : columns_(make_columns(columns)) {}

  /// One cell per column; the C++ type decides the bytes, which should suit the column's type.
  template <typename... Cells>
  Rows& add(const Cells&... cells) {
    (cell(cells), ...);
    ++count_;
    return *this;
  }

  [[nodiscard]] const std::vector<ColumnSpec>& columns() const noexcept { return columns_; }
  [[nodiscard]] ByteView wire() const noexcept { return as_bytes(wire_); }
  [[nodiscard]] std::uint32_t count() const noexcept { return count_; }

 private:
  void cell(std::nullptr_t);
  void cell(std::int32_t value);
  void cell(std::int64_t value);
  void cell(bool value);
  void cell(const char* text) { cell(std::string_view(text)); }
  void cell(std::string_view text) { append(as_bytes(text)); }
  void cell(const std::string& text) { cell(std::string_view(text)); }
  void cell(const Uuid& uuid) { append({uuid.bytes.data(), uuid.bytes.size()}); }
  void cell(const Inet& inet) { append(inet.view()); }
  void cell(const std::vector<std::string>& texts);            ///< list or set
  void cell(const std::map<std::string, std::string>& texts);  ///< map

  void append(ByteView value);

  std::vector<ColumnSpec> columns_;
  std::string wire_;  ///< A string, so that Rows can be copied.
  std::uint32_t count_ = 0;
};

/// The type as results carry it (native_protocol_v5.spec §4.2.5.2, [option]).
void append_type(const DataType& type, Buffer& out);
void append_string(std::string_view text, Buffer& out);
void append_bytes(ByteView bytes, Buffer& out);

}  // namespace cql::scripted
