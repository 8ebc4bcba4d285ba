// The pace against simulated clusters of 100 nodes: how close it comes to the best that a fixed number of requests
// under way could do, and how it recovers when the nodes become four times as slow, and well again.
#include <gtest/gtest.h>

#include "pace/presets.hpp"
#include "simulated_cluster.hpp"

namespace cqlbulk::pace::simulation {
namespace {

constexpr std::uint64_t nodes = 100;
constexpr double slowness = 4;

class Simulation : public testing::TestWithParam<Model> {};

TEST_P(Simulation, settles_within_a_fifth_of_the_best_and_recovers_from_steps) {
  struct Part {
    double until;
    double measured_from;
    double slowness;
  };
  constexpr Part parts[] = {{10, 5, 1}, {25, 18, slowness}, {35, 30, 1}};
  std::vector<PacedNode> cluster;
  for (std::uint64_t seed = 0; seed < nodes; ++seed) {
    cluster.emplace_back(GetParam(), seed, NodeConcurrency::Bounds{1, 4, 64});
  }
  for (const Part& part : parts) {
    double units = 0;
    for (PacedNode& node : cluster) {
      node.node.slow_down(part.slowness);
      (void)node.run(part.measured_from);
      units += static_cast<double>(node.run(part.until));
    }
    const double paced = units / (part.until - part.measured_from) / nodes;
    double best = 0;
    for (std::uint64_t seed = 0; seed < 2; ++seed) {
      best += best_fixed_throughput(GetParam(), seed, 64, 20, part.slowness) / 2;
    }
    EXPECT_GE(paced, 0.8 * best) << "until second " << part.until;
  }
}

TEST_P(Simulation, keeps_what_waits_at_the_node_short) {
  PacedNode node(GetParam(), 1, {1, 4, 256});
  (void)node.run(20);
  // More than three times what the node can work on at once only waits there.
  EXPECT_LE(node.pace.limit(), GetParam().network > 0.01 ? 16 * GetParam().servers : 3 * GetParam().servers);
}

INSTANTIATE_TEST_SUITE_P(, Simulation, testing::ValuesIn(models()), [](const auto& model) {
  std::string name = model.param.name;
  std::replace(name.begin(), name.end(), ' ', '_');
  return name;
});

TEST(SimulationItself, is_the_same_for_the_same_seed) {
  PacedNode one(models()[2], 42, {1, 4, 64});
  PacedNode two(models()[2], 42, {1, 4, 64});
  EXPECT_EQ(one.run(10), two.run(10));
  EXPECT_EQ(one.pace.limit(), two.pace.limit());
}

TEST(Presets, are_as_the_names_say) {
  EXPECT_EQ(width_of(Preset::conservative).most.ranges, 4U);
  EXPECT_EQ(width_of(Preset::conservative).most.queries, 8U);
  EXPECT_EQ(width_of(Preset::balanced).first.ranges, 16U);
  EXPECT_EQ(width_of(Preset::balanced).most.queries, 32U);
  EXPECT_EQ(width_of(Preset::aggressive).most.ranges, 64U);
  EXPECT_EQ(width_of(Preset::aggressive).most.queries, 128U);
  EXPECT_EQ(width_of(Preset::adaptive).first.queries, 8U);
  EXPECT_EQ(width_of(Preset::adaptive).most.ranges, 256U);
  EXPECT_EQ(width_of(Preset::conservative, 100).most.ranges, 100U);
  EXPECT_EQ(width_of(Preset::balanced, 65'000).most.ranges, 256U);
}

}  // namespace
}  // namespace cqlbulk::pace::simulation
