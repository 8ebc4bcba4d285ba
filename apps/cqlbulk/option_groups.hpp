// Options that several subcommands share, added to a subcommand in groups. Each group writes into plain structs that
// the caller keeps alive as long as the CLI11 tree.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cqlbulk/formats.hpp"
#include "cqlbulk/options.hpp"

namespace cqlbulk::tool {

/// An option with one value. What `take` throws gets the option's name in front.
CLI::Option* add_value(CLI::App& app, const std::string& name, const std::string& value_name,
                       const std::string& description, std::function<void(const std::string&)> take);
/// The same with one of some words; `take` gets the place of the one that was given.
void add_one_of(CLI::App& app, const std::string& name, const std::vector<std::string>& words,
                const std::string& description, std::function<void(std::size_t)> take);
/// The same, given as often as one likes.
CLI::Option* add_values(CLI::App& app, const std::string& name, const std::string& value_name,
                        const std::string& description, std::function<void(const std::string&)> take);
/// The same with one of some names, which stand in the order of the choices.
template <typename Choice, typename Names>
void add_choice(CLI::App& app, const std::string& name, const Names& names, const std::string& description,
                Choice& choice) {
  const std::vector<std::string> words(names.begin(), names.end());
  add_one_of(app, name, words, description, [&choice](std::size_t place) { choice = static_cast<Choice>(place); });
}
/// An option without a value.
/// --name, which takes `usual`, or --name=SUFFIX.
CLI::Option* add_suffix(CLI::App& app, const std::string& name, const std::string& usual,
                        const std::string& description, std::optional<std::string>& suffix);
CLI::Option* add_switch(CLI::App& app, const std::string& name, const std::string& description, bool& value);

/// Puts what is added next, until its end, under a heading of the help.
class Heading {
 public:
  Heading(CLI::App& app, const std::string& title) : app_(app), before_(app.option_defaults()->get_group()) {
    app_.option_defaults()->group(title);
  }
  ~Heading() { app_.option_defaults()->group(before_); }
  Heading(const Heading&) = delete;
  Heading& operator=(const Heading&) = delete;

 private:
  CLI::App& app_;
  std::string before_;
};

/// The heading of how the cluster is reached; what is under it is kept for resuming.
inline constexpr const char* connection_group = "Connection";

/// --hosts … --timeout.
struct ConnectionOptions {
  std::string user;
  std::string password_file;
  bool tls = false;
  bool any_host = false;
  cql::TlsOptions tls_options;
  std::string key_password_file;
  /// Fills in credentials and TLS; throws cqlbulk::Error{usage} when a password is missing or unreadable, or an option
  /// of TLS stands without --tls.
  void finish(cql::ClusterOptions& cluster) const;

 private:
  void finish_login(cql::ClusterOptions& cluster) const;
  void finish_tls(cql::ClusterOptions& cluster) const;
};
void add_connection_options(CLI::App& app, cql::ClusterOptions& cluster, ConnectionOptions& connection);
/// --consistency; the default differs, so the text does.
void add_consistency_option(CLI::App& app, PaceOptions& pace, const std::string& default_text);

/// --splits
void add_splits_option(CLI::App& app, PaceOptions& pace);
/// --preset, --parallelism, --threads
void add_parallelism_options(CLI::App& app, PaceOptions& pace);
/// --yes, --ask-above
void add_consent_options(CLI::App& app, PaceOptions& pace);
/// --max-rows-per-second, --max-bytes-per-second
void add_rate_options(CLI::App& app, PaceOptions& pace);
/// --max-failed-ranges
void add_failed_ranges_option(CLI::App& app, PaceOptions& pace);
/// --page-size, --max-rows
void add_page_size_option(CLI::App& app, PaceOptions& pace);
void add_max_rows_option(CLI::App& app, PaceOptions& pace);
void add_operation_dir_option(CLI::App& app, std::string& directory);
/// --node-wait
void add_node_wait_option(CLI::App& app, PaceOptions& pace);
/// --auto-resume, --node-wait, --full-disk-wait
void add_endurance_options(CLI::App& app, OperationOptions& operation);

/// KS.TABLE, --query, --where
struct SubjectOptions {
  std::string name;
  std::string query;
  std::string where;
  /// Throws cqlbulk::Error{usage} when there is neither or both.
  [[nodiscard]] Subject subject() const;
};
/// KS.TABLE and --query, which `query` describes.
void add_subject_options(CLI::App& app, SubjectOptions& subject, const std::string& query);
void add_where_option(CLI::App& app, SubjectOptions& subject);

/// --format and the options of CSV; `reading` adds those that only readers have.
void add_format_options(CLI::App& app, std::optional<FormatKind>& format, FormatOptions& options, bool reading);

/// --file-compression, --compression-level, --encoding; part of add_format_options.
void add_text_file_options(CLI::App& app, TextFileOptions& options, bool reading);

/// --blobs, --timestamps and the other forms of text; `reading` adds those that only readers have.
void add_text_form_options(CLI::App& app, TextForms& forms, bool reading);

/// --report, --report-file, --quiet
struct ReportOptions {
  bool json = false;
  std::string file;
  bool quiet = false;
  bool json_log_on_stderr = false;  ///< Nothing else may be said there.
};
void add_report_options(CLI::App& app, ReportOptions& report);

}  // namespace cqlbulk::tool
