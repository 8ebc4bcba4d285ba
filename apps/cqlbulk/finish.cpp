// Where reports go.
#include "finish.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "cqlbulk/error.hpp"

namespace cqlbulk::tool {

void check(const ReportOptions& options) {
  if (options.file.empty()) return;
  const std::filesystem::path file(options.file);
  const bool there = std::filesystem::exists(file);
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (std::filesystem::is_directory(file) || ::access((there ? options.file : folder).c_str(), W_OK) != 0) {
    throw Error(ErrorClass::usage, fmt::format("--report-file: {} cannot be written", options.file));
  }
}

int finish(const Report& report, const std::string& json, const ReportOptions& options, bool data_on_stdout) {
  if (!options.file.empty()) {
    std::ofstream file(options.file, std::ios::trunc);
    file << json << '\n';
    if (!file.flush()) {
      throw Error(ErrorClass::failed,
                  fmt::format("the report cannot be written to {}: {}", options.file, std::strerror(errno)));
    }
  }
  if (options.json) {
    if (data_on_stdout) {
      say(json + "\n");
    } else {
      print(json + "\n");
    }
  }
  if (options.json_log_on_stderr) return report.exit_status();
  if (!options.quiet && !options.json) say(report.to_text());
  if (options.quiet && !report.error.empty()) say(fmt::format("cqlbulk: {}\n", report.error));
  return report.exit_status();
}

void say(const std::string& text) noexcept { std::fwrite(text.data(), 1, text.size(), stderr); }

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(ErrorClass::failed, fmt::format("stdout: {}", std::strerror(errno)));
  }
}

}  // namespace cqlbulk::tool
