// How output becomes visible (docs/adr/0003): hidden, sealed, renamed.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "posix/files.hpp"
#include "posix/step.hpp"
#include "storage/descriptor_stream.hpp"
#include "storage/storage.hpp"

namespace cqlbulk::storage {

namespace {

namespace fs = std::filesystem;

enum class Existing { nothing, file, empty_directory, full_directory };

Existing look_at(const std::string& path) {
  struct stat info{};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return Existing::nothing;
    posix::fail(ErrorClass::usage, "write to", path, errno);
  }
  if (S_ISLNK(info.st_mode) && ::stat(path.c_str(), &info) != 0) return Existing::file;
  if (!S_ISDIR(info.st_mode)) return Existing::file;
  std::error_code error;
  const bool empty = fs::is_empty(path, error);
  if (error) posix::fail(ErrorClass::usage, "read the directory", path, error.value());
  return empty ? Existing::empty_directory : Existing::full_directory;
}

/// Who may read a file may look into its directory.
mode_t directory_mode(std::uint32_t file_mode) { return 0700U | ((file_mode & 0044U) >> 2U) | (file_mode & 0044U); }

/// As far as it exists.
std::string existing_parent(std::string path) {
  while (look_at(path) == Existing::nothing && path != "/" && path != ".") path = posix::parent_of(path);
  return path;
}

}  // namespace

Output::Output(Location target, Earlier earlier, bool overwrite, const FullDisk* full_disk)
    : target_(std::move(target)),
      staging_(std::move(earlier.staging)),
      overwrite_(overwrite),
      replaces_directory_(earlier.replaces),
      kept_(true),
      full_disk_(full_disk) {
  begin();
}

Output::Output(Location target, const std::string& operation_id, bool overwrite, const FullDisk* full_disk)
    : target_(std::move(target)), overwrite_(overwrite), full_disk_(full_disk) {
  if (target_.kind == Location::Kind::standard_stream) return;
  const Existing existing = look_at(target_.path);
  const std::string beside =
      posix::parent_of(target_.path) + "/." + posix::name_of(target_.path) + ".cqlbulk-" + operation_id;
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
}

void Output::begin() {
  if (!staging_.empty() && look_at(staging_) == Existing::nothing) make_staging();
}

void Output::make_staging() {
  posix::step("create the staging directory");
  if (::mkdir(staging_.c_str(), 0700) == 0) return;
  const int error_number = errno;
  staging_.clear();
  posix::fail(ErrorClass::usage, "write to", target_.path, error_number);
}

Output::~Output() {
  if (staging_.empty()) return;
  if (kept_) {
    // What was published needs no hidden directory; one that holds something stays.
    static_cast<void>(::rmdir(staging_.c_str()));
    return;
  }
  std::error_code ignored;
  fs::remove_all(staging_, ignored);
}

std::shared_ptr<DescriptorStream> Output::create(const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) {
    return std::make_shared<DescriptorStream>(posix::Descriptor(STDOUT_FILENO), "stdout",
                                              DescriptorStream::Ownership::borrowed);
  }
  return std::make_shared<DescriptorStream>(posix::create_exclusively(staged(name), ErrorClass::failed), staged(name),
                                            DescriptorStream::Ownership::owned, full_disk_);
}

std::shared_ptr<arrow::io::RandomAccessFile> Output::open(const std::string& name) const {
  return open_input(staged(name));
}

std::shared_ptr<DescriptorStream> Output::append_to(const std::string& name, std::optional<Digest> digest) {
  const std::string path = staged(name);
  if (!digest) digest = digest_so_far(path);
  posix::step("open a file to go on with it");
  posix::Descriptor file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!file.valid()) posix::fail(ErrorClass::failed, "write to", path, errno);
  return std::make_shared<DescriptorStream>(std::move(file), path, full_disk_, staged_bytes(name).value_or(0),
                                            std::move(*digest));
}

