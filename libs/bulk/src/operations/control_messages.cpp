// Lines of JSON at the control socket, both sides, and the public functions that speak to a running operation.
#include "operations/control_messages.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "cqlbulk/error.hpp"
#include "journal/operation_reader.hpp"
#include "posix/local_socket.hpp"

namespace cqlbulk {

namespace operations {

using journal::Json;

namespace {

using What = ControlCommand::What;
constexpr std::array<std::pair<What, const char*>, 5> names{{{What::tune, "tune"},
                                                             {What::pause, "pause"},
                                                             {What::go_on, "go_on"},
                                                             {What::stop, "stop"},
                                                             {What::state, "state"}}};

/// A whole number that may be absent. Throws Error{usage}.
std::optional<std::uint64_t> number_in(const Json& json, const char* key, std::uint64_t least, std::uint64_t most) {
  const auto found = json.find(key);
  if (found == json.end() || found->is_null()) return std::nullopt;
  if (found->is_number_unsigned()) {
    const auto number = found->get<std::uint64_t>();
    if (number >= least && number <= most) return number;
  }
  throw Error(ErrorClass::usage, fmt::format("{} must be a whole number from {} to {}", key, least, most));
}

std::string ask(const std::string& operation_dir, const std::string& name, const ControlCommand& command) {
  const std::string path = journal::find_operation(operation_dir, name);
  const journal::Operation operation = journal::read_operation(path);
  if (!operation.running) {
    throw Error(ErrorClass::usage, fmt::format("{} does not run", operation.id),
                operation.complete() ? "" : fmt::format("To go on with it: cqlbulk resume {}", operation.id));
  }
  Json answer;
  try {
    answer = Json::parse(posix::ask_locally(path, control_socket, text_of(command)));
    if (const auto error = answer.find("error"); error != answer.end()) {
      throw Error(ErrorClass::failed, fmt::format("{} refuses: {}", operation.id, error->get<std::string>()));
    }
    return answer.at("says").get<std::string>();
  } catch (const Json::exception& error) {
    throw Error(ErrorClass::failed,
                fmt::format("the answer of {} cannot be understood: {}", operation.id, error.what()),
                "It may run another version of cqlbulk.");
  }
}

}  // namespace

std::string text_of(const ControlCommand& command) {
  Json json;
  for (const auto& [what, name] : names) {
    if (what == command.what) json["do"] = name;
  }
  const Tuning& tuning = command.tuning;
  if (tuning.preset) json["preset"] = to_string(*tuning.preset);
  if (tuning.parallelism) json["parallelism"] = *tuning.parallelism;
  if (tuning.max_rows_per_second) json["max_rows_per_second"] = *tuning.max_rows_per_second;
  if (tuning.max_bytes_per_second) json["max_bytes_per_second"] = *tuning.max_bytes_per_second;
  return json.dump();
}

ControlCommand parse_control(const std::string& line) {
  const Json json = Json::parse(line, nullptr, false);
  if (!json.is_object()) throw Error(ErrorClass::usage, "a command is a JSON object in one line");
  ControlCommand command;
  const auto what = json.find("do");
  bool known = false;
  for (const auto& [value, name] : names) {
    if (what == json.end() || !what->is_string() || what->get_ref<const std::string&>() != name) continue;
    command.what = value;
    known = true;
  }
  if (!known) throw Error(ErrorClass::usage, "\"do\" is tune, pause, go_on, stop or state");
  if (const auto preset = json.find("preset"); preset != json.end() && !preset->is_null()) {
    if (preset->is_string()) command.tuning.preset = parse_preset(preset->get_ref<const std::string&>());
    if (!command.tuning.preset) throw Error(ErrorClass::usage, "preset is none of those there are");
  }
  if (const auto number = number_in(json, "parallelism", 1, 65'536)) {
    command.tuning.parallelism = static_cast<std::uint32_t>(*number);
  }
  command.tuning.max_rows_per_second = number_in(json, "max_rows_per_second", 0, UINT64_MAX);
  command.tuning.max_bytes_per_second = number_in(json, "max_bytes_per_second", 0, UINT64_MAX);
  return command;
}

std::string describe(const PaceGate::State& state) {
  const auto rate = [](const std::optional<double>& limit, const char* unit) {
    return limit ? fmt::format(", at most {:.0f} {}/s", *limit, unit) : std::string();
  };
  return fmt::format("{}; {} ranges at once, {} queries under way at most, now {}{}{}",
                     state.held.empty() ? "running" : state.held, state.ranges, state.queries, state.queries_now,
                     rate(state.max_rows_per_second, "rows"), rate(state.max_bytes_per_second, "bytes"));
}

std::string held_now(const std::string& directory) {
  try {
    const Json answer = Json::parse(
        posix::ask_locally(directory, control_socket, text_of({ControlCommand::What::state, {}})), nullptr, false);
    return answer.is_object() ? answer.value("held", "") : "";
  } catch (const std::exception&) {  // It has just ended, or is another user's: the journal is all there is to tell.
    return "";
  }
}

}  // namespace operations

using operations::ControlCommand;

std::string tune(const std::string& operation_dir, const std::string& operation, const Tuning& tuning) {
  return operations::ask(operation_dir, operation, {ControlCommand::What::tune, tuning});
}
std::string pause(const std::string& operation_dir, const std::string& operation) {
  return operations::ask(operation_dir, operation, {ControlCommand::What::pause, {}});
}
std::string go_on(const std::string& operation_dir, const std::string& operation) {
  return operations::ask(operation_dir, operation, {ControlCommand::What::go_on, {}});
}
std::string stop(const std::string& operation_dir, const std::string& operation) {
  return operations::ask(operation_dir, operation, {ControlCommand::What::stop, {}});
}

}  // namespace cqlbulk
