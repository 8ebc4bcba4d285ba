// How options are added at all, and the small groups.
#include "option_groups.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/Option.hpp>
#include <algorithm>

#include "cqlbulk/error.hpp"
#include "values.hpp"

namespace cqlbulk::tool {

namespace {

std::function<void(const std::string&)> with_name(const std::string& name,
                                                  std::function<void(const std::string&)> take) {
  return [name = name.substr(0, name.find(',')), take = std::move(take)](const std::string& value) {
    try {
      take(value);
    } catch (const Error& error) {
      throw Error(error.error_class(), fmt::format("{}: {}", name, error.message()), error.advice());
    }
  };
}

}  // namespace

CLI::Option* add_value(CLI::App& app, const std::string& name, const std::string& value_name,
                       const std::string& description, std::function<void(const std::string&)> take) {
  return app.add_option_function<std::string>(name, with_name(name, std::move(take)), description)
      ->type_name(value_name);
}

void add_one_of(CLI::App& app, const std::string& name, const std::vector<std::string>& words,
                const std::string& description, std::function<void(std::size_t)> take) {
  add_value(app, name, fmt::format("{}", fmt::join(words, "|")), description,
            [words, take = std::move(take)](const std::string& text) {
              take(static_cast<std::size_t>(std::ranges::find(words, parse_choice(text, words)) - words.begin()));
            });
}

CLI::Option* add_values(CLI::App& app, const std::string& name, const std::string& value_name,
                        const std::string& description, std::function<void(const std::string&)> take) {
  const auto each = [take = with_name(name, std::move(take))](const std::vector<std::string>& values) {
    for (const std::string& value : values) take(value);
  };
  return app.add_option_function<std::vector<std::string>>(name, each, description)
      ->type_name(value_name)
      ->allow_extra_args(false)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
}

CLI::Option* add_suffix(CLI::App& app, const std::string& name, const std::string& usual,
                        const std::string& description, std::optional<std::string>& suffix) {
  const auto take = [&suffix, usual](const std::vector<std::string>& given) {
    // "true" is what CLI11 gives for a flag without "=SUFFIX".
    suffix = given.back() == "true" ? usual : given.back();
    return true;
  };
  CLI::Option* const option = app.add_option(name, take, description);
  return option->expected(0)->option_text(name + "[=SUFFIX]");
}

CLI::Option* add_switch(CLI::App& app, const std::string& name, const std::string& description, bool& value) {
  return app.add_flag(name, value, description);
}

void add_consistency_option(CLI::App& app, PaceOptions& pace, const std::string& default_text) {
  add_value(app, "--consistency", "LEVEL", "Consistency level (default " + default_text + ")",
            [&pace](const std::string& text) {
              pace.consistency = cql::parse_consistency(text);
              if (!pace.consistency) {
                throw Error(ErrorClass::usage, fmt::format("\"{}\" is no consistency level", text),
                            "LOCAL_ONE, LOCAL_QUORUM, ONE, TWO, THREE, QUORUM, ALL, EACH_QUORUM, ANY");
              }
            });
}

void add_splits_option(CLI::App& app, PaceOptions& pace) {
  add_value(
      app, "--splits", "N",
      "Pieces that the ring is cut into; 1 is the whole ring in one query (default: by nodes and size estimates)",
      [&pace](const std::string& text) { pace.splits = static_cast<std::uint32_t>(parse_number(text, 1, 1'000'000)); });
}

void add_parallelism_options(CLI::App& app, PaceOptions& pace) {
  add_choice(app, "--preset", preset_names, "How wide the work is (default balanced: 16 pieces at once)", pace.preset);
  add_value(app, "--parallelism", "N",
            "Pieces worked on at once, over all threads, at most 256; load: batches under way (default: by preset)",
            [&pace](const std::string& text) {
              pace.parallelism = static_cast<std::uint32_t>(parse_number(text, 1, 65'536));
            });
  add_value(
      app, "--threads", "N", "Threads, each with its own connections (default: one per core, at most 16)",
      [&pace](const std::string& text) { pace.threads = static_cast<std::uint32_t>(parse_number(text, 1, 1'024)); });
  add_value(app, "--max-memory", "SIZE",
            "What the operation may take (default a quarter of the machine's, at most 1GiB)",
            [&pace](const std::string& text) { pace.max_memory = parse_size(text); });
}

void add_consent_options(CLI::App& app, PaceOptions& pace) {
  struct Consent {
    std::uint64_t ask_above = 10'000'000'000;
    bool given = false;
  };
  const auto consent = std::make_shared<Consent>();
  // They may come in any order, from the command line, the environment and the file.
  const auto settle = [consent, &pace] {
    pace.aggressive_up_to = consent->given ? std::nullopt : std::optional(consent->ask_above);
  };
  settle();
  app.add_flag_callback(
      "--yes",
      [consent, settle] {
        consent->given = true;
        settle();
      },
      "Let --preset aggressive loose on any amount of data");
  add_value(app, "--ask-above", "SIZE",
            "How much data, table or input, --preset aggressive needs --yes for (default more than 10GB)",
            [consent, settle](const std::string& text) {
              consent->ask_above = parse_size(text);
              settle();
            });
}

void add_rate_options(CLI::App& app, PaceOptions& pace) {
  add_value(app, "--max-rows-per-second", "N", "Rows a second, at most (default: no limit)",
            [&pace](const std::string& text) { pace.max_rows_per_second = parse_number(text, 1, UINT64_MAX); });
  add_value(app, "--max-bytes-per-second", "SIZE", "Bytes of values a second, at most (default: no limit)",
            [&pace](const std::string& text) { pace.max_bytes_per_second = parse_size(text); });
}

void add_failed_ranges_option(CLI::App& app, PaceOptions& pace) {
  add_value(app, "--max-failed-ranges", "N|P%",
            "Failed pieces that are borne before the run stops (default 10 or 5%, whichever is reached first)",
            [&pace](const std::string& text) {
              const Limit limit = parse_limit(text);
              pace.max_failed_ranges =
                  limit.number ? static_cast<std::uint32_t>(std::min<std::uint64_t>(*limit.number, UINT32_MAX))
                               : UINT32_MAX;
              pace.max_failed_ranges_share = limit.share.value_or(1.0);
            });
}

void add_page_size_option(CLI::App& app, PaceOptions& pace) {
  add_value(app, "--page-size", "N", fmt::format("Rows in a page (default {})", pace.page_size),
            [&pace](const std::string& text) {
              pace.page_size = static_cast<std::int32_t>(parse_number(text, 1, INT32_MAX));
            });
}

void add_max_rows_option(CLI::App& app, PaceOptions& pace) {
  add_value(app, "--max-rows", "N", "Stop after so many rows",
            [&pace](const std::string& text) { pace.max_rows = parse_number(text, 1, UINT64_MAX); });
}

void add_operation_dir_option(CLI::App& app, std::string& directory) {
  add_value(app, "--operation-dir", "DIR", "Where operations keep their directories (default ./" + directory + ")",
            [&directory](const std::string& text) { directory = text; });
}

void add_node_wait_option(CLI::App& app, PaceOptions& pace) {
  add_value(app, "--node-wait", "TIME",
            "How long to wait for nodes that are down or have not enough of something (default 10m)",
            [&pace](const std::string& text) { pace.patience = parse_duration(text); });
}

void add_endurance_options(CLI::App& app, OperationOptions& operation) {
  add_node_wait_option(app, operation.pace);
  add_switch(app, "--auto-resume",
             "Go on with the latest unfinished operation that set out to do the same, if there is one",
             operation.auto_resume);
  add_value(app, "--full-disk-wait", "TIME", "How long to wait for space on a full disk before stopping (default 10m)",
            [&operation](const std::string& text) {
              operation.full_disk_wait = std::chrono::duration_cast<std::chrono::seconds>(parse_duration(text));
            });
}

Subject SubjectOptions::subject() const {
  if (!query.empty()) {
    if (!name.empty()) {
      throw Error(ErrorClass::usage, fmt::format("--query takes the place of {}: give one of them", name));
    }
    if (!where.empty()) throw Error(ErrorClass::usage, "--where goes with KS.TABLE; put the restriction in the query");
    Subject subject;
    subject.query = query;
    return subject;
  }
  if (name.empty()) throw Error(ErrorClass::usage, "no table is named", "Give KEYSPACE.TABLE, or --query CQL.");
  Subject subject = parse_subject(name);
  subject.where = where;
  return subject;
}

void add_subject_options(CLI::App& app, SubjectOptions& subject, const std::string& query) {
  app.add_option("subject", subject.name, "The table; names quoted as in CQL are case-sensitive: ks.\"Table\"")
      ->option_text("KS.TABLE");
  add_value(app, "--query", "CQL", query, [&subject](const std::string& text) { subject.query = text; });
}

void add_where_option(CLI::App& app, SubjectOptions& subject) {
  add_value(app, "--where", "CQL", "A restriction added to the table's SELECT",
            [&subject](const std::string& text) { subject.where = text; });
}

void add_report_options(CLI::App& app, ReportOptions& report) {
  const Heading heading(app, "Report");
  add_value(app, "--report", "json", "Print the final report as JSON on stdout (stderr when data goes to stdout)",
            [&report](const std::string& text) { report.json = parse_choice(text, {"json", "text"}) == "json"; });
  add_value(app, "--report-file", "PATH", "Write the final report as JSON into a file",
            [&report](const std::string& text) { report.file = text; });
  add_switch(app, "-q,--quiet", "No progress and no summary on stderr", report.quiet);
}

}  // namespace cqlbulk::tool
