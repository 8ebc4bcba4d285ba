// What a count puts on record: the splits it has counted, at most once a second, so that a count of hours goes on after
// a crash.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>

#include "cqlbulk/count.hpp"
#include "journal/operation_directory.hpp"
#include "observe/ticker.hpp"
#include "operations/count_plan.hpp"

namespace cqlbulk::operations {

class CountJournal {
 public:
  /// Where no directory can be made nothing is on record, which problem() says.
  CountJournal(const CountOptions& options, const CountPlan& plan, std::chrono::system_clock::time_point started);
  /// Of a count that goes on.
  explicit CountJournal(journal::OperationDirectory directory) : directory_(std::move(directory)) {}

  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] journal::OperationDirectory* directory() { return directory_ ? &*directory_ : nullptr; }

  /// A split was counted. Any thread.
  void counted(std::uint64_t split, std::uint64_t rows);
  /// Puts on record what is not yet.
  void flush();

 private:
  void append();

  std::optional<journal::OperationDirectory> directory_;
  std::string problem_;
  std::mutex mutex_;
  std::chrono::steady_clock::time_point appended_ = std::chrono::steady_clock::now();
  journal::PartRecord waiting_{.kind = journal::PartRecord::Kind::none};
};

/// The rows of each split that earlier runs counted; nothing for those that are left.
[[nodiscard]] std::vector<std::optional<std::uint64_t>> counted_splits(const journal::Operation& operation,
                                                                       std::size_t splits);

}  // namespace cqlbulk::operations
