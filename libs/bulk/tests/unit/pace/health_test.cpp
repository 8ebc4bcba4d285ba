// From what nodes say to a verdict: limits, reasons, and no swinging.
#include "pace/health.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace cqlbulk::pace {
namespace {

using testing::HasSubstr;

NodeReading well(std::string node = "n1") {
  NodeReading reading;
  reading.node = std::move(node);
  reading.stages = {{"ReadStage", 2, 32, 10, 0}, {"MutationStage", 2, 32, 10, 0}, {"GossipStage", 1, 1, 900, 5}};
  reading.pending_compactions = 99;
  reading.dropped = 1'000;
  reading.pending_hints = 3;
  return reading;
}

const Verdict& judge(HealthJudge& judge, NodeReading reading) { return judge.judge(std::vector{std::move(reading)}); }

TEST(Health, is_well_below_every_limit_whatever_was_dropped_before) {
  HealthJudge health;
  EXPECT_EQ(judge(health, well()).health, Health::go);
  EXPECT_EQ(judge(health, well()).reason, "");
}

TEST(Health, goes_by_pending_compactions) {
  HealthJudge health;
  NodeReading reading = well();
  reading.pending_compactions = 100;
  EXPECT_EQ(judge(health, reading).health, Health::slow);
  EXPECT_EQ(health.verdict().reason, "n1: 100 pending compactions");
  reading.pending_compactions = 500;
  EXPECT_EQ(judge(health, reading).health, Health::pause);
}

TEST(Health, goes_by_what_waits_in_the_stages_of_requests) {
  HealthJudge health;
  NodeReading reading = well();
  reading.stages[0].pending = 127;
  EXPECT_EQ(judge(health, reading).health, Health::go);
  reading.stages[0].pending = 128;
  EXPECT_EQ(judge(health, reading).health, Health::slow);
  EXPECT_THAT(health.verdict().reason, HasSubstr("128 tasks wait in ReadStage, which works on 32 at once"));
  reading.stages[0].pending = 1'024;
  EXPECT_EQ(judge(health, reading).health, Health::pause);
}

TEST(Health, goes_by_blocked_tasks) {
  HealthJudge health;
  NodeReading reading = well();
  reading.stages[1].blocked = 1;
  EXPECT_EQ(judge(health, reading).health, Health::slow);
  EXPECT_EQ(health.verdict().reason, "n1: 1 tasks blocked in MutationStage");
}

TEST(Health, pauses_when_messages_are_dropped_while_it_looks) {
  HealthJudge health;
  judge(health, well());
  NodeReading reading = well();
  reading.dropped = 1'004;
  EXPECT_EQ(judge(health, reading).health, Health::pause);
  EXPECT_THAT(health.verdict().reason, HasSubstr("4 messages"));
}

TEST(Health, slows_down_while_nodes_miss_writes) {
  HealthJudge health;
  judge(health, well());
  NodeReading reading = well();
  reading.pending_hints = 4;
  EXPECT_EQ(judge(health, reading).health, Health::slow);
}

TEST(Health, gets_milder_a_step_at_a_time_after_three_good_readings) {
  HealthJudge health;
  NodeReading ill = well();
  ill.pending_compactions = 700;
  judge(health, ill);
  EXPECT_EQ(judge(health, well()).health, Health::pause);
  EXPECT_EQ(judge(health, well()).health, Health::pause);
  EXPECT_EQ(judge(health, well()).health, Health::slow);
  EXPECT_EQ(health.verdict().reason, "n1: 700 pending compactions");
  judge(health, well());
  judge(health, ill);  // Again at once.
  EXPECT_EQ(health.verdict().health, Health::pause);
  for (int i = 0; i < 6; ++i) judge(health, well());
  EXPECT_EQ(health.verdict().health, Health::go);
  EXPECT_EQ(health.verdict().reason, "");
}

TEST(Health, goes_by_the_worst_node) {
  HealthJudge health;
  NodeReading ill = well("n2");
  ill.pending_compactions = 700;
  EXPECT_EQ(health.judge(std::vector{well("n1"), ill, well("n3")}).health, Health::pause);
  EXPECT_EQ(health.verdict().reason, "n2: 700 pending compactions");
}

TEST(Health, knows_nothing_of_what_cannot_be_read) {
  HealthJudge health;
  NodeReading nothing;
  nothing.node = "n1";
  EXPECT_EQ(judge(health, nothing).health, Health::go);
  EXPECT_EQ(health.judge(std::span<const NodeReading>{}).health, Health::go);
}

}  // namespace
}  // namespace cqlbulk::pace
