// Partitions have the same set exactly when their ranges have the same replicas.
#include "plan/replica_sets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cqlbulk::plan {
namespace {

TEST(ReplicaSets, AreOneWhereReplicasAreNotKnown) {
  const ReplicaSets sets;
  EXPECT_EQ(sets.size(), 1U);
  EXPECT_EQ(sets.of(-5), sets.of(5));
  EXPECT_EQ(ReplicaSets(std::vector<cql::ReplicatedRange>{}).size(), 1U);
  EXPECT_TRUE(sets.replicas_of(5).empty());
}

TEST(ReplicaSets, DoNotLookAtTheOrderOfReplicas) {
  const ReplicaSets sets({{{30, -10}, {0, 1}}, {{-10, 0}, {1, 2}}, {{0, 20}, {1, 0}}, {{20, 30}, {2, 0}}});
  EXPECT_EQ(sets.size(), 3U);
  EXPECT_EQ(sets.of(-11), sets.of(-10));
  EXPECT_NE(sets.of(-10), sets.of(-9));
  EXPECT_EQ(sets.of(-10), sets.of(20));
  EXPECT_EQ(sets.of(31), sets.of(-10));  // Behind the last end is the first range again.
  EXPECT_NE(sets.of(30), sets.of(20));
  EXPECT_NE(sets.of(30), sets.of(0));
  EXPECT_THAT(sets.replicas_of(30), ::testing::ElementsAre(0, 2));
  EXPECT_THAT(sets.replicas_of(20), ::testing::ElementsAre(0, 1));
}

}  // namespace
}  // namespace cqlbulk::plan
