#include "observer_options.hpp"

#include <cstdlib>

#include "cqlbulk/error.hpp"
#include "secret_file.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

bool has_log(const ObserverOptions& options) {
  return options.log_format || options.log_level || !options.log_file.empty();
}

bool has_log_on_stderr(const ObserverOptions& options) { return has_log(options) && options.log_file.empty(); }

ProgressBar::Style bar_style(const ObserverOptions& options, const ReportOptions& report) {
  return report.quiet || has_log_on_stderr(options) ? ProgressBar::Style::quiet : ProgressBar::style_for(stderr);
}

std::unique_ptr<LogLines> make_log(const ObserverOptions& options) {
  LogLines::Options lines;
  lines.format = options.log_format.value_or(LogFormat::text);
  lines.level = options.log_level.value_or(LogLevel::info);
  if (options.log_file.empty()) return std::make_unique<LogLines>(stderr, lines);
  return std::make_unique<LogLines>(options.log_file, lines);
}

/// The bearer token's source; none where no token is given.
std::function<std::string()> token_source(const ObserverOptions& options) {
  if (!options.webhook_token_file.empty()) {
    const auto read = [path = options.webhook_token_file] { return read_secret(path, "token"); };
    static_cast<void>(read());  // Known to be wrong before any work.
    // Read again for each request, so that it may be rotated.
    return read;
  }
  const char* const token = std::getenv("CQLBULK_WEBHOOK_TOKEN");
  if (token == nullptr || *token == '\0') return {};
  return [secret = std::string(token)] { return secret; };
}

std::unique_ptr<Webhook> make_webhook(const ObserverOptions& options) {
  Webhook::Options webhook;
  webhook.url = options.webhook;
  webhook.token = token_source(options);
  try {
    return std::make_unique<Webhook>(std::move(webhook));
  } catch (const Error& error) {
    throw Error(error.error_class(), "--webhook: " + error.message(), error.advice());
  }
}

}  // namespace

Watchers::Watchers(const ObserverOptions& options, ReportOptions& report) : bar_(stderr, bar_style(options, report)) {
  report.json_log_on_stderr = has_log_on_stderr(options) && options.log_format == LogFormat::json;
  all_.add(bar_);
  if (has_log(options)) {
    log_ = make_log(options);
    all_.add(*log_);
  }
  if (options.webhook.empty() && !options.webhook_token_file.empty()) {
    throw Error(ErrorClass::usage, "--webhook-token-file needs --webhook");
  }
  if (!options.webhook.empty()) webhook_ = make_webhook(options);
  if (!options.progress_file.empty()) {
    progress_file_ = std::make_unique<ProgressFile>(options.progress_file);
    all_.add(*progress_file_);
  }
  // Last, since the end waits for it.
  if (webhook_) all_.add(*webhook_);
}

void add_observer_options(CLI::App& app, ObserverOptions& options) {
  const Heading heading(app, "Report");
  add_value(app, "--log-format", "text|json",
            "Log lines, on stderr in place of the progress unless there is --log-file",
            [&options](const std::string& text) {
              options.log_format = parse_choice(text, {"text", "json"}) == "json" ? LogFormat::json : LogFormat::text;
            });
  add_value(app, "--log-file", "PATH", "Append log lines to a file",
            [&options](const std::string& text) { options.log_file = text; });
  add_value(app, "--log-level", "debug|info|warn|error", "What is logged at least (default info)",
            [&options](const std::string& text) {
              const std::string level = parse_choice(text, {"debug", "info", "warn", "error"});
              options.log_level = level == "debug"  ? LogLevel::debug
                                  : level == "info" ? LogLevel::info
                                  : level == "warn" ? LogLevel::warn
                                                    : LogLevel::error;
            });
  add_value(app, "--progress-file", "PATH", "Keep a small JSON file that says how far the operation is",
            [&options](const std::string& text) { options.progress_file = text; });
  add_value(app, "--webhook", "URL", "Post begin, progress, errors and end as JSON",
            [&options](const std::string& text) { options.webhook = text; });
  add_value(app, "--webhook-token-file", "PATH",
            "File with the webhook's bearer token in its first line; or set CQLBULK_WEBHOOK_TOKEN",
            [&options](const std::string& text) { options.webhook_token_file = text; });
}

}  // namespace cqlbulk::tool
