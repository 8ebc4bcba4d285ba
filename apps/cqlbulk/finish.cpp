// Where reports go.
#include "finish.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "cqlbulk/error.hpp"

namespace cqlbulk::tool {

ProgressBar make_progress_bar(const ReportOptions& options) {
  return ProgressBar(stderr, options.quiet ? ProgressBar::Style::quiet : ProgressBar::style_for(stderr));
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
      fmt::print(stderr, "{}\n", json);
    } else {
      print(json + "\n");
    }
  }
  if (!options.quiet && !options.json) fmt::print(stderr, "{}", report.to_text());
  if (options.quiet && !report.error.empty()) fmt::print(stderr, "cqlbulk: {}\n", report.error);
  return report.exit_status();
}

void print(const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size() || std::fflush(stdout) != 0) {
    throw Error(ErrorClass::failed, fmt::format("stdout: {}", std::strerror(errno)));
  }
}

}  // namespace cqlbulk::tool
