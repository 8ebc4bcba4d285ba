#include "storage/glob.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <span>

namespace cqlbulk::storage {

namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_of(std::string_view pattern) {
  std::vector<std::string> names;
  while (!pattern.empty()) {
    const std::size_t slash = pattern.find('/');
    if (slash != 0) names.emplace_back(pattern.substr(0, slash));
    pattern.remove_prefix(slash == std::string_view::npos ? pattern.size() : slash + 1);
  }
  return names;
}

class Walk {
 public:
  std::vector<std::string> files;

  /// `names`: what is left of the pattern, below `directory`.
  void walk(const std::string& directory, std::span<const std::string> names) {
    if (names.front() == "**") {
      if (names.size() > 1) walk(directory, names.subspan(1));
      for_each_entry(directory, "*", [&](const fs::directory_entry& entry, const std::string& path) {
        std::error_code ignored;
        if (entry.is_directory(ignored) && !entry.is_symlink(ignored)) {
          walk(path + "/", names);
        } else if (names.size() == 1) {
          take(entry, path);
        }
      });
    } else if (!is_glob(names.front())) {
      const std::string path = directory + names.front();
      std::error_code unreadable;
      fs::directory_entry entry;
      entry.assign(path, unreadable);
      if (!unreadable) go_on(entry, path, names);
    } else {
      for_each_entry(directory, names.front(),
                     [&](const fs::directory_entry& entry, const std::string& path) { go_on(entry, path, names); });
    }
  }

 private:
  void go_on(const fs::directory_entry& entry, const std::string& path, std::span<const std::string> names) {
    std::error_code ignored;
    if (names.size() == 1) {
      take(entry, path);
    } else if (entry.is_directory(ignored)) {
      walk(path + "/", names.subspan(1));
    }
  }

  void take(const fs::directory_entry& entry, const std::string& path) {
    std::error_code ignored;
    if (entry.exists(ignored) && !entry.is_directory(ignored)) files.push_back(path);
  }

  template <typename Visit>
  static void for_each_entry(const std::string& directory, const std::string& name, Visit visit) {
    std::error_code error;
    for (fs::directory_iterator entry(directory.empty() ? "." : directory, error), end; !error && entry != end;
         entry.increment(error)) {
      const std::string found = entry->path().filename().string();
      if (::fnmatch(name.c_str(), found.c_str(), FNM_PERIOD) != 0) continue;
      visit(*entry, directory + found);
    }
  }
};

}  // namespace

bool is_glob(std::string_view path) { return path.find_first_of("*?[") != std::string_view::npos; }

std::vector<std::string> files_matching(const std::string& pattern) {
  const std::vector<std::string> names = names_of(pattern);
  Walk walk;
  if (!names.empty()) walk.walk(pattern.starts_with('/') ? "/" : "", names);
  std::ranges::sort(walk.files);
  // Several ** find a file in several ways.
  walk.files.erase(std::unique(walk.files.begin(), walk.files.end()), walk.files.end());
  return std::move(walk.files);
}

}  // namespace cqlbulk::storage
