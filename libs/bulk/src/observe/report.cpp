// The final report: text for people, JSON for scripts. Field names of the JSON are a contract.
#include "cqlbulk/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>

#include "observe/failure_class.hpp"
#include "observe/number_text.hpp"

namespace cqlbulk {

namespace {

using observe::bytes_text;
using observe::counted;
using observe::duration_text;
using observe::grouped;
using observe::utc_text;

std::string_view verb_of(const Report& report) {
  const std::string& command = report.command;
  if (report.dry_run) return "dry run, nothing was written: would load";
  if (command == "count") return "counted";
  if (command == "export") return "exported";
  if (command == "load") return "loaded";
  if (command == "verify") return "read";
  return "done:";
}

std::string headline(const Report& report) {
  std::string line =
      fmt::format("{}: {} {}", to_string(report.status), verb_of(report), counted(report.rows, "row", "rows"));
  if (!report.table.empty()) {
    line += fmt::format(" {} {}.{}", report.command == "load" ? "into" : "of", report.keyspace, report.table);
  }
  line += fmt::format(" in {}", duration_text(std::chrono::duration<double>(report.seconds)));
  if (report.seconds > 0)
    line += fmt::format(" ({} rows/s)", grouped(static_cast<std::uint64_t>(report.rows_per_second())));
  return line + "\n";
}

void line(std::string& out, std::string_view name, const std::string& value) {
  out += fmt::format("  {:<12} {}\n", name, value);
}

/// Few files by name, many by number.
std::string files_text(const std::vector<std::string>& files) {
  constexpr std::size_t named = 3;
  std::string text;
  for (std::size_t i = 0; i < files.size() && i < named; ++i) text += (i == 0 ? "" : ", ") + files[i];
  if (files.size() > named) text += fmt::format(" and {} more", files.size() - named);
  return text;
}

void add_failures(std::string& out, const Report& report) {
  for (const auto& [kind, counted] : report.failures_by_kind) {
    line(out, "failures",
         fmt::format("{} × {} ({}), {}", grouped(counted.count), kind, to_string(observe::failure_class(kind)),
                     counted.count == 1 ? "at " + utc_text(counted.first)
                                        : utc_text(counted.first) + " to " + utc_text(counted.last)));
  }
  constexpr std::size_t shown = 5;
  for (std::size_t i = 0; i < report.failure_samples.size() && i < shown; ++i) {
    const FailureSample& sample = report.failure_samples[i];
    out += fmt::format("    {}: {}\n", sample.where, sample.message);
  }
  if (report.failure_samples.size() > shown) {
    out += fmt::format("    … and {} more\n", report.failure_samples.size() - shown);
  }
}

/// Of those that are told of: each kind with its class, how often, its share, when.
nlohmann::ordered_json failures_json(const std::map<std::string, FailureCount>& by_kind) {
  std::uint64_t all = 0;
  for (const auto& [kind, counted] : by_kind) all += counted.count;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const auto& [kind, counted] : by_kind) {
    json.push_back({{"kind", kind},
                    {"class", to_string(observe::failure_class(kind))},
                    {"count", counted.count},
                    {"percentage", 100.0 * static_cast<double>(counted.count) / static_cast<double>(all)},
                    {"first", utc_text(counted.first)},
                    {"last", utc_text(counted.last)}});
  }
  return json;
}

std::string piece_text(const PieceSample& piece) {
  return fmt::format("{}: {} in {}", piece.where, counted(piece.rows, "row", "rows"),
                     duration_text(std::chrono::duration<double>(piece.seconds)));
}

/// What stands out; one of several pieces, three partitions.
void add_samples(std::string& out, const Report& report) {
  if (report.pieces > 1) {
    if (!report.slowest_pieces.empty()) line(out, "slowest", piece_text(report.slowest_pieces.front()));
    if (!report.largest_pieces.empty()) line(out, "largest", piece_text(report.largest_pieces.front()));
  }
  constexpr std::size_t shown = 3;
  for (std::size_t i = 0; i < report.largest_partitions.size() && i < shown; ++i) {
    const PartitionSample& partition = report.largest_partitions[i];
    line(out, i == 0 ? "partitions" : "", fmt::format("{}: {}", partition.key, counted(partition.rows, "row", "rows")));
  }
}

nlohmann::ordered_json pieces_json(const std::vector<PieceSample>& pieces) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const PieceSample& piece : pieces) {
    json.push_back({{"where", piece.where}, {"rows", piece.rows}, {"bytes", piece.bytes}, {"seconds", piece.seconds}});
  }
  return json;
}

