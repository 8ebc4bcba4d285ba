// Journals as text and JSON for `cqlbulk status`.
#include "cqlbulk/status.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "cqlbulk/error.hpp"
#include "journal/operation_reader.hpp"
#include "observe/number_text.hpp"
#include "operations/control_messages.hpp"

namespace cqlbulk {

namespace {

using journal::Json;
using journal::Operation;

/// What the finished pieces add up to.
struct Finished {
  std::uint64_t rows = 0;
  std::uint64_t rejected = 0;
  std::uint64_t uncertain = 0;
  std::uint64_t bytes = 0;
  std::uint64_t pieces = 0;
  std::uint64_t files = 0;
};

Finished sum(const Operation& operation) {
  Finished finished;
  std::set<std::uint64_t> splits;
  std::uint64_t fragment_bytes = 0;
  for (const journal::PartRecord& part : operation.parts) {
    using Kind = journal::PartRecord::Kind;
    // A part that was joined of fragments has no splits of its own.
    if (part.kind == Kind::fragment || !part.splits.empty()) finished.rows += part.rows;
    if (part.kind == Kind::fragment) fragment_bytes += part.bytes;
    if (part.kind == Kind::part) {
      finished.bytes += part.bytes;
      ++finished.files;
    }
    for (const journal::SplitProgress& split : part.splits) {
      if (split.done) splits.insert(split.split);
    }
  }
  if (finished.files == 0) finished.bytes = fragment_bytes;
  for (const journal::UnitRecord& unit : operation.units) {
    finished.rows += unit.rows;
    finished.rejected += unit.rejected;
    finished.uncertain += unit.uncertain;
    finished.bytes += unit.end - unit.begin;
  }
  finished.pieces = splits.size() + operation.units.size();
  // Of a stream nothing is recorded but its end.
  if (operation.end && operation.complete()) {
    finished.rows = operation.end->rows;
    finished.bytes = operation.end->bytes;
  }
  return finished;
}

std::uint64_t planned_pieces(const Operation& operation) {
  for (const char* key : {"splits", "units"}) {
    if (const auto found = operation.description.find(key); found != operation.description.end()) return found->size();
  }
  return 0;
}

std::string state_of(const Operation& operation) {
  if (operation.end) return operation.end->status;
  return operation.running ? "RUNNING" : "CRASHED";
}

std::string text_in(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "load a.csv into nyc.flights", "export nyc.flights to out/"
std::string task_of(const Operation& operation) {
  const Json& about = operation.description;
  const std::string command = text_in(about, "command");
  const std::string table = fmt::format("{}.{}", text_in(about, "keyspace"), text_in(about, "table"));
  if (command == "export") return fmt::format("export {} to {}", table, text_in(about, "target"));
  if (command == "load") return fmt::format("load {} into {}", text_in(about, "source"), table);
  return fmt::format("{} {}", command, table);
}

std::string details(const Operation& operation) {
  const Finished finished = sum(operation);
  std::string line = fmt::format("  {}", observe::counted(finished.rows, "row", "rows"));
  if (finished.rejected > 0) line += fmt::format(", {} rejected", observe::grouped(finished.rejected));
  if (finished.uncertain > 0) line += fmt::format(", {} uncertain", observe::grouped(finished.uncertain));
  if (finished.bytes > 0) line += fmt::format(", {}", observe::bytes_text(finished.bytes));
  if (finished.files > 1) line += fmt::format(" in {} files", finished.files);
  // Nothing is known of what became of a stream, so none of its pieces is recorded.
  const bool stream = text_in(operation.description, "target") == "-";
  if (const std::uint64_t planned = planned_pieces(operation); planned > 0 && !stream) {
    line +=
        fmt::format("; {} of {} recorded as finished", finished.pieces, observe::counted(planned, "piece", "pieces"));
  }
  return line + "\n";
}

std::string text_of(const Operation& operation) {
  std::string text = fmt::format("{}  {}\n  {}, started {}", operation.id, state_of(operation), task_of(operation),
                                 text_in(operation.description, "started"));
  if (operation.end) {
    text += fmt::format(", took {}", observe::duration_text(std::chrono::duration<double>(operation.seconds)));
  }
  if (operation.runs > 1) text += fmt::format(" in {} runs", operation.runs);
  text += "\n" + details(operation);
  if (operation.running) {
    if (const std::string held = operations::held_now(operation.path); !held.empty()) text += "  " + held + "\n";
  }
  if (operation.end && !operation.end->error.empty()) text += fmt::format("  {}\n", operation.end->error);
  if (operation.running || operation.complete()) return text;
  const bool stream = text_in(operation.description, "target") == "-";
  if (!operation.end) text += "  Its process ended without a word.\n";
  return text + (stream ? "  Run it again from the start: a stream cannot be taken up again.\n"
                        : fmt::format("  To go on: cqlbulk resume {}\n", operation.path));
}

Json json_of(const Operation& operation) {
  const Finished finished = sum(operation);
  Json json = {
      {"operation", operation.id},
      {"directory", operation.path},
      {"state", state_of(operation)},
      {"rows", finished.rows},
      {"rejected", finished.rejected},
      {"uncertain", finished.uncertain},
      {"runs", operation.runs},
      {"bytes", finished.bytes},
      {"pieces_done", finished.pieces},
      {"pieces", planned_pieces(operation)},
      {"held", operation.running ? operations::held_now(operation.path) : ""},
      {"error", operation.end ? operation.end->error : ""},
  };
  for (const char* key : {"command", "keyspace", "table", "source", "target", "format", "started"}) {
    if (const std::string value = text_in(operation.description, key); !value.empty()) json[key] = value;
  }
  return json;
}

Operation find(const std::string& operation_dir, const std::string& operation) {
  return journal::read_operation(journal::find_operation(operation_dir, operation));
}

std::vector<std::string> latest_first(const std::string& operation_dir) {
  std::vector<std::string> paths = journal::list_operations(operation_dir);
  std::reverse(paths.begin(), paths.end());
  return paths;
}

/// One damaged operation must not hide the others from a list.
template <typename Use>
void for_each(const std::string& operation_dir, Use use) {
  for (const std::string& path : latest_first(operation_dir)) {
    try {
      use(path, journal::read_operation(path), std::string());
    } catch (const std::exception& error) {
      use(path, Operation{}, error.what());
    }
  }
}

}  // namespace

std::string status_text(const std::string& operation_dir, const std::string& operation) {
  if (!operation.empty()) return text_of(find(operation_dir, operation));
  std::string text;
  for_each(operation_dir, [&](const std::string& path, const Operation& found, const std::string& problem) {
    text += problem.empty() ? text_of(found) : fmt::format("{}  DAMAGED\n  {}\n", path, problem);
  });
  return text.empty() ? fmt::format("no operations in {}\n", operation_dir) : text;
}

std::string status_json(const std::string& operation_dir, const std::string& operation) {
  constexpr auto replace = Json::error_handler_t::replace;
  if (!operation.empty()) return json_of(find(operation_dir, operation)).dump(2, ' ', false, replace) + "\n";
  Json all = Json::array();
  for_each(operation_dir, [&](const std::string& path, const Operation& found, const std::string& problem) {
    all.push_back(problem.empty() ? json_of(found)
                                  : Json{{"directory", path}, {"state", "DAMAGED"}, {"error", problem}});
  });
  return all.dump(2, ' ', false, replace) + "\n";
}

}  // namespace cqlbulk
