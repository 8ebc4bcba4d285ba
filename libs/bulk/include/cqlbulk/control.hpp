// Speaking to an operation that runs, through the control socket in its directory.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "cqlbulk/preset.hpp"

namespace cqlbulk {

/// What an operation shall do differently from now on; what is absent stays.
struct Tuning {
  std::optional<Preset> preset;
  std::optional<std::uint32_t> parallelism;
  std::optional<std::uint64_t> max_rows_per_second;   ///< 0: no limit.
  std::optional<std::uint64_t> max_bytes_per_second;  ///< 0: no limit.
};

/// Each waits for the answer and returns it, a line in words. `operation` and `operation_dir` as in ResumeOptions. All
/// throw cqlbulk::Error: usage when there is no such operation or it does not run, failed when it does not answer.
/// Only the user who runs the operation is listened to.
[[nodiscard]] std::string tune(const std::string& operation_dir, const std::string& operation, const Tuning& tuning);
/// Asks for nothing more until go_on(); what is under way comes to its end.
[[nodiscard]] std::string pause(const std::string& operation_dir, const std::string& operation);
[[nodiscard]] std::string go_on(const std::string& operation_dir, const std::string& operation);
/// As SIGTERM does: what is done is published and recorded, and the operation ends as interrupted.
[[nodiscard]] std::string stop(const std::string& operation_dir, const std::string& operation);

}  // namespace cqlbulk
