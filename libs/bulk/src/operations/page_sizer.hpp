// How many rows a page should have, so that pages stay small whatever the rows are. Pure.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace cqlbulk::operations {

class PageSizer {
 public:
  static constexpr std::uint64_t usual_page_bytes = std::uint64_t{2} << 20U;

  /// `most` is the user's page size. The first page has one row, for nothing is known of the rows yet: a few rows of
  /// ten megabytes are more than a small server can answer.
  explicit PageSizer(std::int32_t most, std::uint64_t page_bytes = usual_page_bytes)
      : most_(most), page_bytes_(page_bytes) {}

  [[nodiscard]] std::int32_t rows() const noexcept { return rows_; }
  [[nodiscard]] std::int32_t most() const noexcept { return most_; }

  /// What a page of so many rows will take, by the largest rows that came lately.
  [[nodiscard]] std::uint64_t bytes_of(std::int32_t rows) const noexcept {
    return row_bytes_ == 0 ? page_bytes_ : static_cast<std::uint64_t>(rows) * row_bytes_;
  }
  /// Single rows are larger than a page should be.
  [[nodiscard]] bool rows_are_large() const noexcept { return row_bytes_ > page_bytes_; }

  /// Learns from a page that came. True when the pages after it should be asked for anew, with another size.
  bool observe(std::size_t page_rows, std::size_t page_bytes) noexcept {
    if (page_rows == 0) return false;
    const std::uint64_t row_bytes = std::max<std::uint64_t>(1, page_bytes / page_rows);
    // Falls slowly: large rows may come again.
    row_bytes_ = std::max(row_bytes, row_bytes_ - row_bytes_ / 8);
    const auto fitting = static_cast<std::int32_t>(
        std::clamp<std::uint64_t>(page_bytes_ / row_bytes, 1, static_cast<std::uint64_t>(most_)));
    const std::int32_t wanted = std::min(fitting, rows_ > most_ / most_growth ? most_ : rows_ * most_growth);
    // Small differences are not worth dropping the page that is under way.
    if (wanted < rows_ ? wanted > rows_ / 2 : wanted / 2 < rows_ && wanted != most_) return false;
    if (wanted == rows_) return false;
    rows_ = wanted;
    return true;
  }

 private:
  static constexpr std::int32_t most_growth = 16;
  std::int32_t most_;
  std::uint64_t page_bytes_;
  std::int32_t rows_ = 1;
  std::uint64_t row_bytes_ = 0;
};

}  // namespace cqlbulk::operations
