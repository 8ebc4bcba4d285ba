// Rows of one partition find each other; nothing is lost, doubled or put into another's group.
#include "operations/partition_batcher.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <random>

#include "cql/error.hpp"
#include "cql/statement.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;

/// A block whose rows are (key, value), key being one or two text values.
class Blocks {
 public:
  BoundRows& add(const std::vector<std::vector<std::string>>& rows) {
    BoundRows& block = blocks_.emplace_back();
    for (const auto& row : rows) {
      cql::Values values;
      for (const std::string& value : row) values.add_text(value);
      const auto offset = static_cast<std::uint32_t>(block.bytes.size());
      block.bytes.append(values.wire());
      block.rows.push_back({offset, static_cast<std::uint32_t>(values.wire().size()), records_++});
    }
    return block;
  }

 private:
  std::deque<BoundRows> blocks_;
  std::uint64_t records_ = 0;
};

using Groups = std::vector<std::vector<std::uint64_t>>;

PartitionBatcher::Emit into(Groups& groups) {
  return [&groups](std::span<const RowToLoad> group) {
    auto& records = groups.emplace_back();
    for (const RowToLoad& row : group) records.push_back(row.record);
  };
}

TEST(PartitionBatcher, GathersAPartitionsRowsAcrossBlocks) {
  Blocks blocks;
  PartitionBatcher batcher(1, {true, 3, 1'000});
  Groups groups;
  batcher.add(blocks.add({{"a", "1"}, {"b", "1"}, {"a", "2"}}), into(groups));
  batcher.add(blocks.add({{"c", "1"}, {"a", "3"}, {"a", "4"}}), into(groups));
  EXPECT_THAT(groups, ElementsAre(std::vector<std::uint64_t>{0, 2, 4}));
  batcher.flush(into(groups));
  EXPECT_EQ(groups, (Groups{{0, 2, 4}, {5}, {1}, {3}}));
}

TEST(PartitionBatcher, KeepsBatchesBelowTheirBytes) {
  Blocks blocks;
  PartitionBatcher batcher(1, {true, 50, 40});
  Groups groups;
  // 10 bytes a row, one of 110.
  batcher.add(blocks.add({{"a", "1"}, {"a", "2"}, {"a", "3"}, {"a", "4"}, {"a", "5"}, {"a", std::string(101, 'x')}}),
              into(groups));
  batcher.flush(into(groups));
  EXPECT_EQ(groups, (Groups{{0, 1, 2, 3}, {4}, {5}}));
}

TEST(PartitionBatcher, SendsEveryRowAloneWhenBatchesAreOff) {
  Blocks blocks;
  PartitionBatcher batcher(1, {false, 50, 1'000});
  Groups groups;
  batcher.add(blocks.add({{"a", "1"}, {"a", "2"}}), into(groups));
  batcher.flush(into(groups));
  EXPECT_EQ(groups, (Groups{{0}, {1}}));
}

TEST(PartitionBatcher, TellsCompositeKeysApart) {
  Blocks blocks;
  PartitionBatcher batcher(2, {true, 50, 1'000});
  Groups groups;
  batcher.add(blocks.add({{"a", "bc", "1"}, {"ab", "c", "1"}, {"a", "bc", "2"}, {"", "abc", "1"}}), into(groups));
  batcher.flush(into(groups));
  EXPECT_EQ(groups, (Groups{{0, 2}, {1}, {3}}));
}

TEST(PartitionBatcher, LosesAndDoublesNothing) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    Blocks blocks;
    PartitionBatcher batcher(1, {true, 7, 300});
    std::map<std::uint64_t, std::string> key_of;
    std::vector<std::uint64_t> seen;
    const auto check = [&](std::span<const RowToLoad> group) {
      ASSERT_FALSE(group.empty());
      ASSERT_LE(group.size(), 7U);
      for (const RowToLoad& row : group) {
        EXPECT_EQ(key_of[row.record], key_of[group.front().record]);
        seen.push_back(row.record);
      }
      EXPECT_TRUE(std::is_sorted(group.begin(), group.end(),
                                 [](const RowToLoad& a, const RowToLoad& b) { return a.record < b.record; }));
    };
    std::uint64_t record = 0;
    for (int block = 0; block < 10; ++block) {
      std::vector<std::vector<std::string>> rows;
      for (int i = 0; i < 500; ++i) {
        const std::string key = std::to_string(random() % (static_cast<unsigned>(round) * 200 + 1));
        key_of[record++] = key;
        rows.push_back({key, std::string(random() % 100, 'v')});
      }
      batcher.add(blocks.add(rows), check);
      if (random() % 3 == 0) batcher.flush(check);
    }
    batcher.flush(check);
    std::sort(seen.begin(), seen.end());
    ASSERT_EQ(seen.size(), 5'000U);
    for (std::uint64_t i = 0; i < seen.size(); ++i) ASSERT_EQ(seen[i], i);
  }
}

TEST(TokenOf, IsTheTokenOfTheKeyAlone) {
  Blocks blocks;
  const BoundRows& block = blocks.add({{"a", "b", "value"}, {std::string(70'000, 'k'), "b", "value"}});
  cql::Buffer key;
  const std::array parts{cql::as_bytes("a"), cql::as_bytes("b")};
  cql::append_partition_key(parts, key);
  EXPECT_EQ(token_of(block.row(0), 2), cql::murmur3_token(key));
  EXPECT_EQ(token_of(block.row(0), 1), cql::murmur3_token(cql::as_bytes("a")));
  EXPECT_THROW((void)token_of(block.row(1), 2), cql::Error);
}

}  // namespace
}  // namespace cqlbulk::operations
