// Small groups find others with the same replicas, never more of them than servers take without a warning.
#include "operations/replica_batcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>

#include "cql/statement.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ReplicaBatcherTest : public ::testing::Test {
 protected:
  /// Rows of one partition: their key and a value of `bytes`.
  RowGroup group(const std::string& key, std::size_t rows, std::size_t bytes = 10) {
    RowGroup group;
    for (std::size_t i = 0; i < rows; ++i) {
      cql::Values values;
      values.add_text(key);
      values.add_text(std::string(bytes, 'x'));
      cql::Buffer& wire = wires_.emplace_back();
      wire.append(values.wire());
      group.push_back({wire.data(), static_cast<std::uint32_t>(wire.size()), records_++});
    }
    return group;
  }
  ReplicaBatcher::Emit emit() {
    return [this](std::span<const RowToLoad> rows) { sent.emplace_back(rows.begin(), rows.end()); };
  }
  static ReplicaBatcher batcher(plan::ReplicaSets sets = {}) {
    return {std::move(sets), {50, 40U << 10U, 1}, CountedSize(2)};
  }
  std::vector<RowGroup> sent;

 private:
  std::deque<cql::Buffer> wires_;
  std::uint64_t records_ = 0;
};

TEST_F(ReplicaBatcherTest, TakesTenPartitionsIntoABatch) {
  ReplicaBatcher batches = batcher();
  for (int i = 0; i < 23; ++i) batches.add(group("k" + std::to_string(i), 1), emit());
  EXPECT_THAT(sent, ElementsAre(SizeIs(10), SizeIs(10)));
  batches.flush(emit());
  EXPECT_THAT(sent, ElementsAre(SizeIs(10), SizeIs(10), SizeIs(3)));
  batches.flush(emit());
  EXPECT_THAT(sent, SizeIs(3));
}

TEST_F(ReplicaBatcherTest, StaysBelowWhatAServerWarnsOf) {
  ReplicaBatcher batches = batcher();
  for (int i = 0; i < 40; ++i) batches.add(group("k" + std::to_string(i), 1, 1'000), emit());
  batches.flush(emit());
  for (const RowGroup& rows : sent) {
    std::size_t bytes = 0;
    for (const RowToLoad& row : rows) bytes += row.size;
    EXPECT_LT(bytes, 5U << 10U);
  }
  EXPECT_THAT(sent, SizeIs(10));
}

TEST_F(ReplicaBatcherTest, SendsLargeGroupsAsTheyAre) {
  ReplicaBatcher batches = batcher();
  batches.add(group("many", 26), emit());
  batches.add(group("large", 1, 3'000), emit());
  EXPECT_THAT(sent, ElementsAre(SizeIs(26), SizeIs(1)));
  batches.flush(emit());
  EXPECT_THAT(sent, SizeIs(2));
}

TEST_F(ReplicaBatcherTest, KeepsApartWhatHasOtherReplicas) {
  const cql::Token a = token_of(group("a", 1).front().wire(), 1);
  const cql::Token b = token_of(group("b", 1).front().wire(), 1);
  const cql::Token between = std::min(a, b);
  ReplicaBatcher batches = batcher(plan::ReplicaSets({{{INT64_MAX, between}, {0}}, {{between, INT64_MAX}, {1}}}));
  for (int i = 0; i < 3; ++i) {
    batches.add(group("a", 1), emit());
    batches.add(group("b", 1), emit());
  }
  EXPECT_THAT(sent, IsEmpty());
  batches.flush(emit());
  ASSERT_THAT(sent, ElementsAre(SizeIs(3), SizeIs(3)));
  for (const RowGroup& rows : sent) {
    for (const RowToLoad& row : rows) EXPECT_EQ(token_of(row.wire(), 1), token_of(rows.front().wire(), 1));
  }
}

}  // namespace
}  // namespace cqlbulk::operations
