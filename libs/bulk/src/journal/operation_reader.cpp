// From a directory on disk back to what an operation did.
#include "journal/operation_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "cqlbulk/error.hpp"

namespace cqlbulk::journal {

namespace {

namespace fs = std::filesystem;

std::optional<std::string> contents_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return std::nullopt;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

bool is_locked(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return false;
  const bool locked = ::flock(file, LOCK_SH | LOCK_NB) != 0;
  ::close(file);
  return locked;
}

Json description_of(const std::string& path) {
  const auto text = contents_of(path + "/operation.json");
  if (!text) {
    throw Error(ErrorClass::usage, fmt::format("{} holds no operation (there is no operation.json)", path),
                "`cqlbulk status` without a name lists the operations.");
  }
  try {
    return Json::parse(*text);
  } catch (const Json::exception& error) {
    throw Error(ErrorClass::failed, fmt::format("{}/operation.json is damaged: {}", path, error.what()));
  }
}

void take(Operation& operation, BeginRecord&& begin, const std::string& journal) {
  if (begin.operation == operation.id) return;
  throw Error(ErrorClass::failed, fmt::format("{} belongs to another operation, {}", journal, begin.operation));
}
void take(Operation& operation, ResumeRecord&& /*resume*/, const std::string& /*journal*/) {
  ++operation.runs;
  operation.end.reset();
}
void take(Operation& operation, PartRecord&& part, const std::string& /*journal*/) {
  operation.parts.push_back(std::move(part));
}
void take(Operation& operation, StartRecord&& start, const std::string& /*journal*/) {
  operation.starts.push_back(start);
}
void take(Operation& operation, UnitRecord&& unit, const std::string& /*journal*/) {
  operation.units.push_back(std::move(unit));
}
void take(Operation& operation, EndRecord&& end, const std::string& /*journal*/) {
  operation.seconds += end.seconds;
  operation.end = std::move(end);
}

}  // namespace

Operation read_operation(const std::string& path) {
  Operation operation;
  operation.path = path;
  operation.description = description_of(path);
  operation.id = operation.description.value("id", "");
  const std::string journal = path + "/journal";
  operation.running = is_locked(journal);
  const std::string text = contents_of(journal).value_or("");
  Records read = read_records(text, journal);
  operation.torn_bytes = read.torn_bytes;
  operation.journal_bytes = text.size() - read.torn_bytes;
  for (Record& record : read.records) {
    std::visit([&](auto& alternative) { take(operation, std::move(alternative), journal); }, record);
  }
  return operation;
}

std::string find_operation(const std::string& base, const std::string& name) {
  std::error_code ignored;
  if (!name.empty()) {
    for (const std::string& path : {(fs::path(base) / name).string(), name}) {
      if (fs::exists(fs::path(path) / "operation.json", ignored)) return path;
    }
  }
  throw Error(ErrorClass::usage, fmt::format("there is no operation {} in {}", name, base),
              "`cqlbulk status` lists the operations; --operation-dir says where they lie.");
}

std::vector<std::string> list_operations(const std::string& base) {
  std::vector<std::string> found;
  std::error_code error;
  for (fs::directory_iterator entry(base, error), end; !error && entry != end; entry.increment(error)) {
    std::error_code ignored;
    if (fs::exists(entry->path() / "operation.json", ignored)) found.push_back(entry->path().string());
  }
  std::sort(found.begin(), found.end());
  return found;
}

std::optional<std::string> find_unfinished(const std::string& base, const std::string& fingerprint) {
  std::vector<std::string> paths = list_operations(base);
  for (auto path = paths.rbegin(); path != paths.rend(); ++path) {
    if (description_of(*path).value("fingerprint", "") != fingerprint) continue;
    // A damaged one is said to be so: beginning anew beside it would be a choice made in silence.
    if (!read_operation(*path).complete()) return *path;
  }
  return std::nullopt;
}

}  // namespace cqlbulk::journal
