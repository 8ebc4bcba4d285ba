#include "operations/run_report.hpp"

#include <fmt/format.h>

#include "cql/error.hpp"
#include "cqlbulk/error.hpp"
#include "operations/describe.hpp"

namespace cqlbulk::operations {

namespace {

void fail(Report& report, const std::stop_token& stop, const std::string& what) {
  // What breaks because work was called off is no failure.
  if (stop.stop_requested()) {
    report.status = Status::interrupted;
    return;
  }
  report.status = Status::failed;
  report.error = what;
}

}  // namespace

void run_guarded(Report& report, const std::stop_token& stop, const std::function<void()>& work) {
  try {
    work();
    if (stop.stop_requested()) report.status = Status::interrupted;
  } catch (const Error& error) {
    if (error.error_class() == ErrorClass::defect) throw;
    fail(report, stop, error.what());
  } catch (const cql::Error& error) {
    fail(report, stop, describe(error).what());
  } catch (const std::bad_alloc&) {
    fail(report, stop, "out of memory\nTry fewer --threads, a smaller --page-size or a smaller --parallelism.");
  }
}

void finish_report(Report& report, const RunClock& clock, const observe::Totals& totals, const FailureLog& failures,
                   observe::Ticker& ticker) {
  report.rows = totals.rows;
  report.requests += totals.requests;
  report.retries += totals.retries;
  failures.write_to(report);
  ticker.write_failures_to(report);
  ticker.write_pieces_to(report);
  report.seconds = clock.elapsed().count();
}

void end_operation(journal::OperationDirectory& operation, Report& report) noexcept {
  try {
    operation.end({std::string(to_string(report.status)), report.rows, report.rejected, report.bytes, report.seconds,
                   report.error},
                  report.to_json());
  } catch (const std::exception& error) {
    const auto now = std::chrono::system_clock::now();
    report.failures_by_kind["journal"] += {1, now, now};
    report.failure_samples.push_back({"journal", operation.path(), error.what()});
  }
}

}  // namespace cqlbulk::operations
