// URLs to files, and how output becomes visible: hidden parts, then one atomic rename. Local files only so far; other
// stores take their place behind the same calls.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "storage/part_names.hpp"

namespace arrow::io {
class OutputStream;
class RandomAccessFile;
}  // namespace arrow::io

namespace cqlbulk::storage {

class DescriptorStream;
class Digest;
class FullDisk;

struct Location {
  enum class Kind { file, directory, standard_stream };
  Kind kind = Kind::file;
  std::string path;  ///< Without scheme and trailing slash.
  std::string url;   ///< As given, for messages.
};

/// A path, "file:…", or "-". Throws cqlbulk::Error{usage} for schemes that are not there yet, naming the ones that are.
[[nodiscard]] Location parse_location(const std::string& url);

/// Expands paths, globs (** for any directories below), directories and @lists into files, each once: in the order they
/// were named, sorted within a glob or directory. Of a directory no names that begin with a dot or underscore, and what
/// lies in directories below it only when `recursive`. "-" stays as it is. Throws cqlbulk::Error{usage} when one names
/// nothing.
[[nodiscard]] std::vector<std::string> expand_inputs(const std::vector<std::string>& urls, bool recursive = false);

/// Whether an input can be read at any place; else (a pipe, stdin) it has to be copied to a file first.
[[nodiscard]] bool is_seekable(const std::string& path);
[[nodiscard]] bool exists(const std::string& path);
/// In bytes; 0 when there is no such file.
[[nodiscard]] std::uint64_t size_of(const std::string& path);
/// When it was last written to, as exactly as the file system knows: seconds since 1970, a point, nanoseconds. Empty
/// when there is no such file.
[[nodiscard]] std::string modified(const std::string& path);
/// Throws cqlbulk::Error{usage} naming the file and the reason.
[[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> open_input(const std::string& path);

/// A new file with mode 0600. Throws cqlbulk::Error{failed} when it exists or cannot be.
[[nodiscard]] std::shared_ptr<arrow::io::OutputStream> create_file(const std::string& path);
/// Copies a pipe ("-": stdin) to a new file until its end or `stop`; returns the bytes copied.
std::uint64_t copy_to_file(const std::string& from, const std::string& path, const std::stop_token& stop);

/// A whole small file. Throws cqlbulk::Error{usage} when it cannot be read.
[[nodiscard]] std::string contents_of(const std::string& path);
/// XXH3-128 of a file's bytes, as DescriptorStream::digest has it; of those read so far after `stop`. Throws
/// cqlbulk::Error{failed} when it cannot be read.
[[nodiscard]] std::string digest_of(const std::string& path, const std::stop_token& stop);
/// The output of one operation. Parts are written under hidden names in a staging directory on the target's file
/// system, mode 0600/0700 until they are complete: `.NAME.cqlbulk-OPERATION` beside the target, or `.cqlbulk-OPERATION`
/// inside a directory that exists already. They are renamed into place when complete and durable. A file that appears
/// at the target meanwhile is not clobbered (without overwrite).
///
/// Directories: without overwrite they must be missing or empty, and parts appear one by one. With overwrite and
/// something in them, all parts appear together in finish(), after the parts of earlier exports (`part-NNNNN.*`, and
/// names of the pattern that this one has) have been removed; any other file is left alone.
///
/// Standard stream: no staging; there is one stream, which is stdout, and nothing to publish.
class Output {
 public:
  /// What an earlier run left, as it was recorded.
  struct Earlier {
    std::string staging;
    bool replaces = false;
  };

  /// Looks, but touches nothing yet. Throws cqlbulk::Error{usage}: target exists (without overwrite). `full_disk`,
  /// where there is one, must outlive it.
  Output(Location target, const std::string& operation_id, bool overwrite, const FullDisk* full_disk = nullptr);
  /// Goes on with what an earlier run left. Throws cqlbulk::Error{usage} when it cannot be written to any more.
  Output(Location target, Earlier earlier, bool overwrite, const FullDisk* full_disk);
  /// Creates the staging directory, once its name is on record: whatever happens then, somebody knows of it. Throws
  /// cqlbulk::Error{usage}: not writable, parent missing.
  void begin();
  /// Removes what was not published, unless it is kept.
  ~Output();
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  [[nodiscard]] const Location& target() const noexcept { return target_; }
  /// Where hidden parts lie; empty for a standard stream.
  [[nodiscard]] const std::string& staging() const noexcept { return staging_; }
  /// The parts of an earlier export are there and will be removed.
  [[nodiscard]] bool replaces() const noexcept { return replaces_directory_; }
  /// From now on the journal counts on what is in the staging directory: it outlives this object. Any thread.
  void keep() noexcept { kept_ = true; }

  /// A hidden file in the staging directory. Any thread.
  [[nodiscard]] std::shared_ptr<DescriptorStream> create(const std::string& name);
  [[nodiscard]] std::shared_ptr<arrow::io::RandomAccessFile> open(const std::string& name) const;
  /// A hidden file that was sealed, to write on behind its end. `digest`: of what it holds; nothing: it is read for it.
  [[nodiscard]] std::shared_ptr<DescriptorStream> append_to(const std::string& name, std::optional<Digest> digest);
  /// Takes away what was written to a hidden file behind so many bytes.
  void cut_back(const std::string& name, std::uint64_t bytes);
  /// Bytes of a hidden file; nothing when there is none.
  [[nodiscard]] std::optional<std::uint64_t> staged_bytes(const std::string& name) const;
  /// Names of all hidden files.
  [[nodiscard]] std::vector<std::string> staged_names() const;
  /// Where publish() puts a part.
  [[nodiscard]] std::string final_path(const std::string& name) const;
  /// Puts a finished hidden file on disk, so that the journal may count on it; returns its bytes. Any thread.
  std::uint64_t seal(const std::string& name);
  /// Makes a sealed file visible: under `name` in a directory target, as the target itself otherwise. Any thread.
  void publish(const std::string& staged_name, const std::string& name);
  /// Overwriting a directory removes the files of these names, besides part-NNNNN.*
  void set_part_names(PartNames names) { part_names_ = std::move(names); }
  /// Of the files that are published; a directory that is made for them lets in who may read them.
  void set_file_mode(std::uint32_t mode) { file_mode_ = mode; }
  /// An earlier run published this part: finish() must not take it for one of an earlier export.
  void already_published(const std::string& name) { published_.insert(name); }
  void remove(const std::string& name);
  /// The last step: publishes what had to wait, makes the directory durable and removes the staging directory.
  void finish();

 private:
  [[nodiscard]] std::string staged(const std::string& name) const { return staging_ + "/" + name; }
  void make_staging();
  void place_in_directory(const std::string& staged_name, const std::string& name);
  void remove_earlier_parts() const;

  Location target_;
  std::string staging_;
  bool overwrite_ = false;
  bool replaces_directory_ = false;
  std::atomic<bool> kept_ = false;
  const FullDisk* full_disk_;
  std::mutex mutex_;
  std::vector<std::pair<std::string, std::string>>
      waiting_;  ///< Sealed parts that finish() publishes, and their names.
  std::set<std::string> published_;
  PartNames part_names_{"", ""};
  std::uint32_t file_mode_ = 0600;
};

/// Bytes that can still be written where `path` lies or would lie; nothing when that cannot be told.
[[nodiscard]] std::optional<std::uint64_t> free_bytes(const std::string& path);

}  // namespace cqlbulk::storage
