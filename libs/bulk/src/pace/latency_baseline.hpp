// How much longer requests take than they would if nothing waited: like compared with like.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pace/time.hpp"

namespace cqlbulk::pace {

/// Requests are compared with requests of their own size: a class goes from one power of two to the next. A class's
/// measure is the median of a window of requests, which neither a pause of the garbage collector nor the slowest few
/// move; its baseline is that median as it was when little was under way.
///
/// A baseline falls with every window that was quicker. It rises slowly, since with much under way longer times are our
/// own doing, and fast in windows in which so little was under way that they are not.
class LatencyBaseline {
 public:
  /// What a window's requests say of the baseline.
  enum class Window : std::uint8_t {
    usual,
    quiet,  ///< Little was under way: what it took is what it takes.
  };

  void add(std::uint64_t size, Duration latency);
  /// Of the window under way.
  [[nodiscard]] std::size_t samples() const noexcept { return samples_; }
  /// Forgets the window under way.
  void clear() noexcept;
  /// Ends the window: how many times the baseline its requests took, the median over all of them; nothing when no class
  /// has enough of them, and the window goes on.
  [[nodiscard]] std::optional<double> close(Window window);

 private:
  struct Class {
    std::vector<double> seconds;
    double baseline = 0;  ///< 0: none yet.
  };
  /// The ratio of a class's window to its baseline, which learns from it.
  double learn(Class& of, Window window);

  std::array<Class, 65> classes_;
  std::size_t samples_ = 0;
  double last_ratio_ = 1;
};

}  // namespace cqlbulk::pace
