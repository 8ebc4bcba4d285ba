// How long things took: counts in buckets that are as fine as their values are small. Plain data of fixed size.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

namespace cql {

/// Durations from 0 to 73 minutes; longer ones count as the longest. A duration read back differs from the one recorded
/// by at most 1/64 of it, or by 0.5 µs where that is more. 7 KB; recording is a handful of instructions and takes no
/// memory. Not synchronised: one thread records; copies may go anywhere.
class LatencyHistogram {
 public:
  using Duration = std::chrono::nanoseconds;

  void record(Duration duration) noexcept;
  /// Adds what another one has recorded.
  void merge(const LatencyHistogram& other) noexcept;

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// The duration that `percent` (0 to 100) of all did not exceed: of n sorted ones, the one at place
  /// ceil(n * percent / 100), within the bound above. 0 and 100 are min() and max(). 0 when nothing was recorded.
  [[nodiscard]] Duration percentile(double percent) const noexcept;
  /// Exact, as are the smallest and the largest.
  [[nodiscard]] Duration sum() const noexcept { return Duration(sum_ns_); }
  [[nodiscard]] Duration mean() const noexcept;
  [[nodiscard]] Duration min() const noexcept { return Duration(count_ == 0 ? 0 : min_ns_); }
  [[nodiscard]] Duration max() const noexcept { return Duration(max_ns_); }
  /// How many were at most so long, counting every bucket that lies below or holds `limit`: what is longer than the
  /// limit by up to 1/32, or 1 µs, may be among them.
  [[nodiscard]] std::uint64_t count_up_to(Duration limit) const noexcept;

 private:
  // The unit is 2^10 ns, about 1 µs. Below 64 units each has its bucket; above, each power of two has 32 of them.
  static constexpr unsigned unit_bits = 10;
  static constexpr unsigned part_bits = 5;
  static constexpr std::size_t linear = std::size_t{2} << part_bits;
  static constexpr unsigned value_bits = 32;  // 2^42 ns
  static constexpr std::size_t buckets = linear + (value_bits - part_bits - 1) * (std::size_t{1} << part_bits);

  static std::size_t bucket_of(std::uint64_t ns) noexcept;
  /// The middle of a bucket.
  static std::int64_t value_of(std::size_t bucket) noexcept;

  std::array<std::uint64_t, buckets> counts_{};
  std::uint64_t count_ = 0;
  std::int64_t sum_ns_ = 0;
  std::int64_t min_ns_ = 0;
  std::int64_t max_ns_ = 0;
};

}  // namespace cql
