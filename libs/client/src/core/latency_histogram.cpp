#include "cql/latency_histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace cql {

std::size_t LatencyHistogram::bucket_of(std::uint64_t ns) noexcept {
  const std::uint64_t value = std::min(ns >> unit_bits, (std::uint64_t{1} << value_bits) - 1);
  if (value < linear) return static_cast<std::size_t>(value);
  // The highest bit says which power of two, the `part_bits` after it which part of it.
  const unsigned power = static_cast<unsigned>(std::bit_width(value)) - 1;
  const auto part = static_cast<std::size_t>(value >> (power - part_bits)) - (std::size_t{1} << part_bits);
  return linear + (power - part_bits - 1) * (std::size_t{1} << part_bits) + part;
}

std::int64_t LatencyHistogram::value_of(std::size_t bucket) noexcept {
  constexpr std::int64_t half_unit = std::int64_t{1} << (unit_bits - 1);
  if (bucket < linear) return (static_cast<std::int64_t>(bucket) << unit_bits) + half_unit;
  const std::size_t above = bucket - linear;
  const auto power = static_cast<unsigned>(above >> part_bits) + part_bits + 1;
  const std::uint64_t part = (above & ((std::size_t{1} << part_bits) - 1)) + (std::size_t{1} << part_bits);
  const std::uint64_t width = std::uint64_t{1} << (power - part_bits + unit_bits);
  return static_cast<std::int64_t>(part * width + width / 2);
}

void LatencyHistogram::record(Duration duration) noexcept {
  const std::int64_t ns = std::max<std::int64_t>(duration.count(), 0);
  ++counts_[bucket_of(static_cast<std::uint64_t>(ns))];
  min_ns_ = count_ == 0 ? ns : std::min(min_ns_, ns);
  max_ns_ = std::max(max_ns_, ns);
  sum_ns_ += ns;
  ++count_;
}

void LatencyHistogram::merge(const LatencyHistogram& other) noexcept {
  if (other.count_ == 0) return;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) counts_[bucket] += other.counts_[bucket];
  min_ns_ = count_ == 0 ? other.min_ns_ : std::min(min_ns_, other.min_ns_);
  max_ns_ = std::max(max_ns_, other.max_ns_);
  sum_ns_ += other.sum_ns_;
  count_ += other.count_;
}

LatencyHistogram::Duration LatencyHistogram::percentile(double percent) const noexcept {
  if (percent <= 0) return min();
  if (!(percent < 100)) return max();
  // A little less than asked for: 99.9 is a little more than 99.9%, and of 1,000 it would mean the last.
  const double share = std::nextafter(percent, 0.0) / 100.0;
  const auto rank = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(count_)));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    seen += counts_[bucket];
    // The ends are known exactly, and nothing lies beyond them.
    if (seen >= rank) return Duration(std::clamp(value_of(bucket), min_ns_, max_ns_));
  }
  return max();
}

LatencyHistogram::Duration LatencyHistogram::mean() const noexcept {
  return Duration(count_ == 0 ? 0 : sum_ns_ / static_cast<std::int64_t>(count_));
}

std::uint64_t LatencyHistogram::count_up_to(Duration limit) const noexcept {
  if (limit.count() < 0) return 0;
  const std::size_t last = bucket_of(static_cast<std::uint64_t>(limit.count()));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket <= last; ++bucket) seen += counts_[bucket];
  return seen;
}

}  // namespace cql
