// How long a node takes to answer: nothing, always the same, or drawn from a distribution.
#pragma once

#include <chrono>
#include <random>
#include <string>
#include <string_view>

namespace cql::replay {

/// "0", "500us", "2ms", "1ms..5ms" (uniform), "exp:2ms" (exponential with that mean).
class Latency {
 public:
  Latency() = default;
  /// Throws cql::Error{usage} that names the text.
  static Latency parse(std::string_view text);

  [[nodiscard]] bool none() const noexcept { return shape_ == Shape::none; }
  [[nodiscard]] std::chrono::nanoseconds draw(std::mt19937_64& random) const;

 private:
  enum class Shape { none, fixed, uniform, exponential };
  Shape shape_ = Shape::none;
  std::chrono::nanoseconds low_{0};  ///< Also the fixed value and the mean.
  std::chrono::nanoseconds high_{0};
};

}  // namespace cql::replay
