// RESULT messages: what they say, that they need every byte, and that their counts are not believed.
#include <gtest/gtest.h>

#include "exact_bytes.hpp"
#include "protocol/responses.hpp"

namespace cql::protocol {
namespace {

using test::ExactBytes;
using test::Wire;

template <typename Kind>
Kind result(ByteView bytes, int version = 5) {
  const ExactBytes exact(bytes);
  return std::get<Kind>(decode_result(exact, version));
}

void expect_malformed(ByteView bytes, int version = 5) {
  const ExactBytes exact(bytes);
  EXPECT_EQ(test::error_kind([&] { static_cast<void>(decode_result(exact, version)); }), ErrorKind::protocol);
}

TEST(Result, void_and_set_keyspace) {
  EXPECT_NO_THROW(result<VoidResult>(test::hex("00000001")));
  Wire keyspace;
  keyspace.i32(3).string("ks");
  EXPECT_EQ(result<SetKeyspaceResult>(keyspace).keyspace, "ks");
  test::expect_needs_every_byte(keyspace, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
  expect_malformed(test::hex("00000000"));
  expect_malformed(test::hex("00000006"));
}

TEST(Result, rows_with_one_table_for_all_columns) {
  Wire message;
  message.i32(2).i32(0x01).i32(2).string("ks").string("t").string("a").u16(0x09).string("b").u16(0x0D).i32(1);
  const std::size_t offset = message.view().size();
  message.value("0000").value("x");
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(rows.row_count, 1U);
  EXPECT_EQ(rows.rows_offset, offset);
  EXPECT_EQ(rows.metadata.column_count, 2);
  ASSERT_TRUE(rows.metadata.columns);
  const ColumnSpec& column = rows.metadata.columns->at(1);
  EXPECT_EQ(column.keyspace, "ks");
  EXPECT_EQ(column.table, "t");
  EXPECT_EQ(column.name, "b");
  EXPECT_EQ(column.type.kind, TypeKind::text);
  EXPECT_TRUE(rows.metadata.next.empty());
}

TEST(Result, rows_with_a_table_for_each_column_and_more_pages) {
  Wire message;
  message.i32(2).i32(0x02).i32(2).value("state");
  message.string("k1").string("t1").string("a").u16(0x02).string("k2").string("t2").string("b").u16(0x03).i32(0);
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(as_text(rows.metadata.next), "state");
  EXPECT_EQ(rows.metadata.columns->at(0).keyspace, "k1");
  EXPECT_EQ(rows.metadata.columns->at(1).table, "t2");
  test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
}

TEST(Result, rows_without_metadata) {
  Wire message;
  message.i32(2).i32(0x04).i32(1).i32(2).i32(-1).value("x");
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_FALSE(rows.metadata.columns);
  EXPECT_EQ(rows.metadata.column_count, 1);
  EXPECT_EQ(rows.row_count, 2U);
}

TEST(Result, rows_with_changed_metadata) {
  Wire message;
  message.i32(2).i32(0x0B).i32(1).value("s").string("id").string("ks").string("t").string("a").u16(0x09).i32(0);
  const RowsResult rows = result<RowsResult>(message);
  EXPECT_EQ(as_text(rows.metadata.new_metadata_id), "id");
  EXPECT_EQ(rows.metadata.columns->at(0).name, "a");
  test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
}

TEST(Result, every_type_on_the_wire) {
  struct Case {
    const char* option;
    const char* type;
  };
  for (const Case& c : std::initializer_list<Case>{
           {"0001", "ascii"},
           {"0002", "bigint"},
           {"0003", "blob"},
           {"0004", "boolean"},
           {"0005", "counter"},
           {"0006", "decimal"},
           {"0007", "double"},
           {"0008", "float"},
           {"0009", "int"},
           {"000a", "text"},
           {"000b", "timestamp"},
           {"000c", "uuid"},
           {"000d", "text"},
           {"000e", "varint"},
           {"000f", "timeuuid"},
           {"0010", "inet"},
           {"0011", "date"},
           {"0012", "time"},
           {"0013", "smallint"},
           {"0014", "tinyint"},
           {"0015", "duration"},
           {"0020 0009", "list<int>"},
           {"0022 000d", "set<text>"},
           {"0021 000d 0020 0009", "map<text, list<int>>"},
           {"0031 0002 0009 000d", "tuple<int, text>"},
           {"0030 0002 6b73 0001 75 0002 0001 61 0009 0001 62 0020 000d", "u"},
       }) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").hex(c.option).i32(0);
    EXPECT_EQ(result<RowsResult>(message).metadata.columns->at(0).type.to_string(), c.type);
    test::expect_needs_every_byte(message, [](ByteView bytes) { static_cast<void>(decode_result(bytes, 5)); });
  }
  for (const auto& [class_name, type] : std::initializer_list<std::pair<std::string, std::string>>{
           {"org.apache.cassandra.db.marshal.VectorType(org.apache.cassandra.db.marshal.FloatType , 3)",
            "vector<float, 3>"},
           {"org.apache.cassandra.db.marshal.DurationType", "duration"},
           {"org.example.Odd", "'org.example.Odd'"}}) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").u16(0).string(class_name).i32(0);
    EXPECT_EQ(result<RowsResult>(message).metadata.columns->at(0).type.to_string(), type);
  }
}

TEST(Result, user_types_carry_their_fields) {
  Wire message;
  message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a");
  message.u16(0x30).string("other").string("Address").u16(1).string("zip").u16(0x09).i32(0);
  const DataType type = result<RowsResult>(message).metadata.columns->at(0).type;
  EXPECT_EQ(type.keyspace, "other");
  EXPECT_EQ(type.name, "Address");
  EXPECT_EQ(type.field_names, std::vector<std::string>{"zip"});
  EXPECT_EQ(type.children.at(0).kind, TypeKind::int_);
}

TEST(Result, types_that_are_unknown_or_nested_without_end_are_refused) {
  for (const char* option : {"0016", "8001", "ffff"}) {
    Wire message;
    message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a").hex(option).i32(0);
    expect_malformed(message);
  }
  Wire message;
  message.i32(2).i32(0x01).i32(1).string("ks").string("t").string("a");
  for (int i = 0; i < 100'000; ++i) message.u16(0x20);
  expect_malformed(message);
}

TEST(Result, counts_are_held_against_the_bytes) {
  const auto rows = [](std::int64_t flags, std::int64_t columns, std::int64_t count) {
    Wire message;
    message.i32(2).i32(flags).i32(columns);
    if (flags == 1) {
      message.string("ks").string("t");
      for (std::int64_t i = 0; i < std::min<std::int64_t>(columns, 3); ++i) message.string("a").u16(0x09);
    }
    message.i32(count).value("x");
    return message;
  };
  EXPECT_NO_THROW(static_cast<void>(decode_result(rows(1, 1, 1), 5)));
  EXPECT_NO_THROW(static_cast<void>(decode_result(rows(1, 0, 0), 5)));
  expect_malformed(rows(1, 1, 2));
  expect_malformed(rows(1, 1, -1));
  expect_malformed(rows(1, -1, 0));
  expect_malformed(rows(1, 0x7fffffff, 0));
  expect_malformed(rows(4, 0x7fffffff, 0x7fffffff));
  expect_malformed(rows(4, 0, 1));
  expect_malformed(rows(4, 1, 0x7fffffff));
}

TEST(Result, more_pages_need_a_paging_state) {
  for (const std::int64_t size : {-1, 0}) {
    Wire message;
    message.i32(2).i32(0x06).i32(1).i32(size).i32(0);
    expect_malformed(message);
  }
}

Wire prepared(int version) {
  Wire message;
  message.i32(4).string("id");
  if (version >= 5) message.string("rid");
  message.i32(0x01).i32(2);
  if (version >= 4) message.i32(2).u16(1).u16(0);
  message.string("ks").string("t").string("a").u16(0x09).string("b").u16(0x0D);
  message.i32(0x01).i32(1).string("ks").string("t").string("c").u16(0x02);
  return message;
}

TEST(Result, prepared_in_each_version) {
  for (const int version : {3, 4, 5}) {
    const Wire message = prepared(version);
    const auto statement = result<PreparedResult>(message, version);
    EXPECT_EQ(as_text(statement.id), "id");
    EXPECT_EQ(as_text(statement.result_metadata_id), version >= 5 ? "rid" : "");
    EXPECT_EQ(statement.parameters.size(), 2U);
    EXPECT_EQ(statement.parameters.at(1).name, "b");
    EXPECT_EQ(statement.partition_key_indices,
              version >= 4 ? (std::vector<std::uint16_t>{1, 0}) : std::vector<std::uint16_t>{});
    EXPECT_EQ(statement.result.columns->at(0).name, "c");
    test::expect_needs_every_byte(message, [&](ByteView bytes) { static_cast<void>(decode_result(bytes, version)); });
  }
}

TEST(Result, prepared_without_parameters_or_rows) {
  Wire message;
  message.i32(4).string("id").i32(0).i32(0).i32(0).i32(0x04).i32(0);
  const auto statement = result<PreparedResult>(message, 4);
  EXPECT_TRUE(statement.parameters.empty());
  EXPECT_FALSE(statement.result.columns);
}

TEST(Result, partition_key_indices_point_at_parameters) {
  Wire message;
  message.i32(4)
      .string("id")
      .i32(0x01)
      .i32(1)
      .i32(1)
      .u16(1)
      .string("ks")
      .string("t")
      .string("a")
      .u16(0x09)
      .i32(0x04)
      .i32(0);
  expect_malformed(message, 4);
  Wire many;
  many.i32(4).string("id").i32(0x01).i32(1).i32(0x7fffffff).u16(0);
  expect_malformed(many, 4);
}

}  // namespace
}  // namespace cql::protocol
