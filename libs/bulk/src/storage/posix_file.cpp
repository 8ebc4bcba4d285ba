// System calls with errors that speak. Linux only: renameat2 is what makes "never clobber" atomic.
#include "storage/posix_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace cqlbulk::storage {

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
  Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file.valid()) fail(error_class, "create", path, errno);
  return file;
}

void make_durable(const std::string& path) {
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) fail(ErrorClass::failed, "open", path, errno);
  // Some file systems have nothing to flush for a directory and say EINVAL.
  if (::fsync(file.get()) != 0 && errno != EINVAL) fail(ErrorClass::failed, "write to disk", path, errno);
}

void rename_file(const std::string& from, const std::string& to, bool replace) {
  const unsigned flags = replace ? 0U : static_cast<unsigned>(RENAME_NOREPLACE);
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) return;
  if (errno == EINVAL && !replace) {
    // A file system without RENAME_NOREPLACE (some network ones): a hard link never replaces either.
    if (::link(from.c_str(), to.c_str()) == 0) {
      ::unlink(from.c_str());
      return;
    }
  }
  const int error_number = errno;
  if (error_number == EEXIST) {
    throw Error(ErrorClass::failed, fmt::format("{} appeared while cqlbulk was working; it was left alone", to),
                "Choose another name, or say --overwrite, and run it again.");
  }
  fail(ErrorClass::failed, "publish", to, error_number);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace cqlbulk::storage
