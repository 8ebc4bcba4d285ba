// What the numbers of splits add up to.
#include "operations/count_result.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <random>

#include "metadata_fixture.hpp"

namespace cqlbulk::operations {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

cql::Node node(const std::string& address) {
  cql::Node node;
  node.address = address;
  node.datacenter = "dc1";
  return node;
}

CountPlan plan_by(CountBy by) {
  auto metadata = std::make_shared<cql::Metadata>(test::sample_metadata());
  metadata->nodes = {node("10.0.0.2"), node("10.0.0.1"), node("10.0.0.3")};
  CountPlan plan;
  plan.metadata = metadata;
  plan.keyspace = "flights";
  plan.table = "by_carrier";
  plan.by = by;
  plan.splits = {{{-10, 0}, {1, 0}}, {{0, 10}, {0, 1}}, {{10, 20}, {1, 0}}};
  return plan;
}

CountResult result_of(const CountPlan& plan, const LargestPartitions& partitions = LargestPartitions(0)) {
  CountResult result;
  const std::vector<std::uint64_t> rows{5, 7, 11};
  fill_in_result(plan, rows, partitions, result);
  return result;
}

TEST(CountResult, adds_up) {
  const CountResult result = result_of(plan_by(CountBy::total));
  EXPECT_EQ(result.total, 23U);
  EXPECT_EQ(result.report.rows, 23U);
  EXPECT_THAT(result.ranges, IsEmpty());
  EXPECT_THAT(result.hosts, IsEmpty());
}

TEST(CountResult, tells_ranges_in_the_order_of_the_ring_with_their_replicas) {
  const CountResult result = result_of(plan_by(CountBy::range));
  ASSERT_THAT(result.ranges, SizeIs(3));
  EXPECT_EQ(result.ranges[1].range, (cql::TokenRange{0, 10}));
  EXPECT_EQ(result.ranges[1].rows, 7U);
  EXPECT_THAT(result.ranges[1].replicas, ElementsAre("10.0.0.2:9042", "10.0.0.1:9042"));
}

TEST(CountResult, tells_every_host_and_each_row_once) {
  const CountResult result = result_of(plan_by(CountBy::host));
  ASSERT_THAT(result.hosts, SizeIs(3));
  EXPECT_EQ(result.hosts[0].endpoint, "10.0.0.1:9042");
  EXPECT_EQ(result.hosts[0].rows, 16U);
  EXPECT_EQ(result.hosts[1].rows, 7U);
  EXPECT_EQ(result.hosts[2].rows, 0U);
  EXPECT_EQ(result.hosts[0].datacenter, "dc1");
}

std::string wire_key(const std::string& carrier, std::int32_t month) {
  cql::Values values;
  values.add_text(carrier);
  values.add_int(month);
  return std::string(cql::as_text(values.wire()));
}

TEST(CountResult, tells_partitions_by_their_keys_as_json) {
  LargestPartitions partitions(2);
  partitions.add(wire_key("U\"A", 12), 40);
  partitions.add(wire_key("AA", 1), 100);
  partitions.add(wire_key("XX", 1), 4);
  const CountResult result = result_of(plan_by(CountBy::partition), partitions);
  ASSERT_THAT(result.partitions, SizeIs(2));
  EXPECT_EQ(result.partitions[0].key, R"({"carrier":"AA","month":1})");
  EXPECT_EQ(result.partitions[0].rows, 100U);
  EXPECT_EQ(result.partitions[1].key, R"({"carrier":"U\"A","month":12})");
}

TEST(CountResult, as_json_has_the_report_and_what_it_is_told_by) {
  const auto json = nlohmann::json::parse(to_json(result_of(plan_by(CountBy::host))));
  EXPECT_EQ(json["rows"], 23);
  EXPECT_EQ(json["hosts"][0]["host"], "10.0.0.1:9042");
  EXPECT_EQ(json["hosts"][0]["rows"], 16);
  EXPECT_FALSE(json.contains("ranges"));
}

TEST(LargestPartitions, keeps_the_same_whatever_the_order_of_arrival) {
  std::vector<LargestPartitions::Partition> all;
  for (int i = 0; i < 500; ++i) all.push_back({static_cast<std::uint64_t>(i % 50), "key" + std::to_string(i)});
  LargestPartitions expected(37);
  for (const auto& [rows, key] : all) expected.add(key, rows);
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    std::shuffle(all.begin(), all.end(), random);
    LargestPartitions halves[2]{LargestPartitions(37), LargestPartitions(37)};
    for (std::size_t i = 0; i < all.size(); ++i) halves[i % 2].add(all[i].key, all[i].rows);
    halves[0].merge(std::move(halves[1]));
    const auto kept = halves[0].sorted();
    ASSERT_THAT(kept, SizeIs(37));
    for (std::size_t i = 0; i < kept.size(); ++i) {
      ASSERT_EQ(kept[i].key, expected.sorted()[i].key);
      ASSERT_EQ(kept[i].rows, expected.sorted()[i].rows);
    }
  }
}

TEST(LargestPartitions, of_none_wanted_keeps_none) {
  LargestPartitions none(0);
  none.add("a", 3);
  EXPECT_THAT(none.sorted(), IsEmpty());
}

}  // namespace
}  // namespace cqlbulk::operations