nlohmann::ordered_json partitions_json(const std::vector<PartitionSample>& partitions) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const PartitionSample& partition : partitions) {
    json.push_back({{"key", nlohmann::ordered_json::parse(partition.key, nullptr, false)}, {"rows", partition.rows}});
  }
  return json;
}

/// As it can be pasted into a shell.
std::string shell_quoted(const std::string& text) {
  const bool plain = !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return std::isalnum(c) != 0 || std::string_view("/._-+=:,@%").find(static_cast<char>(c)) != std::string_view::npos;
  });
  if (plain) return text;
  std::string quoted = "'";
  for (const char c : text) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

}  // namespace

std::string_view to_string(Status status) {
  switch (status) {
    case Status::success:
      return "SUCCESS";
    case Status::partial_success:
      return "PARTIAL SUCCESS";
    case Status::failed:
      return "FAILED";
    case Status::interrupted:
      return "INTERRUPTED";
  }
  return "UNKNOWN";
}

FailureCount& FailureCount::operator+=(const FailureCount& other) {
  if (other.count == 0) return *this;
  first = count == 0 ? other.first : std::min(first, other.first);
  last = count == 0 ? other.last : std::max(last, other.last);
  count += other.count;
  return *this;
}

int Report::exit_status() const {
  switch (status) {
    case Status::success:
      return 0;
    case Status::partial_success:
      return 1;
    case Status::failed:
      return 3;
    case Status::interrupted:
      return 4;
  }
  return 5;
}

std::string Report::resume_command() const {
  if (!resumable || status == Status::success || status == Status::partial_success) return {};
  const std::size_t slash = operation_dir.rfind('/');
  const std::string base = slash == std::string::npos ? "." : operation_dir.substr(0, slash);
  return fmt::format("cqlbulk resume {}{}", operation,
                     base == "cqlbulk-operations" ? "" : fmt::format(" --operation-dir {}", shell_quoted(base)));
}

