// Options of what watches an operation beside the bar: log lines, a progress file, a webhook.
#pragma once

#include <CLI/App.hpp>
#include <memory>
#include <optional>
#include <string>

#include "cqlbulk/composite_observer.hpp"
#include "cqlbulk/log_lines.hpp"
#include "cqlbulk/progress.hpp"
#include "cqlbulk/progress_file.hpp"
#include "cqlbulk/webhook.hpp"
#include "option_groups.hpp"

namespace cqlbulk::tool {

/// --log-format, --log-file, --log-level, --progress-file, --webhook, --webhook-token-file
struct ObserverOptions {
  std::optional<LogFormat> log_format;
  std::optional<LogLevel> log_level;
  std::string log_file;
  std::string progress_file;
  std::string webhook;
  std::string webhook_token_file;
};
void add_observer_options(CLI::App& app, ObserverOptions& options);

/// The bar or lines on stderr, and what the options ask for besides, as one observer.
class Watchers {
 public:
  /// Throws cqlbulk::Error{usage} when a file cannot be written, a token is missing or a URL is none. A log on stderr
  /// takes the place of the bar; in JSON, of all that `report` would have said there.
  Watchers(const ObserverOptions& options, ReportOptions& report);

  [[nodiscard]] Observer& observer() noexcept { return all_; }
  /// Takes the bar off the screen, for whoever writes next.
  void clear_bar() { bar_.clear(); }

 private:
  ProgressBar bar_;
  std::unique_ptr<LogLines> log_;
  std::unique_ptr<ProgressFile> progress_file_;
  std::unique_ptr<Webhook> webhook_;
  CompositeObserver all_;
};

}  // namespace cqlbulk::tool
