// How much of a token range is asked for at once: less each time that the server could not do it, more again as it can.
// First the pages become smaller, then the range too, down to a single row of a single partition. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "cql/ring.hpp"

namespace cqlbulk::operations {

class Appetite {
 public:
  /// Rows to ask for where `usual` are asked for when all is well; at least 1.
  [[nodiscard]] std::int32_t page_rows(std::int32_t usual) const noexcept {
    return std::max(usual >> std::min(2 * page_steps_, 30U), 1);
  }

  /// Where the next query ends: at `end`, or nearer. It begins after `start`; `reached`: the token of the last row that
  /// came, where that is known.
  [[nodiscard]] cql::Token end_of_query(cql::Token start, std::optional<cql::Token> reached,
                                        cql::Token end) const noexcept {
    const cql::Token from = std::max(start, reached.value_or(start));
    if (range_steps_ == 0 || from >= end) return end;
    const std::uint64_t width = cql::TokenRange{from, end}.width();
    const std::uint64_t part = std::max<std::uint64_t>(width >> (2 * range_steps_), 1);
    return static_cast<cql::Token>(static_cast<std::uint64_t>(from) + part);
  }

  /// The server could not do it. False: there is nothing less to ask for. `may_cut`: the range may be made smaller.
  [[nodiscard]] bool less(std::int32_t usual, bool may_cut) noexcept {
    successes_ = 0;
    bool changed = false;
    if (page_rows(usual) > 1) {
      ++page_steps_;
      changed = true;
    }
    if (may_cut && page_steps_ > pages_first && range_steps_ < most_range_steps) {
      ++range_steps_;
      changed = true;
    }
    // With pages of few rows to begin with the range comes at once.
    if (!changed && may_cut && range_steps_ < most_range_steps) {
      ++range_steps_;
      changed = true;
    }
    return changed;
  }

  /// A page came.
  void page_came() noexcept {
    if (page_steps_ == 0 || ++successes_ < successes_for_more) return;
    --page_steps_;
    successes_ = 0;
  }
  /// A query that did not go to the range's end came to its own.
  void query_ended() noexcept {
    if (range_steps_ > 0) --range_steps_;
  }

  /// The range was cut as far as it goes: what is left is, but for very large tables, one partition.
  [[nodiscard]] bool is_one_partition() const noexcept { return range_steps_ == most_range_steps; }

 private:
  static constexpr unsigned pages_first = 2;
  static constexpr unsigned most_range_steps = 16;
  static constexpr unsigned successes_for_more = 8;
  unsigned page_steps_ = 0;   ///< Each is a quarter of the rows.
  unsigned range_steps_ = 0;  ///< Each is a quarter of what is left of the range.
  unsigned successes_ = 0;
};

}  // namespace cqlbulk::operations
