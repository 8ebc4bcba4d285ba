// The last steps that all operations with a directory share: turning how the work ended into a report, and the report
// into the operation's last record.
#pragma once

#include <chrono>
#include <functional>
#include <stop_token>

#include "cqlbulk/report.hpp"
#include "journal/operation_directory.hpp"
#include "observe/counters.hpp"
#include "observe/ticker.hpp"
#include "operations/failure_log.hpp"

namespace cqlbulk::operations {

/// When an operation began, by the wall clock and by the one that never jumps.
class RunClock {
 public:
  [[nodiscard]] std::chrono::system_clock::time_point started() const noexcept { return started_; }
  [[nodiscard]] std::int64_t started_us() const noexcept {
    return std::chrono::duration_cast<std::chrono::microseconds>(started_.time_since_epoch()).count();
  }
  [[nodiscard]] std::chrono::duration<double> elapsed() const { return std::chrono::steady_clock::now() - steady_; }

 private:
  std::chrono::system_clock::time_point started_ = std::chrono::system_clock::now();
  std::chrono::steady_clock::time_point steady_ = std::chrono::steady_clock::now();
};

/// Runs the work. What it throws becomes the report's status and error, except defects, which go on; a stop makes it
/// interrupted.
void run_guarded(Report& report, const std::stop_token& stop, const std::function<void()>& work);

/// Fills in what the counters, the failures and the observers have to say.
void finish_report(Report& report, const RunClock& clock, const observe::Totals& totals, const FailureLog& failures,
                   observe::Ticker& ticker);

/// Writes report.json and the last record. Never throws: the work is done, and its report tells more than this could.
void end_operation(journal::OperationDirectory& operation, Report& report) noexcept;

}  // namespace cqlbulk::operations
