// Failures of an operation as they happen, by kind with a few samples, for its report. Any thread.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "cqlbulk/report.hpp"

namespace cqlbulk::operations {

class FailureLog {
 public:
  void add(std::string_view kind, std::string where, std::string message);
  void write_to(Report& report) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::uint64_t, std::less<>> by_kind_;
  std::map<std::string, std::vector<FailureSample>, std::less<>> samples_;
};

}  // namespace cqlbulk::operations
