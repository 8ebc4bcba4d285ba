// Pages and cells; bound values; what metadata and prepared statements tell.
#include <gtest/gtest.h>

#include <thread>

#include "core/prepared_state.hpp"
#include "cql/metadata.hpp"
#include "cql/result.hpp"
#include "exact_bytes.hpp"

namespace cql {
namespace {

using test::ExactBytes;
using test::Wire;

Columns columns(std::initializer_list<const char*> names) {
  auto specs = std::make_shared<std::vector<ColumnSpec>>();
  for (const char* name : names) specs->push_back({"ks", "t", name, DataType::scalar(TypeKind::text)});
  return specs;
}

Page page_of(ByteView rows, std::uint32_t row_count, Columns names) {
  auto body = std::make_shared<Buffer>(rows.size());
  body->append(rows);
  return {std::move(names), std::move(body), 0, row_count, {}};
}

TEST(RowCursor, walks_over_rows_and_finds_cells_by_name) {
  Wire rows;
  rows.value("a").i32(-1).value("").value("bc");
  const Page page = page_of(rows, 2, columns({"x", "y"}));
  RowCursor cursor(page);
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(cursor.get<std::string>("x"), "a");
  EXPECT_FALSE(cursor.cell("y").has_value());
  ASSERT_TRUE(cursor.next());
  EXPECT_EQ(cursor.get<std::string>(0), "");
  EXPECT_EQ(cursor.get<std::string>(1), "bc");
  EXPECT_FALSE(cursor.next());
  EXPECT_FALSE(cursor.next());
  EXPECT_EQ(test::error_text([&] { static_cast<void>(cursor.cell("z")); }), "the result has no column z");
}

TEST(RowCursor, never_reads_past_the_page) {
  Wire rows;
  rows.value("abc").i32(-1).value("x").value("yz");
  test::expect_needs_every_byte(rows, [](ByteView bytes) {
    const Page page = page_of(bytes, 2, columns({"x", "y"}));
    RowCursor cursor(page);
    while (cursor.next()) {
    }
  });
}

TEST(Page, without_anything_is_the_last_and_empty) {
  const Page page;
  EXPECT_TRUE(page.last());
  EXPECT_TRUE(page.columns().empty());
  EXPECT_TRUE(page.rows().empty());
  EXPECT_FALSE(RowCursor(page).next());
}

TEST(Values, have_the_form_of_the_wire) {
  Values values;
  values.add_text("ab");
  values.add_null();
  values.add_unset();
  values.add_int(-1);
  values.add_bigint(2);
  values.add(ByteView{});
  values.add_wire(test::hex("00000001 78 ffffffff"), 2);
  EXPECT_EQ(values.count(), 8U);
  EXPECT_EQ(test::to_hex(values.wire()),
            test::to_hex(test::hex("00000002 6162 ffffffff fffffffe 00000004 ffffffff"
                                   "00000008 0000000000000002 00000000 00000001 78 ffffffff")));
}

std::shared_ptr<PreparedStatement::State> prepared_state() {
  return std::make_shared<PreparedStatement::State>(
      "SELECT * FROM t WHERE a = ?", "ks", test::hex("0102"),
      std::vector<ColumnSpec>{{"ks", "t", "a", DataType::scalar(TypeKind::int_)}}, std::vector<std::uint16_t>{0},
      PreparedStatement::State::ResultMetadata{columns({"a"}), test::hex("aa")});
}

TEST(PreparedStatement, tells_what_was_prepared) {
  const PreparedStatement statement(prepared_state());
  EXPECT_EQ(statement.cql(), "SELECT * FROM t WHERE a = ?");
  EXPECT_EQ(statement.parameters().at(0).name, "a");
  EXPECT_EQ(statement.partition_key_indices(), std::vector<std::uint16_t>{0});
  EXPECT_EQ(test::error_kind([] { static_cast<void>(PreparedStatement().cql()); }), ErrorKind::usage);
}

TEST(PreparedStatement, columns_and_their_id_change_together) {
  const auto state = prepared_state();
  const auto before = state->snapshot();
  std::thread writer([&] {
    for (int i = 0; i < 2000; ++i) {
      state->replace(i % 2 == 0 ? PreparedStatement::State::ResultMetadata{columns({"a", "b"}), test::hex("bb")}
                                : PreparedStatement::State::ResultMetadata{columns({"a"}), test::hex("aa")});
    }
  });
  for (int i = 0; i < 2000; ++i) {
    const auto now = state->snapshot();
    EXPECT_EQ(now->columns->size() == 2, now->id == test::hex("bb"));
  }
  writer.join();
  EXPECT_EQ(before->columns->size(), 1U) << "a snapshot stays what it was";
}

TEST(Metadata, finds_keyspaces_tables_and_columns) {
  Metadata metadata;
  metadata.partitioner = "org.apache.cassandra.dht.Murmur3Partitioner";
  Table& table = metadata.keyspaces["ks"].tables["My Table"];
  table.keyspace = "ks";
  table.name = "My Table";
  table.columns.push_back({.name = "id", .type = DataType::scalar(TypeKind::int_)});
  EXPECT_TRUE(metadata.murmur3());
  EXPECT_EQ(metadata.table("ks", "My Table"), &table);
  EXPECT_EQ(metadata.table("ks", "my table"), nullptr);
  EXPECT_EQ(metadata.table("other", "My Table"), nullptr);
  EXPECT_EQ(metadata.keyspace("other"), nullptr);
  EXPECT_EQ(table.qualified_name(), "ks.\"My Table\"");
  EXPECT_EQ(table.column("id"), &table.columns[0]);
  EXPECT_EQ(table.column("ID"), nullptr);
  metadata.partitioner = "org.apache.cassandra.dht.ByteOrderedPartitioner";
  EXPECT_FALSE(metadata.murmur3());
}

TEST(Node, puts_ipv6_into_brackets) {
  Node node;
  node.address = "127.0.0.1";
  EXPECT_EQ(node.endpoint(), "127.0.0.1:9042");
  node.address = "2001:db8::1";
  node.port = 9999;
  EXPECT_EQ(node.endpoint(), "[2001:db8::1]:9999");
}

}  // namespace
}  // namespace cql
