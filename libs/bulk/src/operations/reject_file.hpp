// Records that could not be loaded: kept as they were, so that they can be loaded again, with the reasons beside them.
// Files are made when the first record comes. They hold what the journal accounts for: records are added unit by unit,
// and a resumed load cuts off what no finished unit stands behind. Any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "cqlbulk/rows.hpp"
#include "journal/records.hpp"
#include "posix/files.hpp"

namespace cqlbulk::operations {

/// Where rejected records of an input go and what stands at the head of that file.
struct RejectForm {
  std::string header;  ///< Without line end; empty when there is none.
  std::string suffix;  ///< ".csv"
};

class RejectFile {
 public:
  /// An input, for its records' reasons and form.
  struct Origin {
    std::string name;
    std::uint64_t source = 0;  ///< Index into the operation's sources.
    RejectForm form;
  };

  /// `path` without suffix gets the input's; inputs of another form get a file of their own ("-2" before the suffix).
  explicit RejectFile(std::string path) : path_(std::move(path)) {}

  /// Goes on with files of earlier runs, cutting them to these sizes. `form_of` tells the form of a source. Throws
  /// Error{usage} when one is missing or shorter.
  void take_up(std::span<const journal::RejectFileSize> sizes,
               const std::function<RejectForm(std::uint64_t source)>& form_of);

  /// Adds the records of a finished unit. When they are on disk `record` is called with the sizes of the files; nothing
  /// is added meanwhile. Throws cqlbulk::Error{failed} when they cannot be written.
  void add(const Origin& origin, std::span<const BadRecord> records,
           const std::function<void(std::vector<journal::RejectFileSize>)>& record);
  /// Adds records of a unit that did not come to its end, for people to read: nothing accounts for them.
  void show(const Origin& origin, std::span<const BadRecord> records);

  /// Files with records, in the order in which they were begun; empty when nothing was rejected.
  [[nodiscard]] std::vector<std::string> files() const;

 private:
  struct Stream {
    journal::RejectFileSize size;
    posix::Descriptor records;
    posix::Descriptor reasons;
  };
  Stream& stream_for(const Origin& origin);
  static void write(Stream& stream, const Origin& origin, std::span<const BadRecord> records);

  std::string path_;
  bool taken_up_ = false;
  mutable std::mutex mutex_;
  std::map<std::string, Stream> streams_;  ///< By header and suffix.
  std::vector<std::string> files_;
};

}  // namespace cqlbulk::operations
