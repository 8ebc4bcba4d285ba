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
#include <utility>

#include "cqlbulk/error.hpp"
#include "posix/step.hpp"

namespace cqlbulk::journal {

namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const std::string& action, const std::string& path, int error_number) {
  throw Error(ErrorClass::usage, fmt::format("cannot {} {}: {}", action, path, posix::reason(error_number)),
              "Name another place with --operation-dir.");
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
    if (error) fail("create the operations' directory", base, error.value());
    fs::permissions(base, fs::perms::owner_all, error);
  }
  for (int attempt = 0;; ++attempt) {
    id_ = new_id(command, start);
    path_ = base + (base.ends_with('/') ? "" : "/") + id_;
    if (::mkdir(path_.c_str(), 0700) == 0) return;
    if (errno != EEXIST || attempt == 100) fail("create the operation's directory", path_, errno);
  }
}

OperationDirectory::OperationDirectory(OperationDirectory&& other) noexcept
    : command_(std::move(other.command_)),
      start_(other.start_),
      id_(std::move(other.id_)),
      path_(std::exchange(other.path_, {})),
      after_append_(std::move(other.after_append_)),
      journal_(std::move(other.journal_)),
      journal_bytes_(other.journal_bytes_) {}

OperationDirectory OperationDirectory::resume(const std::string& path, Operation& operation) {
  const std::string journal = path + "/journal";
  // What is no operation at all is said before anything is locked.
  static_cast<void>(read_operation(path));
  posix::Descriptor file(::open(journal.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600));
  if (!file.valid()) posix::fail(ErrorClass::failed, "open", journal, errno);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    throw Error(ErrorClass::usage, fmt::format("{} is running", path),
                "`cqlbulk status` shows how far it is; stop its process first.");
  }
  operation = read_operation(path);
  operation.running = false;
  if (operation.complete()) {
    throw Error(ErrorClass::usage,
                fmt::format("{} has come to its end ({}): nothing is left to do", operation.id, operation.end->status));
  }
  if (operation.torn_bytes > 0) posix::truncate_file(journal, operation.journal_bytes);
  OperationDirectory directory(operation.id, path);
  directory.journal_ = std::move(file);
  directory.journal_bytes_ = operation.journal_bytes;
  return directory;
}

void OperationDirectory::begin_run() {
  if (journal_bytes_ == 0) append(BeginRecord{id_});
  append(ResumeRecord{utc_text(std::chrono::system_clock::now()), ::getpid()});
}

OperationDirectory::~OperationDirectory() {
  if (!journal_.valid() && !path_.empty()) discard();
}

void OperationDirectory::discard() noexcept {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

void OperationDirectory::write_whole(const std::string& name, const std::string& text) {
  posix::write_whole(file(name), text);
}

void OperationDirectory::describe(const Json& details) {
  Json description = {
      {"format", 1}, {"id", id_}, {"command", command_}, {"started", utc_text(start_)}, {"process", ::getpid()},
  };
  if (details.is_object()) description.update(details);
  write_whole("operation.json", text_of(description, 1) + "\n");
  journal_ = posix::create_exclusively(file("journal"), ErrorClass::failed);
  // Held until the process ends, however it ends: `status` tells running from crashed by it.
  static_cast<void>(::flock(journal_.get(), LOCK_EX | LOCK_NB));
  append(BeginRecord{id_});
  posix::make_durable(path_);
}

void OperationDirectory::append(const Record& record) {
  const std::string line = line_of(record);
  {
    const std::lock_guard lock(mutex_);
    if (!journal_.valid()) throw Error(ErrorClass::defect, "a record for an operation that was not described");
    if (broken_) throw Error(ErrorClass::failed, fmt::format("{} could not be written to", file("journal")));
    try {
      posix::write_all(journal_, line, file("journal"));
      posix::step("flush the journal");
      if (::fdatasync(journal_.get()) != 0) posix::fail(ErrorClass::failed, "write to disk", file("journal"), errno);
    } catch (...) {
      // Half a record before the next one would make the whole journal worthless.
      if (::ftruncate(journal_.get(), static_cast<off_t>(journal_bytes_)) != 0) broken_ = true;
      throw;
    }
    journal_bytes_ += line.size();
  }
  if (after_append_) after_append_(record);
}

void OperationDirectory::end(const EndRecord& record, const std::string& report_json) {
  write_whole("report.json", report_json.ends_with('\n') ? report_json : report_json + "\n");
  append(record);
}

}  // namespace cqlbulk::journal
