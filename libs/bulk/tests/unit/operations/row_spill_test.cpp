// Rows that waited on the disk all come back, those of a partition together and in their order.
#include "operations/row_spill.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <set>
#include <string>

#include "../storage/scratch_directory.hpp"
#include "cql/statement.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::IsEmpty;

std::string wire_of(const std::string& key, const std::string& value) {
  cql::Values values;
  values.add_text(key);
  values.add_text(value);
  return std::string(cql::as_text(values.wire()));
}

RowToLoad row_of(const std::string& wire, std::uint64_t record) {
  return {cql::as_bytes(wire).data(), static_cast<std::uint32_t>(wire.size()), record};
}

constexpr std::uint64_t mib = std::uint64_t{1} << 20U;

TEST(SpillShape, keeps_buckets_buffers_and_places_within_the_memory) {
  struct Case {
    std::uint64_t bytes;
    std::uint64_t bytes_of_row;
    std::size_t memory;
    std::size_t buckets;
  };
  for (const Case& of : {Case{mib, 100, 8 * mib, 2},
                         {100 * mib, 100, 8 * mib, 115},
                         {100 * mib, 10'000, 8 * mib, 51},
                         {100 * mib, 100, mib, 18},
                         {2'000 * mib, 100, 8 * mib, 58},
                         {100'000 * mib, 100, 8 * mib, 1},
                         {UINT64_MAX / 64, 100, 8 * mib, 1},
                         {mib, 100, 1, 1}}) {
    const SpillShape shape = spill_shape({of.bytes / of.bytes_of_row, of.bytes}, of.memory);
    EXPECT_EQ(shape.buckets, of.buckets) << of.bytes << " in " << of.memory;
    EXPECT_GE(shape.buffer, 4'096U);
    EXPECT_LE(shape.buckets * shape.buffer, std::max<std::size_t>(of.memory / 4, 4'096));
    const double in_file = static_cast<double>(of.bytes) * (1 + 12.0 / static_cast<double>(of.bytes_of_row));
    const double places = in_file / static_cast<double>(shape.buffer) * sizeof(storage::SpillFile::Extent);
    if (shape.buffer < of.memory / 4) {
      EXPECT_LE(places, 1.1 * static_cast<double>(of.memory) / 8) << of.bytes << " in " << of.memory;
    }
  }
}

/// docs/guide/loading.md promises these, of the window of two threads.
TEST(SpillShape, finds_all_rows_of_a_partition_among_so_much_input) {
  for (const auto& [window, input] :
       {std::pair{16 * mib, 1'000 * mib}, {64 * mib, 8'000 * mib}, {512 * mib, 180'000 * mib}}) {
    const ExpectedRows expected{input / 2 / 165, input / 2};
    const SpillShape shape = spill_shape(expected, window / 2);
    const std::uint64_t of_bucket = memory_of_rows(expected.rows, expected.bytes) / shape.buckets;
    EXPECT_LT(of_bucket, memory_of_returning_rows(window / 2)) << input / mib;
  }
}

TEST(BucketOf, spreads_partitions_and_leaves_the_lowest_bits_to_the_batcher) {
  constexpr std::size_t buckets = 7;
  constexpr std::size_t keys = 70'000;
  constexpr std::size_t slots = 8;
  std::map<std::size_t, std::size_t> of_bucket;
  std::map<std::size_t, std::size_t> slots_of_first;
  for (std::size_t i = 0; i < keys; ++i) {
    const std::string key = "key " + std::to_string(i);
    const std::size_t bucket = bucket_of(key, buckets);
    ASSERT_LT(bucket, buckets);
    ++of_bucket[bucket];
    if (bucket == 0) ++slots_of_first[std::hash<std::string_view>()(key) % slots];
  }
  for (const auto& [bucket, count] : of_bucket) EXPECT_NEAR(static_cast<double>(count), keys / buckets, 500);
  ASSERT_EQ(slots_of_first.size(), slots);
  for (const auto& [slot, count] : slots_of_first) EXPECT_NEAR(static_cast<double>(count), keys / buckets / slots, 200);
}

TEST(SpilledRows, that_are_cut_off_anywhere_are_an_error) {
  const std::string first = wire_of("a", "one");
  const std::string second = wire_of("b", "");
  cql::Buffer written;
  append_spilled_row(row_of(first, 7), written);
  const std::size_t end_of_first = written.size();
  append_spilled_row(row_of(second, std::uint64_t{1} << 40U), written);
  for (std::size_t size = 0; size <= written.size(); ++size) {
    cql::Buffer part(size);
    part.append(written.view(0, size));
    if (size != 0 && size != end_of_first && size != written.size()) {
      EXPECT_THROW((void)read_spilled_rows(std::move(part)), Error) << size;
      continue;
    }
    const BoundRows block = read_spilled_rows(std::move(part));
    ASSERT_EQ(block.rows.size(), size == 0 ? 0U : size == end_of_first ? 1U : 2U);
    if (!block.rows.empty()) {
      EXPECT_EQ(cql::as_text(block.row(0)), first);
      EXPECT_EQ(block.rows[0].record, 7U);
    }
    if (block.rows.size() > 1) {
      EXPECT_EQ(cql::as_text(block.row(1)), second);
      EXPECT_EQ(block.rows[1].record, std::uint64_t{1} << 40U);
    }
  }
}

class RowSpillTest : public ::testing::Test {
 protected:
  struct Row {
    std::string key;
    std::string wire;
  };

  /// `count` rows of `keys` partitions, the record's number being the index.
  std::vector<Row> random_rows(std::size_t count, unsigned keys, std::size_t most_bytes) {
    std::vector<Row> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string key = std::to_string(random_() % keys);
      rows.push_back({key, wire_of(key, std::string(random_() % (most_bytes + 1), static_cast<char>('a' + i % 26)))});
    }
    return rows;
  }

  /// Adds the rows as windows give them: groups of one partition each, in order within it.
  static void add(RowSpill& spill, const std::vector<Row>& rows, std::size_t window) {
    for (std::size_t first = 0; first < rows.size(); first += window) {
      std::map<std::string, RowGroup> groups;
      for (std::size_t i = first; i < std::min(first + window, rows.size()); ++i) {
        groups[rows[i].key].push_back(row_of(rows[i].wire, i));
      }
      for (const auto& [key, group] : groups) spill.add(group);
    }
  }

  /// Takes everything back, and looks whether it is the rows, each once. Returns how many windows each partition's rows
  /// came in.
  static std::map<std::string, int> check(RowSpill& spill, const std::vector<Row>& rows, std::size_t most_in_memory) {
    std::map<std::string, std::uint64_t> last;
    std::map<std::string, int> windows;
    std::vector<bool> seen(rows.size());
    for (auto blocks = spill.next(); !blocks.empty(); blocks = spill.next()) {
      std::set<std::string> keys;
      std::size_t held = 0;
      for (const BoundRows& block : blocks) {
        held += memory_of_rows(block.rows.size(), block.bytes.size());
        for (std::size_t i = 0; i < block.rows.size(); ++i) {
          const std::uint64_t record = block.rows[i].record;
          EXPECT_LT(record, rows.size());
          if (record >= rows.size()) return windows;
          EXPECT_EQ(cql::as_text(block.row(i)), rows[record].wire);
          EXPECT_FALSE(seen[record]) << record;
          seen[record] = true;
          const auto [before, first] = last.try_emplace(rows[record].key, record);
          if (!first) EXPECT_LT(before->second, record);
          before->second = record;
          keys.insert(rows[record].key);
        }
      }
      EXPECT_LE(held, most_in_memory);
      for (const std::string& key : keys) ++windows[key];
    }
    EXPECT_EQ(std::count(seen.begin(), seen.end(), false), 0);
    return windows;
  }

  RowSpill spill(std::size_t memory) { return RowSpill(storage::SpillFile(directory_.path("spill")), 1, memory); }

  testing::ScratchDirectory directory_;
  std::mt19937 random_{11};
};

TEST_F(RowSpillTest, brings_each_partition_back_whole_and_in_order) {
  constexpr std::size_t memory = std::size_t{1} << 20U;
  RowSpill spilled = spill(memory);
  for (const unsigned keys : {1'000U, 5U, 20'000U}) {
    const std::vector<Row> rows = random_rows(20'000, keys, 60);
    ExpectedRows expected{rows.size(), 0};
    for (const Row& row : rows) expected.bytes += row.wire.size();
    EXPECT_FALSE(spilled.begun());
    const std::uint64_t before = spilled.written();
    spilled.begin(expected);
    EXPECT_TRUE(spilled.begun());
    add(spilled, rows, 3'000);
    spilled.end();
    EXPECT_THAT(directory_.names(), IsEmpty());
    std::size_t bytes = 0;
    for (const Row& row : rows) bytes += row.wire.size() + 12;
    EXPECT_EQ(spilled.written() - before, bytes);
    const std::map<std::string, int> windows = check(spilled, rows, memory);
    // Of five partitions some bucket has several, which are more than the memory.
    if (keys == 5) continue;
    for (const auto& [key, count] : windows) EXPECT_EQ(count, 1) << key;
  }
}

TEST_F(RowSpillTest, takes_a_bucket_that_is_larger_than_the_memory_in_several_windows) {
  constexpr std::size_t memory = 100'000;
  RowSpill spilled = spill(memory);
  const std::vector<Row> rows = random_rows(5'000, 1, 100);
  spilled.begin({1, 1});
  add(spilled, rows, 100);
  spilled.end();
  constexpr std::size_t one_write = 2 * (std::size_t{64} << 10U);
  const std::map<std::string, int> windows = check(spilled, rows, memory / 2 + one_write);
  EXPECT_GT(windows.at("0"), 5);
}

TEST_F(RowSpillTest, writes_rows_that_are_larger_than_a_buffer_alone) {
  RowSpill spilled = spill(std::size_t{64} << 10U);
  const std::vector<Row> rows = random_rows(300, 20, 20'000);
  spilled.begin({300, std::size_t{4} << 20U});
  add(spilled, rows, 10);
  spilled.end();
  (void)check(spilled, rows, std::size_t{1} << 20U);
}

TEST_F(RowSpillTest, says_what_the_file_was_for_and_what_can_be_done) {
  RowSpill spilled(storage::SpillFile(directory_.path("missing/spill")), 1, 1'000);
  const std::vector<Row> rows = random_rows(1, 1, 10);
  spilled.begin({1, 1});
  add(spilled, rows, 1);
  try {
    spilled.end();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::failed);
    EXPECT_THAT(error.message(), ::testing::HasSubstr("rows that wait for others of their partition"));
    EXPECT_THAT(error.message(), ::testing::HasSubstr("missing/spill: No such file"));
    EXPECT_THAT(error.advice(), ::testing::HasSubstr("--group-spill"));
  }
}

}  // namespace
}  // namespace cqlbulk::operations
