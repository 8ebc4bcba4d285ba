// Rows of a partition are counted together, whatever pages they come in.
#include "operations/partition_runs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cql/bytes.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

cql::DataType int_type() { return cql::DataType::scalar(cql::TypeKind::int_); }

/// Pages of rows (k, c); the partitions with most rows, by their keys' JSON.
std::vector<std::pair<std::string, std::uint64_t>> largest_of(const std::vector<std::vector<int>>& pages,
                                                              std::size_t wanted = 3) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "k", int_type()}, {"ks", "t", "c", int_type()}};
  LargestPartitions largest(wanted);
  PartitionRun run;
  CellIndex cells;
  for (const std::vector<int>& page : pages) {
    cql::Buffer bytes;
    for (const int key : page) {
      for (const int value : {key, 7}) {
        bytes.append_integer(std::int32_t{4});
        bytes.append_integer(std::int32_t{value});
      }
    }
    run.add(cells.index(columns, bytes.view(), page.size()), 1, largest);
  }
  run.end(largest);
  cql::Table table;
  table.partition_key_size = 1;
  table.columns = {{"k", int_type(), cql::Column::Role::partition_key, 0}};
  std::vector<std::pair<std::string, std::uint64_t>> found;
  for (const auto& partition : largest.sorted()) found.emplace_back(key_as_json(table, partition.key), partition.rows);
  return found;
}

TEST(PartitionRun, CountsRowsOfAPartitionWithinAndAcrossPages) {
  EXPECT_THAT(largest_of({{1, 1, 2}, {2, 2}, {}, {2, 3, 4, 4}}),
              ElementsAre(Pair("{\"k\":2}", 4), Pair("{\"k\":1}", 2), Pair("{\"k\":4}", 2)));
  EXPECT_THAT(largest_of({{1, 1}, {2}}), ElementsAre(Pair("{\"k\":1}", 2), Pair("{\"k\":2}", 1)));
  EXPECT_THAT(largest_of({{}}), ElementsAre());
  EXPECT_THAT(largest_of({{5}}), ElementsAre(Pair("{\"k\":5}", 1)));
}

}  // namespace
}  // namespace cqlbulk::operations
