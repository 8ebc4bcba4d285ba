// How far an operation is, for whoever watches: the bar, log lines, callbacks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cqlbulk {

struct Progress {
  std::string_view operation;  ///< "count", "export", "load"
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;  ///< Of files written or read; of values for a count.
  std::uint64_t rejected = 0;
  std::uint64_t pieces_done = 0;  ///< Splits of the ring or units of the input.
  std::uint64_t pieces = 0;
  /// Share of the work done, 0 to 1, by width of ranges or bytes of input.
  double fraction = 0;
  std::chrono::duration<double> elapsed{0};
};

/// Called from one thread at a time, never from the threads that do the work. An exception is reported and ignored.
class Observer {
 public:
  virtual ~Observer() = default;
  /// At most once a second while work goes on, and once at its end.
  virtual void progress(const Progress& /*progress*/) {}
  /// Something the user should know, once: a server warning, a fallback.
  virtual void notice(std::string_view /*message*/) {}
};

}  // namespace cqlbulk
