// Rows in wire layout to Arrow and back: the same bytes, for every type, however nested.
#include <arrow/api.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "columnar/columnar.hpp"
#include "cql/error.hpp"
#include "cqlbulk/error.hpp"
#include "random_rows.hpp"

namespace cqlbulk {
namespace {

using columnar::BatchBuilder;
using test::Random;

std::shared_ptr<arrow::RecordBatch> build(const std::vector<cql::ColumnSpec>& columns, cql::ByteView bytes,
                                          std::size_t row_count) {
  CellIndex index;
  BatchBuilder builder(columns, columnar::arrow_schema_of(columns, {}));
  return builder.build(index.index(columns, bytes, row_count));
}

/// Lays out the rows of a batch with the encoders, as a unit's reader does.
cql::Buffer encode(const std::vector<cql::ColumnSpec>& columns, const arrow::RecordBatch& batch) {
  const auto row_count = static_cast<std::size_t>(batch.num_rows());
  std::vector<std::unique_ptr<columnar::CellEncoder>> encoders;
  std::vector<std::uint32_t> sizes(row_count);
  std::vector<columnar::CellEncoder::Problem> problems;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    std::string why;
    encoders.push_back(columnar::make_cell_encoder(*batch.column(static_cast<int>(i))->type(), columns[i].type, why));
    EXPECT_NE(encoders.back(), nullptr) << why;
    encoders.back()->add_sizes(*batch.column(static_cast<int>(i)), sizes, problems);
  }
  for (const auto& problem : problems) ADD_FAILURE() << "row " << problem.row << ": " << problem.reason;
  std::size_t total = 0;
  for (const auto size : sizes) total += size;
  cql::Buffer out(total);
  out.resize(total);
  std::vector<std::byte*> cursors;
  std::byte* at = out.data();
  for (const auto size : sizes) {
    cursors.push_back(at);
    at += size;
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    encoders[i]->write(*batch.column(static_cast<int>(i)), -1, cursors);
  }
  return out;
}

std::string hex(cql::ByteView bytes) {
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

TEST(RoundTrip, random_nested_rows_come_back_bit_for_bit) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Random random(seed);
    const auto rows = test::random_rows(random, 1 + seed % 8, seed % 50, static_cast<int>(seed % 4));
    const auto batch = build(rows.columns, rows.bytes, rows.row_count);
    ASSERT_TRUE(batch->ValidateFull().ok()) << batch->ValidateFull().ToString() << " seed " << seed;
    const auto again = encode(rows.columns, *batch);
    ASSERT_EQ(hex(again), hex(rows.bytes)) << "seed " << seed << " " << batch->schema()->ToString();
  }
}

TEST(RoundTrip, slices_of_a_batch_are_their_rows) {
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Random random(seed);
    const auto rows = test::random_rows(random, 4, 20, 3);
    const auto batch = build(rows.columns, rows.bytes, rows.row_count);
    const auto head = encode(rows.columns, *batch->Slice(0, 7));
    const auto tail = encode(rows.columns, *batch->Slice(7));
    ASSERT_EQ(hex(head) + hex(tail), hex(rows.bytes)) << "seed " << seed;
  }
}

/// Types and values of every scalar and one of each nesting, each value at its smallest form.
std::vector<cql::DataType> all_types() {
  using enum cql::TypeKind;
  std::vector<cql::DataType> types;
  for (const auto kind :
       {custom, ascii, bigint, blob,     boolean, counter, decimal, double_,  float_,  int_,    timestamp,
        uuid,   text,  varint, timeuuid, inet,    date,    time,    smallint, tinyint, duration}) {
    types.push_back(cql::DataType::scalar(kind));
  }
  for (const auto kind : {list, set, map, tuple, udt, vector}) {
    auto type = cql::DataType::scalar(kind);
    type.children = {cql::DataType::scalar(int_), cql::DataType::scalar(text)};
    if (kind == list || kind == set || kind == vector) type.children.pop_back();
    if (kind == udt) type.field_names = {"a", "b"};
    if (kind == vector) type.dimension = 3;
    types.push_back(type);
  }
  auto texts = types.back();
  texts.children = {cql::DataType::scalar(text)};
  types.push_back(texts);  // A vector of elements that differ in length.
  return types;
}

bool any_length_is_a_value(const cql::DataType& type) {
  using enum cql::TypeKind;
  return type.kind == custom || type.kind == ascii || type.kind == blob || type.kind == text || type.kind == varint ||
         type.kind == decimal;
}

/// One cell of exactly `value`'s bytes, in memory of exactly that size.
void build_exactly(const cql::DataType& type, cql::ByteView value) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", type}};
  cql::Buffer exact(value.size() + 4);
  exact.append_integer(static_cast<std::int32_t>(value.size()));
  exact.append(value);
  (void)build(columns, exact, 1);
}

TEST(Decoding, every_shorter_form_of_a_value_is_refused_or_a_value_of_its_own) {
  for (const auto& type : all_types()) {
    for (std::uint64_t seed = 0; seed < 20; ++seed) {
      Random random(seed);
      cql::Buffer value;
      test::append_value(type, random, value);
      SCOPED_TRACE(type.to_string() + " " + hex(value));
      ASSERT_NO_THROW(build_exactly(type, value));
      for (std::size_t size = 1; size < value.size(); ++size) {
        const auto shorter = value.view(0, size);
        const bool inet_v4 = type.kind == cql::TypeKind::inet && size == 4;
        // A tuple or UDT may end after any whole field.
        const bool composite = type.kind == cql::TypeKind::tuple || type.kind == cql::TypeKind::udt;
        if (any_length_is_a_value(type) || inet_v4) {
          if (type.kind != cql::TypeKind::decimal || size > 4) EXPECT_NO_THROW(build_exactly(type, shorter)) << size;
        } else if (composite) {
          try {
            build_exactly(type, shorter);
          } catch (const std::exception&) {
          }
        } else {
          EXPECT_ANY_THROW(build_exactly(type, shorter)) << size;
        }
      }
      cql::Buffer longer;
      longer.append(value.view());
      longer.push_back(std::byte{0});
      if (!any_length_is_a_value(type)) EXPECT_ANY_THROW(build_exactly(type, longer));
    }
  }
}

