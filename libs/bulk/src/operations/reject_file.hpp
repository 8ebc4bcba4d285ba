// Records that could not be loaded: kept as they were, so that they can be loaded again, with the reasons beside them.
// Files are made when the first record comes. Any thread.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "cqlbulk/rows.hpp"

namespace arrow::io {
class OutputStream;
}

namespace cqlbulk::operations {

/// Where rejected records of an input go and what stands at the head of that file.
struct RejectForm {
  std::string header;  ///< Without line end; empty when there is none.
  std::string suffix;  ///< ".csv"
};

class RejectFile {
 public:
  /// `path` without suffix gets the input's; inputs of another form get a file of their own ("-2" before the suffix).
  /// More than `most` records are too many.
  RejectFile(std::string path, std::uint64_t most) : path_(std::move(path)), most_(most) {}

  /// Throws cqlbulk::Error{failed} when they are too many, after the record has been written down, or when it cannot
  /// be written.
  void add(const std::string& source, const RejectForm& form, const BadRecord& record);

  [[nodiscard]] std::uint64_t count() const noexcept { return count_.load(); }
  /// Files with records, in the order in which they were begun; empty when nothing was rejected.
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  struct Stream {
    std::string path;
    std::shared_ptr<arrow::io::OutputStream> records;
    std::shared_ptr<arrow::io::OutputStream> reasons;
  };
  Stream& stream_for(const RejectForm& form);

  std::string path_;
  std::uint64_t most_;
  std::atomic<std::uint64_t> count_{0};
  mutable std::mutex mutex_;
  std::map<std::string, Stream> streams_;  ///< By header and suffix.
  std::vector<std::string> files_;
};

}  // namespace cqlbulk::operations
