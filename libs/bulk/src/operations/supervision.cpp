#include "operations/supervision.hpp"

#include <fmt/format.h>

#include "cqlbulk/error.hpp"
#include "operations/control_messages.hpp"

namespace cqlbulk::operations {

namespace {

PaceChange change_of(const Tuning& tuning) {
  const auto rate = [](const std::optional<std::uint64_t>& given) {
    return given ? std::optional<double>(static_cast<double>(*given)) : std::nullopt;
  };
  return {tuning.preset, tuning.parallelism, rate(tuning.max_rows_per_second), rate(tuning.max_bytes_per_second)};
}

}  // namespace

Supervision::Supervision(const PaceOptions& options, PaceGate& gate, ClusterThread& cluster,
                         const journal::OperationDirectory* directory, observe::Ticker& ticker, RunStop& stop)
    : gate_(gate), stop_(stop) {
  gate_.tell([&ticker](std::string text) { ticker.announce(std::move(text)); });
  if (directory != nullptr) {
    try {
      server_ = std::make_unique<posix::LocalServer>(directory->path(), control_socket,
                                                     [this](const std::string& line) { return answer(line); });
    } catch (const Error& error) {
      ticker.notice(fmt::format("the operation cannot be tuned or paused while it runs: {}", error.message()));
    }
  }
  health_ = std::make_unique<HealthLoop>(cluster, gate, options.health_every,
                                         [&ticker](std::string text) { ticker.notice(std::move(text)); });
}

void Supervision::end(Report& report) {
  server_.reset();
  health_.reset();
  gate_.tell({});
  PaceGate::State state = gate_.state();
  report.paused_seconds = state.paused_seconds;
  report.pace = std::move(state.notes);
}

std::string Supervision::answer(const std::string& line) {
  using What = ControlCommand::What;
  journal::Json json;
  try {
    const ControlCommand command = parse_control(line);
    switch (command.what) {
      case What::tune:
        gate_.change(change_of(command.tuning));
        break;
      case What::pause:
        gate_.pause();
        break;
      case What::go_on:
        gate_.go_on();
        break;
      case What::stop:
        stop_.request();
        return journal::Json{{"says", "stopping: what is done is being recorded"}, {"held", ""}}.dump();
      case What::state:
        break;
    }
    const PaceGate::State state = gate_.state();
    json = {{"says", describe(state)}, {"held", state.held}};
  } catch (const std::exception& error) {
    json = {{"error", error.what()}};
  }
  return json.dump(-1, ' ', false, journal::Json::error_handler_t::replace);
}

}  // namespace cqlbulk::operations
