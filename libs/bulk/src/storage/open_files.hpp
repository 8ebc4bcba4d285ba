// Many input files, few of them open at a time.
#pragma once

#include <arrow/io/interfaces.h>

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>

namespace cqlbulk::storage {

/// Keeps the files that were read last open, and closes the others. Any thread.
class OpenFiles {
 public:
  /// At most `most` are kept; each thread may hold one more while it reads.
  explicit OpenFiles(std::size_t most) : most_(most) {}

  /// The file, open. `key` tells one file from another; `check` is called before it is opened. Throws what `check`
  /// throws, and cqlbulk::Error{usage} naming the file and the reason.
  [[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> file(const void* key, const std::string& path,
                                                                  const std::function<void()>& check);
  void forget(const void* key);

 private:
  struct Open {
    const void* key;
    std::shared_ptr<arrow::io::RandomAccessFile> file;
  };
  std::size_t most_;
  std::mutex mutex_;
  std::list<Open> open_;  ///< The last one read first.
};

/// A file that is opened when it is read. One that is not what it was when it is opened again is an IOError. Throws
/// cqlbulk::Error{usage} when it cannot be opened now.
[[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> open_input(const std::string& path,
                                                                      std::shared_ptr<OpenFiles> files);

}  // namespace cqlbulk::storage
