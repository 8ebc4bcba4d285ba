// Counting without sharing: each shard adds to its own line of cache, whoever looks sums them up.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "cqlbulk/observer.hpp"

namespace cqlbulk::observe {

/// One shard's numbers. Written by that shard's thread alone, read by any.
struct alignas(64) ShardCounters {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> records_read{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> rejected{0};
  std::atomic<std::uint64_t> pieces_done{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> retries{0};
  /// Share of the whole work, 0 to 1, in what this shard has finished.
  std::atomic<double> fraction{0};

  /// Plain additions: there is one writer.
  template <typename Number>
  static void add(std::atomic<Number>& counter, Number more) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + more, std::memory_order_relaxed);
  }
};

struct Totals {
  std::uint64_t rows = 0;
  std::uint64_t records_read = 0;
  std::uint64_t bytes = 0;
  std::uint64_t rejected = 0;
  std::uint64_t pieces_done = 0;
  std::uint64_t requests = 0;
  std::uint64_t retries = 0;
  double fraction = 0;
};

class Counters {
 public:
  explicit Counters(unsigned shards) : shards_(std::make_unique<ShardCounters[]>(shards)), count_(shards) {}

  [[nodiscard]] ShardCounters& shard(unsigned index) noexcept { return shards_[index]; }
  [[nodiscard]] Totals totals() const noexcept;

 private:
  std::unique_ptr<ShardCounters[]> shards_;
  unsigned count_;
};

/// What an observer is told of totals.
[[nodiscard]] Progress progress_of(const Totals& totals, std::string_view operation, std::uint64_t pieces);

}  // namespace cqlbulk::observe
