// How output becomes visible (docs/adr/0003): hidden, sealed, renamed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cctype>
#include <cerrno>
#include <filesystem>

#include "storage/descriptor_stream.hpp"
#include "storage/posix_file.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

namespace fs = std::filesystem;

enum class Existing { nothing, file, empty_directory, full_directory };

Existing look_at(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return Existing::nothing;
    fail(ErrorClass::usage, "write to", path, errno);
  }
  if (S_ISLNK(info.st_mode) && ::stat(path.c_str(), &info) != 0) return Existing::file;
  if (!S_ISDIR(info.st_mode)) return Existing::file;
  std::error_code error;
  const bool empty = fs::is_empty(path, error);
  if (error) fail(ErrorClass::usage, "read the directory", path, error.value());
  return empty ? Existing::empty_directory : Existing::full_directory;
}

std::string file_name_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

/// part-NNNNN.SUFFIX, as part_name makes them: the only files an overwritten directory loses.
bool is_part_name(std::string_view name) {
  if (!name.starts_with("part-")) return false;
  name.remove_prefix(5);
  std::size_t digits = 0;
  while (digits < name.size() && std::isdigit(static_cast<unsigned char>(name[digits])) != 0) ++digits;
  return digits >= 5 && digits < name.size() && name[digits] == '.';
}

}  // namespace

std::string part_name(std::uint64_t number, const std::string& suffix) {
  return fmt::format("part-{:05}{}", number, suffix);
}

Output::Output(Location target, const std::string& operation_id, bool overwrite)
    : target_(std::move(target)), overwrite_(overwrite) {
  if (target_.kind == Location::Kind::standard_stream) return;
  const Existing existing = look_at(target_.path);
  const std::string beside = parent_of(target_.path) + "/." + file_name_of(target_.path) + ".cqlbulk-" + operation_id;
  if (target_.kind == Location::Kind::file) {
    if (existing == Existing::empty_directory || existing == Existing::full_directory) {
      throw Error(ErrorClass::usage, fmt::format("{} is a directory", target_.path),
                  fmt::format("Write {}/ for a directory of parts, or name a file.", target_.path));
    }
    if (existing == Existing::file && !overwrite) {
      throw Error(ErrorClass::usage, fmt::format("{} exists already", target_.path),
                  "Choose another name, or say --overwrite.");
    }
    staging_ = beside;
  } else {
    if (existing == Existing::file) {
      throw Error(ErrorClass::usage, fmt::format("{} is a file, not a directory", target_.path),
                  "Leave the / at the end away for one file, or choose another name.");
    }
    if (existing == Existing::full_directory && !overwrite) {
      throw Error(ErrorClass::usage, fmt::format("the directory {} is not empty", target_.path),
                  "Choose another one, or say --overwrite to replace the parts of an earlier export.");
    }
    replaces_directory_ = existing == Existing::full_directory;
    // Inside, since a directory may be a mount point, or one whose parent belongs to somebody else.
    staging_ = existing == Existing::nothing ? beside : target_.path + "/.cqlbulk-" + operation_id;
  }
  if (::mkdir(staging_.c_str(), 0700) != 0) {
    const int error_number = errno;
    staging_.clear();
    fail(ErrorClass::usage, "write to", target_.path, error_number);
  }
}

Output::~Output() {
  if (staging_.empty()) return;
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
}

std::shared_ptr<arrow::io::OutputStream> Output::create(const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) {
    return std::make_shared<DescriptorStream>(Descriptor(STDOUT_FILENO), "stdout",
                                              DescriptorStream::Ownership::borrowed);
  }
  return std::make_shared<DescriptorStream>(create_exclusively(staged(name), ErrorClass::failed), staged(name),
                                            DescriptorStream::Ownership::owned);
}

std::shared_ptr<arrow::io::RandomAccessFile> Output::open(const std::string& name) const {
  return open_input(staged(name));
}

std::string Output::final_path(const std::string& name) const {
  return target_.kind == Location::Kind::directory ? target_.path + "/" + name : target_.path;
}

std::uint64_t Output::seal(const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) return 0;
  make_durable(staged(name));
  make_durable(staging_);
  struct stat info{};
  if (::stat(staged(name).c_str(), &info) != 0) fail(ErrorClass::failed, "find", staged(name), errno);
  return static_cast<std::uint64_t>(info.st_size);
}

void Output::publish(const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) return;
  const std::lock_guard lock(mutex_);
  if (target_.kind == Location::Kind::file) {
    rename_file(staged(name), target_.path, overwrite_);
    make_durable(parent_of(target_.path));
  } else if (replaces_directory_) {
    waiting_.push_back(name);
  } else {
    place_in_directory(name);
  }
}

void Output::place_in_directory(const std::string& name) {
  if (::mkdir(target_.path.c_str(), 0700) == 0) {
    make_durable(parent_of(target_.path));
  } else if (errno != EEXIST) {
    fail(ErrorClass::failed, "create", target_.path, errno);
  }
  rename_file(staged(name), final_path(name), overwrite_);
  make_durable(target_.path);
}

void Output::remove(const std::string& name) {
  if (::unlink(staged(name).c_str()) != 0 && errno != ENOENT) fail(ErrorClass::failed, "remove", staged(name), errno);
}

void Output::finish() {
  if (staging_.empty()) return;
  if (replaces_directory_) {
    std::error_code error;
    for (fs::directory_iterator entry(target_.path, error), end; !error && entry != end; entry.increment(error)) {
      if (is_part_name(entry->path().filename().string()) && ::unlink(entry->path().c_str()) != 0) {
        fail(ErrorClass::failed, "remove", entry->path().string(), errno);
      }
    }
    if (error) fail(ErrorClass::failed, "read the directory", target_.path, error.value());
    for (const std::string& name : waiting_) place_in_directory(name);
    waiting_.clear();
  }
  std::error_code error;
  fs::remove_all(staging_, error);
  if (error) fail(ErrorClass::failed, "remove", staging_, error.value());
  make_durable(parent_of(staging_));
  staging_.clear();
}

}  // namespace cqlbulk::storage
