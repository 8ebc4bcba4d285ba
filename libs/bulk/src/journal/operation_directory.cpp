// Writing an operation's directory. Every file is whole on disk before its name is, and every record before the next
// piece is believed finished.
#include "journal/operation_directory.hpp"

#include <fcntl.h>
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <random>
#include <system_error>

#include "cqlbulk/error.hpp"

namespace cqlbulk::journal {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(ErrorClass error_class, const char* action, const std::string& path, int error_number) {
  throw Error(error_class, fmt::format("cannot {} {}: {}", action, path, std::generic_category().message(error_number)),
              error_class == ErrorClass::usage ? "Name another place with --operation-dir."
                                               : "Without its journal the operation cannot go on; see to the disk.");
}

void write_all(int file, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t taken = ::write(file, text.data(), text.size());
    if (taken < 0 && errno == EINTR) continue;
    if (taken < 0) fail(ErrorClass::failed, "write to", path, errno);
    text.remove_prefix(static_cast<std::size_t>(taken));
  }
}

void sync_directory(const std::string& path) {
  const int directory = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (directory < 0) fail(ErrorClass::failed, "open", path, errno);
  const bool synced = ::fsync(directory) == 0 || errno == EINVAL;
  const int error_number = errno;
  ::close(directory);
  if (!synced) fail(ErrorClass::failed, "write to disk", path, error_number);
}

std::string new_id(const std::string& command, std::chrono::system_clock::time_point start) {
  static constexpr std::string_view characters = "abcdefghijkmnpqrstuvwxyz23456789";
  std::random_device random;
  std::string suffix;
  for (int i = 0; i < 4; ++i) suffix += characters[random() % characters.size()];
  const auto seconds = std::chrono::floor<std::chrono::seconds>(start);
  return fmt::format("{:%Y%m%d-%H%M%S}-{}-{}", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), command,
                     suffix);
}

}  // namespace

std::string utc_text(std::chrono::system_clock::time_point time) {
  const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch()).count();
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:06}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(time)),
                     micros % 1'000'000);
}

OperationDirectory::OperationDirectory(const std::string& base, const std::string& command,
                                       std::chrono::system_clock::time_point start)
    : command_(command), start_(start) {
  std::error_code error;
  if (!fs::is_directory(base, error)) {
    fs::create_directories(base, error);
    if (error) fail(ErrorClass::usage, "create the operations' directory", base, error.value());
    fs::permissions(base, fs::perms::owner_all, error);
  }
  for (int attempt = 0;; ++attempt) {
    id_ = new_id(command, start);
    path_ = base + (base.ends_with('/') ? "" : "/") + id_;
    if (::mkdir(path_.c_str(), 0700) == 0) return;
    if (errno != EEXIST || attempt == 100) fail(ErrorClass::usage, "create the operation's directory", path_, errno);
  }
}

OperationDirectory::~OperationDirectory() {
  if (journal_ >= 0) {
    ::close(journal_);
    return;
  }
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void OperationDirectory::write_whole(const std::string& name, const std::string& text) {
  const std::string hidden = file("." + name);
  const int out = ::open(hidden.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (out < 0) fail(ErrorClass::failed, "create", hidden, errno);
  try {
    write_all(out, text, hidden);
    if (::fsync(out) != 0) fail(ErrorClass::failed, "write to disk", hidden, errno);
  } catch (...) {
    ::close(out);
    throw;
  }
  ::close(out);
  if (::rename(hidden.c_str(), file(name).c_str()) != 0) fail(ErrorClass::failed, "name", file(name), errno);
  sync_directory(path_);
}

void OperationDirectory::describe(const Json& details) {
  Json description = {
      {"format", 1}, {"id", id_}, {"command", command_}, {"started", utc_text(start_)}, {"process", ::getpid()},
  };
  if (details.is_object()) description.update(details);
  write_whole("operation.json", text_of(description, 1) + "\n");
  const std::string path = file("journal");
  journal_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
  if (journal_ < 0) fail(ErrorClass::failed, "create", path, errno);
  // Held until the process ends, however it ends: `status` tells running from crashed by it.
  static_cast<void>(::flock(journal_, LOCK_EX | LOCK_NB));
  append(BeginRecord{id_});
  sync_directory(path_);
}

void OperationDirectory::append(const Record& record) {
  const std::string line = line_of(record);
  {
    const std::lock_guard lock(mutex_);
    if (journal_ < 0) throw Error(ErrorClass::defect, "a record for an operation that was not described");
    write_all(journal_, line, file("journal"));
    if (::fdatasync(journal_) != 0) fail(ErrorClass::failed, "write to disk", file("journal"), errno);
  }
  if (after_append_) after_append_(record);
}

void OperationDirectory::end(const EndRecord& record, const std::string& report_json) {
  write_whole("report.json", report_json.ends_with('\n') ? report_json : report_json + "\n");
  append(record);
}

}  // namespace cqlbulk::journal
