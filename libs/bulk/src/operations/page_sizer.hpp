// How many rows a page should have, so that pages stay small whatever the rows are. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace cqlbulk::operations {

class PageSizer {
 public:
  /// `most` is the user's page size; the first pages are small, for nothing is known of the rows yet.
  explicit PageSizer(std::int32_t most) : most_(most), rows_(std::min(most, first_rows)) {}

  [[nodiscard]] std::int32_t rows() const noexcept { return rows_; }

  /// Learns from a page that came. True when the pages after it should be asked for anew, with another size.
  bool observe(std::size_t page_rows, std::size_t page_bytes) noexcept {
    if (page_rows == 0) return false;
    const std::size_t row_bytes = std::max<std::size_t>(1, page_bytes / page_rows);
    const auto wanted = static_cast<std::int32_t>(
        std::clamp<std::size_t>(page_bytes_wanted / row_bytes, 1, static_cast<std::size_t>(most_)));
    // Small differences are not worth dropping the page that is under way.
    if (wanted < rows_ ? wanted > rows_ / 2 : wanted / 2 < rows_ && wanted != most_) return false;
    if (wanted == rows_) return false;
    rows_ = wanted;
    return true;
  }

 private:
  static constexpr std::int32_t first_rows = 200;
  static constexpr std::size_t page_bytes_wanted = std::size_t{2} << 20U;
  std::int32_t most_;
  std::int32_t rows_;
};

}  // namespace cqlbulk::operations
