// URLs to files, and how output becomes visible: hidden parts, then one atomic rename. Local files only so far; other
// stores take their place behind the same calls.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace arrow::io {
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace cqlbulk::storage {

struct Location {
  enum class Kind { file, directory, standard_stream };
  Kind kind = Kind::file;
  std::string path;  ///< Without scheme and trailing slash.
  std::string url;   ///< As given, for messages.
};

/// A path, "file:…", or "-". Throws cqlbulk::Error{usage} for schemes that are not there yet, naming the ones that are.
[[nodiscard]] Location parse_location(const std::string& url);

/// Expands paths, globs, directories and @lists into files, sorted, each once. Throws cqlbulk::Error{usage} when one
/// names nothing.
[[nodiscard]] std::vector<std::string> expand_inputs(const std::vector<std::string>& urls);

/// Throws cqlbulk::Error{usage} naming the file and the reason.
[[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> open_input(const std::string& path);

/// The output of one operation. Parts are written under hidden names in a staging directory beside the target
/// (`.NAME.cqlbulk-OPERATION`), same file system, mode 0600/0700; they are renamed into place when complete and
/// durable.
class Output {
 public:
  /// Creates the staging directory. Throws cqlbulk::Error{usage}: target exists (without overwrite), not writable,
  /// parent missing.
  Output(Location target, const std::string& operation_id, bool overwrite);
  /// Removes what was not published.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] const Location& target() const noexcept { return target_; }
  /// A hidden file in the staging directory. Any thread.
  [[nodiscard]] std::shared_ptr<arrow::io::OutputStream> create(const std::string& name);
  [[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> open(const std::string& name) const;
  /// Makes a finished hidden file durable and visible: under `name` in a directory target, as the target itself
  /// otherwise. Any thread. Returns the final path.
  std::string publish(const std::string& name);
  void remove(const std::string& name);
  /// The last step: makes the directory durable and removes the staging directory.
  void finish();

 private:
  Location target_;
  std::string staging_;
  bool overwrite_ = false;
};

}  // namespace cqlbulk::storage