void Output::cut_back(const std::string& name, std::uint64_t bytes) {
  posix::step("cut a file back");
  if (::truncate(staged(name).c_str(), static_cast<off_t>(bytes)) != 0) {
    posix::fail(ErrorClass::failed, "cut back", staged(name), errno);
  }
}

std::optional<std::uint64_t> Output::staged_bytes(const std::string& name) const {
  struct stat info{};
  if (::stat(staged(name).c_str(), &info) == 0) return static_cast<std::uint64_t>(info.st_size);
  if (errno == ENOENT) return std::nullopt;
  posix::fail(ErrorClass::failed, "find", staged(name), errno);
}

std::vector<std::string> Output::staged_names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(staging_, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  if (error) posix::fail(ErrorClass::failed, "read the directory", staging_, error.value());
  return names;
}

std::string Output::final_path(const std::string& name) const {
  return target_.kind == Location::Kind::directory ? target_.path + "/" + name : target_.path;
}

std::uint64_t Output::seal(const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) return 0;
  if (file_mode_ != 0600 && ::chmod(staged(name).c_str(), file_mode_) != 0) {
    posix::fail(ErrorClass::failed, "set the mode of", staged(name), errno);
  }
  posix::make_durable(staged(name));
  posix::make_durable(staging_);
  const auto bytes = staged_bytes(name);
  if (!bytes) posix::fail(ErrorClass::failed, "find", staged(name), ENOENT);
  return *bytes;
}

void Output::publish(const std::string& staged_name, const std::string& name) {
  if (target_.kind == Location::Kind::standard_stream) return;
  const std::lock_guard lock(mutex_);
  if (target_.kind == Location::Kind::file) {
    posix::rename_file(staged(staged_name), target_.path, overwrite_);
    posix::make_durable(posix::parent_of(target_.path));
  } else if (replaces_directory_) {
    waiting_.emplace_back(staged_name, name);
  } else {
    place_in_directory(staged_name, name);
  }
}

void Output::place_in_directory(const std::string& staged_name, const std::string& name) {
  posix::step("create the target directory");
  if (::mkdir(target_.path.c_str(), 0700) == 0) {
    if (file_mode_ != 0600 && ::chmod(target_.path.c_str(), directory_mode(file_mode_)) != 0) {
      posix::fail(ErrorClass::failed, "set the mode of", target_.path, errno);
    }
    posix::make_durable(posix::parent_of(target_.path));
  } else if (errno != EEXIST) {
    posix::fail(ErrorClass::failed, "create", target_.path, errno);
  }
  posix::rename_file(staged(staged_name), final_path(name), overwrite_);
  posix::make_durable(target_.path);
  published_.insert(name);
}

void Output::remove(const std::string& name) { posix::remove_file(staged(name)); }

void Output::remove_earlier_parts() const {
  std::error_code error;
  for (fs::directory_iterator entry(target_.path, error), end; !error && entry != end; entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    const bool ours = PartNames("", "").matches(name) || part_names_.matches(name);
    if (ours && !published_.contains(name)) posix::remove_file(entry->path().string());
  }
  if (error) posix::fail(ErrorClass::failed, "read the directory", target_.path, error.value());
}

std::optional<std::uint64_t> free_bytes(const std::string& path) {
  struct statvfs info{};
  if (::statvfs(existing_parent(path).c_str(), &info) != 0) return std::nullopt;
  // Some blocks are kept for root alone.
  const std::uint64_t blocks = ::geteuid() == 0 ? info.f_bfree : info.f_bavail;
  return blocks * info.f_frsize;
}

void Output::finish() {
  if (staging_.empty()) return;
  if (replaces_directory_) {
    remove_earlier_parts();
    for (const auto& [staged_name, name] : waiting_) place_in_directory(staged_name, name);
    waiting_.clear();
  }
  posix::step("remove the staging directory");
  std::error_code error;
  fs::remove_all(staging_, error);
  if (error) posix::fail(ErrorClass::failed, "remove", staging_, error.value());
  posix::make_durable(posix::parent_of(staging_));
  staging_.clear();
}

}  // namespace cqlbulk::storage
