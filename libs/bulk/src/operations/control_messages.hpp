// What is said at the control socket of an operation: docs/reference/pace.md has the lines.
#pragma once

#include <optional>
#include <string>

#include "cqlbulk/control.hpp"
#include "journal/records.hpp"
#include "operations/pace_gate.hpp"

namespace cqlbulk::operations {

inline constexpr const char* control_socket = "control";

/// A command of those that cqlbulk/control.hpp has, and `state`.
struct ControlCommand {
  enum class What : std::uint8_t { tune, pause, go_on, stop, state };
  What what = What::state;
  Tuning tuning;
};

[[nodiscard]] std::string text_of(const ControlCommand& command);
/// Throws cqlbulk::Error{usage} for what is no command.
[[nodiscard]] ControlCommand parse_control(const std::string& line);

/// "running: 16 ranges at once, …" or what holds it.
[[nodiscard]] std::string describe(const PaceGate::State& state);

/// What holds a running operation (PaceGate::State::held); empty when it runs as it may, or does not answer.
[[nodiscard]] std::string held_now(const std::string& directory);

}  // namespace cqlbulk::operations
