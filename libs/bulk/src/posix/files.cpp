// System calls with errors that speak. Linux only: renameat2 is what makes "never clobber" atomic.
#include "posix/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "posix/step.hpp"

namespace cqlbulk::posix {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    if (valid()) ::close(value_);
    value_ = std::exchange(other.value_, -1);
  }
  return *this;
}

Descriptor::~Descriptor() {
  if (valid()) ::close(value_);
}

std::string reason(int error_number) { return std::generic_category().message(error_number); }

std::string way_out(int error_number) {
  switch (error_number) {
    case ENOSPC:
    case EDQUOT:
      return "Free some space there or choose another place, then run it again.";
    case EACCES:
    case EPERM:
    case EROFS:
      return "Choose a place that you may use, or change its permissions.";
    case ENOENT:
      return "Check the path; directories above it must exist.";
    case EEXIST:
      return "Choose another name, or say --overwrite.";
    case EFBIG:
      return "Raise the limit on the size of files (ulimit -f), then run it again.";
    case EMFILE:
    case ENFILE:
      return "Raise the limit of open files (ulimit -n) or use fewer threads.";
    default:
      return {};
  }
}

void fail(ErrorClass error_class, const std::string& action, const std::string& path, int error_number) {
  throw Error(error_class, fmt::format("cannot {} {}: {}", action, path, reason(error_number)), way_out(error_number));
}

Descriptor create_exclusively(const std::string& path, ErrorClass error_class) {
  step("create a file");
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) fail(error_class, "create", path, errno);
  return file;
}

Descriptor create_unnamed(const std::string& path) {
  remove_file(path);
  step("create a file");
  Descriptor file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600));
  if (!file.valid()) fail(ErrorClass::failed, "create", path, errno);
  remove_file(path);
  return file;
}

std::size_t read_at(const Descriptor& file, std::uint64_t offset, std::span<std::byte> into, const std::string& path) {
  std::size_t size = 0;
  while (size < into.size()) {
    const ssize_t count =
        ::pread(file.get(), into.data() + size, into.size() - size, static_cast<off_t>(offset + size));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(ErrorClass::failed, "read", path, errno);
    if (count == 0) break;
    size += static_cast<std::size_t>(count);
  }
  return size;
}

void write_all(const Descriptor& file, std::string_view bytes, const std::string& path) {
  step("write to a file");
  while (!bytes.empty()) {
    const ssize_t taken = ::write(file.get(), bytes.data(), bytes.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) fail(ErrorClass::failed, "write to", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(taken));
  }
}

void flush(const Descriptor& file, const std::string& path) {
  step("flush a file");
  // Some file systems have nothing to flush for a directory and say EINVAL.
  if (::fsync(file.get()) != 0 && errno != EINVAL) fail(ErrorClass::failed, "write to disk", path, errno);
}

void make_durable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) fail(ErrorClass::failed, "open", path, errno);
  flush(file, path);
}

namespace {

/// Two names of one file: a process ended between giving it the new one and taking the old one away.
bool same_file(const std::string& one, const std::string& other) {
  struct stat a{};
  struct stat b{};
  return ::lstat(one.c_str(), &a) == 0 && ::lstat(other.c_str(), &b) == 0 && a.st_dev == b.st_dev &&
         a.st_ino == b.st_ino;
}

}  // namespace

void rename_file(const std::string& from, const std::string& to, bool replace) {
  step("rename a file");
  const unsigned flags = replace ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return;
  if (errno == EINVAL && !replace) {
    // A file system without RENAME_NOREPLACE (some network ones): a hard link never replaces either.
    if (::link(from.c_str(), to.c_str()) == 0) {
      step("remove the old name");
      ::unlink(from.c_str());
      return;
    }
  }
  const int error_number = errno;
  if (error_number == EEXIST && same_file(from, to)) return remove_file(from);
  if (error_number == EEXIST) {
    throw Error(ErrorClass::failed, fmt::format("{} appeared while cqlbulk was working; it was left alone", to),
                "Choose another name, or say --overwrite, and run it again.");
  }
  fail(ErrorClass::failed, "publish", to, error_number);
}

void remove_file(const std::string& path) {
  step("remove a file");
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) fail(ErrorClass::failed, "remove", path, errno);
}

void truncate_file(const std::string& path, std::uint64_t size) {
  step("cut a file off");
  if (::truncate(path.c_str(), static_cast<off_t>(size)) != 0) fail(ErrorClass::failed, "cut off", path, errno);
}

void empty_file(const Descriptor& file, const std::string& path) {
  if (::ftruncate(file.get(), 0) != 0) fail(ErrorClass::failed, "empty", path, errno);
}

void write_whole(const std::string& path, std::string_view bytes) {
  const std::string folder = parent_of(path);
  const std::string hidden = folder + "/." + name_of(path) + ".new";
  remove_file(hidden);
  {
    const Descriptor file = create_exclusively(hidden, ErrorClass::failed);
    write_all(file, bytes, hidden);
    flush(file, hidden);
  }
  rename_file(hidden, path, true);
  make_durable(folder);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? path : path.substr(slash + 1);
}

}  // namespace cqlbulk::posix
