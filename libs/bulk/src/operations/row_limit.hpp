// At most so many rows, shared by all threads: exact, whoever comes first.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <limits>
#include <optional>

namespace cqlbulk::operations {

class RowLimit {
 public:
  explicit RowLimit(std::optional<std::uint64_t> most)
      : limited_(most.has_value()), left_(most.value_or(std::numeric_limits<std::uint64_t>::max())) {}

  /// How many of `rows` rows may be taken; they are taken then.
  [[nodiscard]] std::uint64_t take(std::uint64_t rows) noexcept {
    if (!limited_) return rows;
    std::uint64_t left = left_.load(std::memory_order_relaxed);
    while (!left_.compare_exchange_weak(left, left - std::min(left, rows), std::memory_order_relaxed)) {
    }
    return std::min(left, rows);
  }
  [[nodiscard]] bool reached() const noexcept { return left_.load(std::memory_order_relaxed) == 0; }

 private:
  bool limited_;
  std::atomic<std::uint64_t> left_;
};

}  // namespace cqlbulk::operations
