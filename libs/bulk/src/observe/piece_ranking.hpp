// The pieces of work that took longest and those that brought most, out of any number. Pure.
#pragma once

#include <cstddef>
#include <vector>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk::observe {

/// "token range (1, 2]", "orders.csv from record 1,001", "the whole query"
[[nodiscard]] std::string name_of(const PieceDone& piece);

class PieceRanking {
 public:
  static constexpr std::size_t kept = 5;

  void add(const PieceDone& piece);
  /// First the slowest, first the one with most rows.
  [[nodiscard]] std::vector<PieceSample> slowest() const { return slowest_; }
  [[nodiscard]] std::vector<PieceSample> largest() const { return largest_; }

 private:
  std::vector<PieceSample> slowest_;
  std::vector<PieceSample> largest_;
};

}  // namespace cqlbulk::observe
