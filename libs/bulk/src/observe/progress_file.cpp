// The progress file: written beside itself, then renamed.
#include "cqlbulk/progress_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <exception>
#include <system_error>
#include <utility>

#include "cqlbulk/error.hpp"
#include "cqlbulk/report.hpp"
#include "observe/observed_json.hpp"

namespace cqlbulk {

namespace {

void write_all(int file, std::string_view text) {
  while (!text.empty()) {
    const ssize_t taken = ::write(file, text.data(), text.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) throw std::system_error(errno, std::generic_category());
    text.remove_prefix(static_cast<std::size_t>(taken));
  }
}

/// Throws std::system_error.
void write_new(const std::string& path, ::mode_t mode, std::string_view text) {
  // What is there was left by a crash, or put there by somebody else.
  ::unlink(path.c_str());
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) throw std::system_error(errno, std::generic_category());
  try {
    if (::fchmod(file, mode) != 0) throw std::system_error(errno, std::generic_category());
    write_all(file, text);
  } catch (...) {
    ::close(file);
    ::unlink(path.c_str());
    throw;
  }
  ::close(file);
}

void replace(const std::string& path, std::string_view text) {
  struct stat before{};
  const bool known = ::stat(path.c_str(), &before) == 0;
  if (known && !S_ISREG(before.st_mode)) throw std::system_error(EEXIST, std::generic_category(), "no plain file");
  const std::string beside = fmt::format("{}.{}.tmp", path, ::getpid());
  write_new(beside, known ? before.st_mode & 0777U : 0600U, text);
  if (::rename(beside.c_str(), path.c_str()) == 0) return;
  const int problem = errno;
  ::unlink(beside.c_str());
  throw std::system_error(problem, std::generic_category());
}

}  // namespace

ProgressFile::ProgressFile(std::string path) : path_(std::move(path)), started_(observe::now_text()) {
  try {
    write("STARTING", {});
  } catch (const std::system_error& error) {
    throw Error(ErrorClass::usage, fmt::format("{}", error.what()));
  }
}

ProgressFile::~ProgressFile() {
  if (completed_) return;
  try {
    write(to_string(Status::failed), "it ended before any work");
  } catch (const std::exception&) {
    completed_ = true;  // There is nobody left to tell.
  }
}

void ProgressFile::begin(const Beginning& beginning) {
  beginning_ = beginning;
  progress_.pieces = beginning.pieces;
  write("RUNNING", {});
}

void ProgressFile::progress(const Progress& progress) {
  rows_per_second_ = rate_.add(progress.elapsed, progress.rows);
  progress_ = progress;
  write("RUNNING", {});
}

void ProgressFile::complete(const Report& report) {
  completed_ = true;
  progress_ = observe::final_progress(report, progress_);
  rows_per_second_ = report.rows_per_second();
  write(to_string(report.status), report.error);
}

void ProgressFile::write(std::string_view status, const std::string& error) {
  observe::Json json = observe::state_json(beginning_, progress_, rows_per_second_, status, error);
  json["started"] = started_;
  json["process"] = ::getpid();
  try {
    replace(path_, observe::line_of(json) + "\n");
  } catch (const std::system_error& problem) {
    throw std::system_error(problem.code(), "the progress file " + path_ + " cannot be written");
  }
}

}  // namespace cqlbulk
