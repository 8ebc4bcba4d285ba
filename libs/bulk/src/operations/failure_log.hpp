// Failures of an operation as they happen, by kind with a few samples, for its report and its observer. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cql/error.hpp"
#include "cqlbulk/report.hpp"
#include "observe/failure_class.hpp"
#include "observe/ticker.hpp"

namespace cqlbulk::operations {

class FailureLog {
 public:
  /// From now on `ticker` is told too: of each kind the first ten, then the 100th, the 1,000th and so on. Before any
  /// add(); the ticker must outlive the last one.
  void tell(observe::Ticker& ticker) { ticker_ = &ticker; }
  /// `node` may be empty.
  void add(std::string_view kind, std::string where, std::string message, std::string node = {});
  /// A piece of work waits before its next try: said where it may take long. `tries`: so far.
  void waiting(observe::FailureClass failure_class, const cql::Error& error, unsigned tries);
  void write_to(Report& report) const;

 private:
  observe::Ticker* ticker_ = nullptr;
  mutable std::mutex mutex_;
  std::map<std::string, FailureCount, std::less<>> by_kind_;
  std::map<std::string, std::vector<FailureSample>, std::less<>> samples_;
};

}  // namespace cqlbulk::operations
