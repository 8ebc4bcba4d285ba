// What a server counts of rows in a batch is never underestimated. The sizes here are what a node of Cassandra 5.0.8
// counted for one such row, as the warnings about large batches of them said.
#include "operations/counted_size.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "cql/statement.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::AllOf;
using ::testing::Ge;
using ::testing::Le;

/// Number and texts, as collections and user-defined types have them.
std::string collection(std::int32_t number, const std::vector<std::string>& parts) {
  cql::Buffer bytes;
  if (number >= 0) bytes.append_integer(number);
  for (const std::string& part : parts) {
    bytes.append_integer(static_cast<std::int32_t>(part.size()));
    bytes.append(cql::as_bytes(part));
  }
  return std::string(cql::as_text(bytes));
}

class CountedSizeTest : public ::testing::Test {
 protected:
  CountedSizeTest() {
    table_.keyspace = "ks";
    table_.name = "t";
    add("k", "int", cql::Column::Role::partition_key);
    table_.partition_key_size = 1;
  }
  void add(const std::string& name, const std::string& type, cql::Column::Role role = cql::Column::Role::regular) {
    const auto types = [](std::string_view) {
      cql::DataType address;
      address.kind = cql::TypeKind::udt;
      address.field_names = {"street", "city"};
      address.children = {cql::DataType::scalar(cql::TypeKind::text), cql::DataType::scalar(cql::TypeKind::text)};
      return std::optional(address);
    };
    cql::Column column;
    column.name = name;
    column.type = cql::parse_cql_type(type, types);
    column.role = role;
    table_.columns.push_back(column);
  }
  /// Counted of one row with these values, besides its key.
  std::size_t counted(const std::vector<std::string>& values, const LoadOptions& options = {}) {
    LoadStatement statement;
    cql::Values row;
    row.add_int(1);
    for (const std::string& value : values) row.add_text(value);
    row.add_bigint(1);  // The load's own timestamp.
    for (std::uint16_t i = 0; i < table_.columns.size(); ++i) {
      statement.values.push_back({.name = table_.columns[i].name, .type = table_.columns[i].type});
      statement.columns.push_back(&table_.columns[i]);
      statement.markers.push_back({Marker::Takes::value, i});
    }
    statement.markers.push_back({Marker::Takes::value, static_cast<std::uint16_t>(table_.columns.size())});
    const cql::ByteView wire = row.wire();
    const RowGroup group{{wire.data(), static_cast<std::uint32_t>(wire.size()), 0}};
    return counted_size(statement, table_, options).of(group);
  }
  cql::Table table_;
};

/// Not below what the node counted; above it by no more than the key and the timestamp, which it does not count.
auto about(std::size_t measured) { return AllOf(Ge(measured), Le(measured + 64)); }

TEST_F(CountedSizeTest, CountsPartitionRowAndCells) {
  add("v", "text");
  EXPECT_THAT(counted({std::string(100, 'x')}), about(170));
  add("w", "text");
  EXPECT_THAT(counted({std::string(100, 'x'), std::string(10, 'y')}), about(200));
}

TEST_F(CountedSizeTest, CountsEveryCellOfAWideRow) {
  for (int i = 0; i < 39; ++i) add("c" + std::to_string(i), "int");
  EXPECT_THAT(counted(std::vector<std::string>(39, "4444")), about(986));
}

TEST_F(CountedSizeTest, CountsWhatAPartitionHasOnlyOnce) {
  const CountedSize size(2);
  const std::string bytes(100, 'x');
  const RowToLoad row{cql::as_bytes(bytes).data(), 100, 0};
  const auto of = [&](const RowGroup& rows) { return size.of(rows); };
  EXPECT_EQ(of({row, row}) - of({row}), of({row, row, row}) - of({row, row}));
  EXPECT_EQ(2 * of({row}) - of({row, row}), 29);
}

TEST_F(CountedSizeTest, CountsTheElementsOfCollectionsAsCells) {
  const std::vector<std::string> five(5, "e00000000");
  add("v", "set<text>");
  EXPECT_THAT(counted({collection(5, five)}), about(207));
  table_.columns.back().type = cql::parse_cql_type("list<text>");
  EXPECT_THAT(counted({collection(5, five)}), about(287));
  table_.columns.back().type = cql::parse_cql_type("map<text, text>");
  std::vector<std::string> entries;
  for (const std::string& key : five) entries.insert(entries.end(), {key, "yyyyyyy"});
  EXPECT_THAT(counted({collection(5, entries)}), about(242));
}

TEST_F(CountedSizeTest, CountsTheFieldsOfAUserDefinedTypeAsCells) {
  add("v", "address");
  EXPECT_THAT(counted({collection(-1, {std::string(50, 's'), std::string(50, 'c')})}), about(206));
}

TEST_F(CountedSizeTest, CountsWhatIsFrozenAsOneCell) {
  add("v", "frozen<set<text>>");
  add("w", "frozen<address>");
  const std::string set = collection(5, std::vector<std::string>(5, "e00000000"));
  const std::string address = collection(-1, {std::string(50, 's'), std::string(50, 'c')});
  EXPECT_THAT(counted({set, address}), about(139 + 178 - 50));
}

TEST_F(CountedSizeTest, FindsCollectionsBehindOtherValues) {
  add("a", "text");
  add("v", "set<text>");
  add("b", "int");
  add("w", "set<text>");
  const std::string set = collection(5, std::vector<std::string>(5, "e00000000"));
  constexpr std::size_t measured = 50 + 20 + 157 + 24 + 157;
  EXPECT_THAT(counted({"", set, "4444", set}), AllOf(Ge(measured), Le(measured + 96)));
  EXPECT_GE(counted({"", collection(0, {}), "4444", ""}), 50U + 20 + 12 + 24);
}

TEST_F(CountedSizeTest, CountsWhatTheStatementGivesToEachRow) {
  add("v", "text");
  LoadOptions options;
  options.set.push_back({"source", "'" + std::string(200, 'x') + "'"});
  EXPECT_GE(counted({"1234567890"}, options), 80U + 220U);
}

TEST_F(CountedSizeTest, TakesNothingForFrozenInAStatementOfTheUsersOwn) {
  add("v", "frozen<set<text>>");
  LoadStatement statement;
  statement.own_text = true;
  statement.values = {{.name = "v", .type = table_.columns.back().type}};
  statement.markers = {{Marker::Takes::value, 0}};
  cql::Values row;
  row.add_text(collection(100, std::vector<std::string>(100, "ab")));
  const RowGroup group{{row.wire().data(), static_cast<std::uint32_t>(row.wire().size()), 0}};
  EXPECT_GE(counted_size(statement, table_, {}).of(group), 62U + 100 * 22);
}

}  // namespace
}  // namespace cqlbulk::operations
