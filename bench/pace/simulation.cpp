// What the pace does to simulated nodes, as CSV for plot.py: model, second, fixed limit or 0 for the pace, limit, units a
// second. Every model becomes four times as slow from second 20 to 40. One node each; the same numbers every time.
#include <cstdio>

#include "simulated_cluster.hpp"

namespace {

using namespace cqlbulk::pace;
using namespace cqlbulk::pace::simulation;

constexpr double step = 0.5;
constexpr double end = 60;

double slowness_at(double second) { return second >= 20 && second < 40 ? 4 : 1; }

void paced(const Model& model) {
  PacedNode node(model, 1, {1, 4, 64});
  for (double second = 0; second < end; second += step) {
    node.node.slow_down(slowness_at(second));
    const auto units = static_cast<double>(node.run(second + step));
    std::printf("%s,%.1f,0,%u,%.1f\n", model.name.c_str(), second + step, node.pace.limit(), units / step);
  }
}

void fixed(const Model& model) {
  for (std::uint32_t limit = 1; limit <= 64; limit *= 2) {
    const double fast = fixed_throughput(model, 1, limit, 20);
    const double slow = fixed_throughput(model, 1, limit, 20, 4);
    std::printf("%s,0,%u,%u,%.1f\n", model.name.c_str(), limit, limit, fast);
    std::printf("%s,20,%u,%u,%.1f\n", model.name.c_str(), limit, limit, slow);
  }
}

}  // namespace

int main() {
  for (const Model& model : models()) {
    paced(model);
    fixed(model);
  }
}
