// A checksum of a set of rows that does not depend on their order: what was exported is compared with what is there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "cqlbulk/rows.hpp"

namespace cqlbulk {

/// The sum, half by half modulo 2^64, of XXH3-128 of every row in wire layout (cqlbulk/rows.hpp). Equal sets of rows
/// (each as often) have equal checksums; others differ but for a chance of about 2^-64. No protection against whoever
/// makes rows to fit.
struct RowChecksum {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  /// Adds the rows of a block.
  void add(const RowsView& rows) noexcept;
  RowChecksum& operator+=(const RowChecksum& other) noexcept {
    low += other.low;
    high += other.high;
    return *this;
  }
  friend bool operator==(const RowChecksum&, const RowChecksum&) = default;

  /// 32 hex digits, high half first.
  [[nodiscard]] std::string text() const;
  /// Nothing when it is no such text.
  [[nodiscard]] static std::optional<RowChecksum> parse(std::string_view text) noexcept;
};

}  // namespace cqlbulk
