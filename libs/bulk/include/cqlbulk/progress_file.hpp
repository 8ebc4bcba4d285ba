// A small JSON file that always says how far an operation is, for whoever polls.
#pragma once

#include <string>
#include <string_view>

#include "cqlbulk/observer.hpp"
#include "cqlbulk/progress.hpp"

namespace cqlbulk {

/// Writes the file anew at begin, at each progress and at the end: beside it, then in its place by a rename, so that
/// readers find a whole one at any time. It has mode 0600, or the mode of the file that it takes the place of. Not
/// flushed to disk: it tells of a running operation; the journal is what survives.
class ProgressFile : public Observer {
 public:
  /// Throws Error{usage} when the file could not be written there.
  explicit ProgressFile(std::string path);
  /// An operation that never came to its end is told as failed.
  ~ProgressFile() override;
  ProgressFile(const ProgressFile&) = delete;
  ProgressFile& operator=(const ProgressFile&) = delete;

  /// Each throws std::system_error when the file cannot be written.
  void begin(const Beginning& beginning) override;
  void progress(const Progress& progress) override;
  void complete(const Report& report) override;

 private:
  void write(std::string_view status, const std::string& error);

  std::string path_;
  std::string started_;
  Beginning beginning_;
  Progress progress_;
  RecentRate rate_;
  double rows_per_second_ = 0;
  bool completed_ = false;
};

}  // namespace cqlbulk
