#include "pace/latency_baseline.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace cqlbulk::pace {

namespace {

/// Fewer have no median worth the name.
constexpr std::size_t fewest_samples = 4;
/// When even so many are too few of each class, they are forgotten: sizes are all over the place.
constexpr std::size_t most_samples = 512;

/// How far a baseline goes towards what was measured.
constexpr double when_quiet = 0.5;

double median(std::vector<double>& values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  return *middle;
}

}  // namespace

void LatencyBaseline::add(std::uint64_t size, Duration latency) {
  classes_[static_cast<std::size_t>(std::bit_width(size))].seconds.push_back(Seconds(latency).count());
  ++samples_;
}

void LatencyBaseline::clear() noexcept {
  for (Class& of : classes_) of.seconds.clear();
  samples_ = 0;
}

double LatencyBaseline::learn(Class& of, Window window) {
  constexpr double falling = 0.2;
  constexpr double rising = 0.002;
  constexpr double shortest = 1e-6;
  const double took = std::max(shortest, median(of.seconds));
  // A size that was not seen before: as much longer now than its baseline as the others.
  if (of.baseline == 0) of.baseline = took / last_ratio_;
  const double ratio = took / of.baseline;
  const double step = window == Window::quiet ? when_quiet : ratio < 1 ? falling : rising;
  of.baseline += (took - of.baseline) * step;
  return ratio;
}

std::optional<double> LatencyBaseline::close(Window window) {
  std::array<std::pair<double, std::size_t>, 65> ratios;
  std::size_t count = 0;
  std::size_t weight = 0;
  for (Class& of : classes_) {
    if (of.seconds.size() < fewest_samples) continue;
    ratios[count++] = {learn(of, window), of.seconds.size()};
    weight += of.seconds.size();
  }
  if (count == 0) {
    if (samples_ >= most_samples) clear();
    return std::nullopt;
  }
  std::sort(ratios.begin(), ratios.begin() + static_cast<std::ptrdiff_t>(count));
  std::size_t below = 0;
  std::size_t at = 0;
  while (at + 1 < count && (below += ratios[at].second) * 2 < weight) ++at;
  const double ratio = ratios[at].first;
  // A node that has become slower, or quicker, has for every size.
  if (window == Window::quiet) {
    for (Class& of : classes_) {
      if (of.seconds.size() < fewest_samples) of.baseline *= 1 + (ratio - 1) * when_quiet;
    }
  }
  clear();
  last_ratio_ = std::max(1.0, ratio);
  return ratio;
}

}  // namespace cqlbulk::pace
