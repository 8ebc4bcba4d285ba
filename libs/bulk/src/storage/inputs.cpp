// From what a user names to the files that are read.
#include <arrow/io/file.h>
#include <arrow/result.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>

#include "posix/files.hpp"
#include "storage/glob.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

namespace fs = std::filesystem;

/// Gathers files in the order they were named, each once.
class Expansion {
 public:
  explicit Expansion(bool recursive) : recursive_(recursive) {}

  void add(const std::string& url) {
    if (url.empty()) throw Error(ErrorClass::usage, "an empty input was named", "Give a path, glob or directory.");
    if (url.front() == '@') {
      add_list(url.substr(1));
      return;
    }
    const Location location = parse_location(url);
    if (location.kind == Location::Kind::standard_stream) {
      take("-", "-");
      return;
    }
    struct stat info{};
    if (::stat(location.path.c_str(), &info) == 0) {
      if (S_ISDIR(info.st_mode)) {
        add_directory(location.path);
      } else {
        add_file(location.path);
      }
      return;
    }
    const int error_number = errno;
    if (!is_glob(location.path)) {
      posix::fail(ErrorClass::usage, "read", location.path, error_number);
    }
    add_glob(location.path);
  }

  std::vector<std::string> files;

 private:
  void take(const std::string& name, const std::string& identity) {
    if (seen_.insert(identity).second) files.push_back(name);
  }

  void add_file(const std::string& path) {
    std::error_code error;
    const fs::path canonical = fs::weakly_canonical(path, error);
    take(path, error ? path : canonical.string());
  }

  void add_directory(const std::string& path) {
    std::vector<std::string> found;
    find_files(path, found);
    if (found.empty()) {
      throw Error(ErrorClass::usage, fmt::format("the directory {} has no files to read", path),
                  recursive_ ? "" : "Files in directories below it are read with --recursive.");
    }
    std::sort(found.begin(), found.end());
    for (const std::string& file : found) add_file(file);
  }

  /// Names with a leading dot or underscore are other tools' own business.
  void find_files(const std::string& path, std::vector<std::string>& found) const {
    std::error_code error;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
      const std::string name = entry->path().filename().string();
      std::error_code ignored;
      if (name.front() == '.' || name.front() == '_') continue;
      if (entry->is_regular_file(ignored)) found.push_back(entry->path().string());
      // Links to directories could lead round in a circle.
      if (recursive_ && entry->is_directory(ignored) && !entry->is_symlink(ignored)) {
        find_files(entry->path().string(), found);
      }
    }
    if (error) posix::fail(ErrorClass::usage, "read the directory", path, error.value());
  }

  void add_glob(const std::string& pattern) {
    const std::vector<std::string> found = files_matching(pattern);
    if (found.empty()) {
      throw Error(ErrorClass::usage, fmt::format("no file matches {}", pattern),
                  "Check the pattern, and quote it so that the shell leaves it alone.");
    }
    for (const std::string& file : found) add_file(file);
  }

  void add_list(const std::string& path) {
    std::ifstream list(path);
    if (!list) posix::fail(ErrorClass::usage, "read the list", path, errno);
    std::string line;
    std::size_t number = 0;
    bool any = false;
    while (std::getline(list, line)) {
      ++number;
      if (!line.empty() && line.back() == '\r') line.pop_back();
      if (line.empty() || line.front() == '#') continue;
      if (line.front() == '@') {
        throw Error(ErrorClass::usage, fmt::format("{}:{}: a list may not name another list", path, number));
      }
      try {
        add(line);
      } catch (const Error& error) {
        throw Error(error.error_class(), fmt::format("{}:{}: {}", path, number, error.message()), error.advice());
      }
      any = true;
    }
    if (!any) throw Error(ErrorClass::usage, fmt::format("the list {} names no file", path));
  }

  bool recursive_;
  std::set<std::string> seen_;
};

}  // namespace

std::vector<std::string> expand_inputs(const std::vector<std::string>& urls, bool recursive) {
  if (urls.empty()) throw Error(ErrorClass::usage, "no input was named", "Say --from PATH");
  Expansion expansion(recursive);
  for (const std::string& url : urls) expansion.add(url);
  return std::move(expansion.files);
}

bool is_seekable(const std::string& path) {
  struct stat info{};
  return path != "-" && ::stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode);
}

bool exists(const std::string& path) {
  struct stat info{};
  return ::lstat(path.c_str(), &info) == 0;
}

std::uint64_t size_of(const std::string& path) {
  struct stat info{};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

std::string contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(file), {}};
  if (!file.good() && !file.eof()) posix::fail(ErrorClass::usage, "read", path, errno);
  return text;
}

std::string modified(const std::string& path) {
  struct stat info{};
  if (::stat(path.c_str(), &info) != 0) return {};
  return fmt::format("{}.{:09}", info.st_mtim.tv_sec, info.st_mtim.tv_nsec);
}

std::shared_ptr<arrow::io::RandomAccessFile> open_input(const std::string& path) {
  posix::Descriptor descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!descriptor.valid()) posix::fail(ErrorClass::usage, "read", path, errno);
  struct stat info{};
  if (::fstat(descriptor.get(), &info) == 0 && S_ISDIR(info.st_mode))
    posix::fail(ErrorClass::usage, "read", path, EISDIR);
  auto file = arrow::io::ReadableFile::Open(descriptor.get());
  if (!file.ok()) throw Error(ErrorClass::usage, fmt::format("cannot read {}: {}", path, file.status().message()));
  static_cast<void>(descriptor.release());
  return *file;
}

}  // namespace cqlbulk::storage