std::string Report::to_text() const {
  std::string out = headline(*this);
  if (!error.empty()) out += fmt::format("  {}\n", error);
  if (command == "load" && !files.empty()) line(out, "from", files_text(files));
  const bool incomplete = status == Status::failed || status == Status::interrupted;
  if (command == "export") {
    // A stream has had what it had; files appear complete or not at all.
    const bool nothing = files.empty() && incomplete && source_or_target != "-";
    line(out, "to",
         nothing         ? source_or_target + " (nothing is there yet)"
         : files.empty() ? source_or_target
                         : files_text(files));
  }
  if (bytes > 0)
    line(out, "bytes", format.empty() ? bytes_text(bytes) : fmt::format("{} of {}", bytes_text(bytes), format));
  if (spilled_bytes > 0)
    line(out, "spilled", bytes_text(spilled_bytes) + " of rows waited on the disk for others of their partition");
  if (rejected > 0)
    line(out, "rejected", fmt::format("{} of {}", grouped(rejected), counted(records_read, "record", "records")));
  if (!reject_file.empty()) line(out, "reject file", reject_file);
  if (expired_cells > 0)
    line(out, "expired", counted(expired_cells, "cell", "cells") + " not written, their time being over");
  if (left_out > 0) {
    const std::string unread = skipped_row_groups == 0
                                   ? ""
                                   : fmt::format(", {} unread", counted(skipped_row_groups, "row group", "row groups"));
    line(out, "left out",
         fmt::format("{} that --where does not take{}", counted(left_out, "record", "records"), unread));
  }
  if (uncertain > 0) {
    line(out, "uncertain",
         fmt::format("{} may have been written; sent twice they would be wrong, so they were not: {}",
                     counted(uncertain, "record", "records"), uncertain_file));
  }
  if (pieces > 0) {
    line(out, "pieces",
         pieces_failed == 0 ? grouped(pieces)
                            : fmt::format("{}, of which {} failed", grouped(pieces), grouped(pieces_failed)));
  }
  if (retries > 0) line(out, "retries", grouped(retries));
  if (paused_seconds > 0) line(out, "paused", duration_text(std::chrono::duration<double>(paused_seconds)));
  constexpr std::size_t shown_of_pace = 5;
  for (std::size_t i = 0; i < pace.size() && i < shown_of_pace; ++i) line(out, i == 0 ? "pace" : "", pace[i]);
  add_samples(out, *this);
  if (!consistency.empty()) line(out, "consistency", consistency);
  add_failures(out, *this);
  if (!operation.empty()) line(out, "operation", fmt::format("{} (in {})", operation, operation_dir));
  if (const std::string how = resume_command(); !how.empty()) {
    line(out, "checkpoint", operation_dir + "/journal");
    line(out, "to resume", how);
  } else if (!operation.empty() && incomplete) {
    line(out, "next", "run the command again from the start: a stream cannot be taken up again");
  }
  return out;
}

std::string Report::to_json() const {
  nlohmann::ordered_json samples = nlohmann::ordered_json::array();
  for (const FailureSample& sample : failure_samples) {
    samples.push_back({{"kind", sample.kind}, {"where", sample.where}, {"message", sample.message}});
  }
  std::map<std::string_view, std::uint64_t> by_class;
  std::map<std::string, std::uint64_t> counts;
  for (const auto& [kind, counted] : failures_by_kind) {
    by_class[to_string(observe::failure_class(kind))] += counted.count;
    counts[kind] = counted.count;
  }
  const nlohmann::ordered_json json = {
      {"command", command},
      {"status", to_string(status)},
      {"exit_status", exit_status()},
      {"dry_run", dry_run},
      {"operation", operation},
      {"operation_dir", operation_dir},
      {"keyspace", keyspace},
      {"table", table},
      {command == "load" ? "source" : "target", source_or_target},
      {"format", format},
      {"consistency", consistency},
      {"rows", rows},
      {"rows_before", rows_before},
      {"records_read", records_read},
      {"rejected", rejected},
      {"left_out", left_out},
      {"skipped_row_groups", skipped_row_groups},
      {"uncertain", uncertain},
      {"expired_cells", expired_cells},
      {"bytes", bytes},
      {"spilled_bytes", spilled_bytes},
      {"seconds", seconds},
      {"rows_per_second", rows_per_second()},
      {"requests", requests},
      {"retries", retries},
      {"paused_seconds", paused_seconds},
      {"pace", pace},
      {"pieces", pieces},
      {"pieces_failed", pieces_failed},
      {"slowest_pieces", pieces_json(slowest_pieces)},
      {"largest_pieces", pieces_json(largest_pieces)},
      {"largest_partitions", partitions_json(largest_partitions)},
      {"files", files},
      {"reject_file", reject_file},
      {"uncertain_file", uncertain_file},
      {"failures_by_class", by_class},
      {"failures_by_kind", counts},
      {"failures", failures_json(failures_by_kind)},
      {"failure_samples", std::move(samples)},
      {"error", error},
      {"resume_command",
       resume_command().empty() ? nlohmann::ordered_json() : nlohmann::ordered_json(resume_command())},
  };
  // Messages may quote a file's bytes, which need not be UTF-8.
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace cqlbulk
