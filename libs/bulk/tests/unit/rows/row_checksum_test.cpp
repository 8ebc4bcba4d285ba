// Equal sets of rows have equal checksums in whatever order and blocks they come; others differ.
#include "cqlbulk/row_checksum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace cqlbulk {
namespace {

const std::vector<cql::ColumnSpec> columns{{"ks", "t", "a", cql::DataType::scalar(cql::TypeKind::text)},
                                           {"ks", "t", "b", cql::DataType::scalar(cql::TypeKind::text)}};
using Row = std::pair<std::optional<std::string>, std::optional<std::string>>;

RowChecksum checksum_of(const std::vector<Row>& rows) {
  cql::Buffer bytes;
  for (const auto& [a, b] : rows) {
    for (const auto& value : {a, b}) {
      bytes.append_integer(value ? static_cast<std::int32_t>(value->size()) : -1);
      if (value) bytes.append(cql::as_bytes(*value));
    }
  }
  CellIndex index;
  RowChecksum checksum;
  checksum.add(index.index(columns, bytes, rows.size()));
  return checksum;
}

TEST(RowChecksum, DoesNotDependOnOrderOrBlocks) {
  std::mt19937 random(3);
  std::vector<Row> rows;
  for (int i = 0; i < 200; ++i) {
    rows.emplace_back(std::to_string(random()),
                      i % 7 == 0 ? std::nullopt : std::optional(std::string(static_cast<std::size_t>(i % 5), 'x')));
  }
  const RowChecksum whole = checksum_of(rows);
  std::shuffle(rows.begin(), rows.end(), random);
  EXPECT_EQ(checksum_of(rows), whole);
  RowChecksum parts = checksum_of({rows.begin(), rows.begin() + 80});
  parts += checksum_of({rows.begin() + 80, rows.end()});
  EXPECT_EQ(parts, whole);
}

TEST(RowChecksum, TellsRowsApart) {
  const std::vector<Row> rows{{"a", "b"}, {"c", std::nullopt}};
  const RowChecksum checksum = checksum_of(rows);
  EXPECT_NE(checksum_of({{"a", "b"}, {"c", ""}}), checksum) << "null is not empty";
  EXPECT_NE(checksum_of({{"ab", ""}, {"c", std::nullopt}}), checksum) << "values have borders";
  EXPECT_NE(checksum_of({{"a", "b"}}), checksum);
  EXPECT_NE(checksum_of({{"a", "b"}, {"c", std::nullopt}, {"c", std::nullopt}}), checksum) << "how often counts";
  EXPECT_EQ(checksum_of({}), RowChecksum{});
}

TEST(RowChecksum, IsReadAsItIsWritten) {
  const RowChecksum checksum{0x0123456789abcdefU, 0xfU};
  EXPECT_EQ(checksum.text(), "000000000000000f0123456789abcdef");
  EXPECT_EQ(RowChecksum::parse(checksum.text()), checksum);
  EXPECT_EQ(RowChecksum::parse("0"), std::nullopt);
  EXPECT_EQ(RowChecksum::parse("000000000000000f0123456789abcdeg"), std::nullopt);
}

}  // namespace
}  // namespace cqlbulk