TEST(Decoding, an_empty_value_is_refused_by_name_where_arrow_has_none) {
  for (const auto& type : all_types()) {
    SCOPED_TRACE(type.to_string());
    using enum cql::TypeKind;
    if (any_length_is_a_value(type) || type.kind == inet || type.kind == tuple || type.kind == udt) {
      EXPECT_NO_THROW(build_exactly(type, {}));
      continue;
    }
    try {
      build_exactly(type, {});
      ADD_FAILURE() << "an empty value went through";
    } catch (const Error& error) {
      EXPECT_THAT(error.message(),
                  testing::AllOf(testing::HasSubstr("row 0"), testing::HasSubstr("column c"),
                                 testing::HasSubstr("empty value, which Arrow and Parquet cannot hold")));
      EXPECT_THAT(error.advice(), testing::HasSubstr("CSV"));
    }
  }
}

TEST(Decoding, errors_name_column_row_and_place) {
  auto type = cql::DataType::scalar(cql::TypeKind::list);
  type.children = {cql::DataType::scalar(cql::TypeKind::int_)};
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "numbers", type}};
  cql::Buffer bytes;
  bytes.append_integer(std::int32_t{-1});
  bytes.append_integer(std::int32_t{4 + 8 + 7});
  bytes.append_integer(std::int32_t{2});
  bytes.append_integer(std::int32_t{4});
  bytes.append_integer(std::int32_t{42});
  bytes.append_integer(std::int32_t{3});
  bytes.append("abc");
  try {
    (void)build(columns, bytes, 2);
    FAIL();
  } catch (const cql::Error& error) {
    EXPECT_EQ(error.kind(), cql::ErrorKind::protocol);
    EXPECT_EQ(error.message(),
              "row 1 of a page, column numbers (list<int>): element 1: 3 bytes where the type needs 4");
  }
}

TEST(Decoding, a_count_of_elements_decides_no_memory) {
  auto type = cql::DataType::scalar(cql::TypeKind::list);
  type.children = {cql::DataType::scalar(cql::TypeKind::int_)};
  cql::Buffer value;
  value.append_integer(std::int32_t{INT32_MAX});
  EXPECT_THROW(build_exactly(type, value), cql::Error);
}

TEST(Decoding, null_elements_and_fields_left_out_are_null) {
  auto type = cql::DataType::scalar(cql::TypeKind::tuple);
  type.children = {cql::DataType::scalar(cql::TypeKind::int_), cql::DataType::scalar(cql::TypeKind::int_)};
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", type}};
  cql::Buffer bytes;
  bytes.append_integer(std::int32_t{8});
  bytes.append_integer(std::int32_t{4});
  bytes.append_integer(std::int32_t{7});
  const auto batch = build(columns, bytes, 1);
  const auto& tuples = static_cast<const arrow::StructArray&>(*batch->column(0));
  EXPECT_EQ(static_cast<const arrow::Int32Array&>(*tuples.field(0)).Value(0), 7);
  EXPECT_TRUE(tuples.field(1)->IsNull(0));
}

TEST(Schema, keeps_the_cql_type_and_its_definitions) {
  auto inner = cql::DataType::scalar(cql::TypeKind::udt);
  inner.name = "Inner";
  inner.field_names = {"x"};
  inner.children = {cql::DataType::scalar(cql::TypeKind::int_)};
  auto outer = cql::DataType::scalar(cql::TypeKind::udt);
  outer.name = "outer";
  outer.field_names = {"in", "many"};
  auto many = cql::DataType::scalar(cql::TypeKind::list);
  many.children = {inner};
  outer.children = {inner, many};
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", outer}};

  const auto schema = columnar::arrow_schema_of(columns, std::vector<std::string>{"renamed"});

  EXPECT_EQ(schema->field(0)->name(), "renamed");
  const auto& metadata = *schema->field(0)->metadata();
  EXPECT_EQ(metadata.Get(std::string(columnar::cql_type_key)).ValueOrDie(), "outer");
  EXPECT_EQ(metadata.Get(std::string(columnar::cql_udts_key)).ValueOrDie(),
            "CREATE TYPE \"Inner\" (x int);\n"
            "CREATE TYPE outer (\"in\" frozen<\"Inner\">, many frozen<list<\"Inner\">>);");
}

TEST(Schema, freezes_no_field_twice) {
  auto type = cql::DataType::scalar(cql::TypeKind::udt);
  type.name = "address";
  type.field_names = {"tags"};
  type.children = {cql::parse_cql_type("frozen<set<text>>")};
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", type}};
  const auto schema = columnar::arrow_schema_of(columns, {});
  EXPECT_EQ(schema->field(0)->metadata()->Get(std::string(columnar::cql_udts_key)).ValueOrDie(),
            "CREATE TYPE address (tags frozen<set<text>>);");
}

}  // namespace
}  // namespace cqlbulk
