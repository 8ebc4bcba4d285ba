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

}  // namespace

Operation read_operation(const std::string& path) {
  Operation operation;
  operation.path = path;
  operation.description = description_of(path);
  operation.id = operation.description.value("id", "");
  const std::string journal = path + "/journal";
  operation.running = is_locked(journal);
  Records read = read_records(contents_of(journal).value_or(""), journal);
  operation.torn_bytes = read.torn_bytes;
  for (Record& record : read.records) {
    if (auto* begin = std::get_if<BeginRecord>(&record)) {
      if (begin->operation != operation.id) {
        throw Error(ErrorClass::failed, fmt::format("{} belongs to another operation, {}", journal, begin->operation));
      }
    } else if (auto* part = std::get_if<PartRecord>(&record)) {
      operation.parts.push_back(std::move(*part));
    } else if (auto* unit = std::get_if<UnitRecord>(&record)) {
      operation.units.push_back(*unit);
    } else if (auto* end = std::get_if<EndRecord>(&record)) {
      operation.end = std::move(*end);
    }
  }
  return operation;
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

}  // namespace cqlbulk::journal
