// Values at the edges of what Arrow can hold, in bytes made by hand: nulls where there are none, numbers beyond 32
// bits, forms of durations and decimals, and what errors say of where a value stands.
#include <arrow/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coercion.hpp"
#include "cql/error.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk {
namespace {

using cql::DataType;
using cql::TypeKind;
using test::nested;
using ::testing::HasSubstr;

cql::Buffer cell_of(cql::ByteView value) {
  cql::Buffer bytes;
  bytes.append_integer(static_cast<std::int32_t>(value.size()));
  bytes.append(value);
  return bytes;
}

std::shared_ptr<arrow::RecordBatch> build(const DataType& type, cql::ByteView rows, std::size_t count,
                                          const ColumnarOptions& forms = {}) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", type}};
  CellIndex index;
  columnar::BatchBuilder builder(columns, columnar::arrow_schema_of(columns, {}, forms));
  return builder.build(index.index(columns, rows, count));
}

/// What is wrong with a column of one value.
std::string problem_of(const DataType& type, cql::ByteView value, const ColumnarOptions& forms = {}) {
  const cql::Buffer row = cell_of(value);
  try {
    (void)build(type, row, 1, forms);
  } catch (const cql::Error& error) {
    return error.message();
  } catch (const Error& error) {
    return error.message();
  }
  return "nothing";
}

cql::Buffer element(std::string_view bytes) { return cell_of(cql::as_bytes(bytes)); }

cql::Buffer duration(std::int64_t months, std::int64_t days, std::int64_t nanoseconds) {
  cql::Buffer bytes;
  for (const std::int64_t number : {months, days, nanoseconds}) cql::append_signed_vint(bytes, number);
  return bytes;
}

TEST(Edges, durations_are_fields_or_intervals) {
  const DataType type = DataType::scalar(TypeKind::duration);
  cql::Buffer rows = cell_of(duration(-1, -2, -3));
  rows.append_integer(std::int32_t{-1});
  ColumnarOptions forms;
  forms.duration = DurationForm::interval;
  const auto batch = build(type, rows, 2, forms);
  ASSERT_TRUE(batch->ValidateFull().ok());
  const auto& intervals = static_cast<const arrow::MonthDayNanoIntervalArray&>(*batch->column(0));
  EXPECT_EQ(intervals.GetValue(0), (arrow::MonthDayNanoIntervalType::MonthDayNanos{-1, -2, -3}));
  EXPECT_TRUE(intervals.IsNull(1));
  EXPECT_EQ(test::encode(intervals, type).values, (std::vector<std::string>{"-1mo2d3ns", "null"}));
  EXPECT_THAT(problem_of(type, {}, forms), HasSubstr("an empty value, which Arrow and Parquet cannot hold"));
  for (const auto& value : {duration(std::int64_t{1} << 31U, 0, 0), duration(0, -(std::int64_t{1} << 31U) - 1, 0)}) {
    EXPECT_THAT(problem_of(type, value), HasSubstr("months or days beyond 32 bits"));
    EXPECT_THAT(problem_of(type, value, forms), HasSubstr("months or days beyond 32 bits"));
  }
}

TEST(Edges, long_numbers_that_do_not_fit_are_told_shortened) {
  cql::Buffer digits;
  for (int i = 0; i < 100; ++i) digits.push_back(std::byte{0x7F});
  ColumnarOptions forms;
  forms.varint_precision = 38;
  const std::string problem = problem_of(DataType::scalar(TypeKind::varint), digits, forms);
  EXPECT_THAT(problem, HasSubstr("… does not fit 38 digits, 0 of them behind the point"));
  EXPECT_LT(problem.size(), 250U);
}

TEST(Edges, a_map_with_a_null_key_is_refused) {
  const DataType type = nested(TypeKind::map, {DataType::scalar(TypeKind::int_), DataType::scalar(TypeKind::text)});
  cql::Buffer value;
  value.append_integer(std::int32_t{1});
  value.append_integer(std::int32_t{-1});
  value.append(element("x").view());
  EXPECT_THAT(problem_of(type, value), HasSubstr("a null key, which Arrow and Parquet cannot hold"));
}

TEST(Edges, errors_name_fields_and_elements) {
  const DataType number = DataType::scalar(TypeKind::int_);
  const DataType udt = nested(TypeKind::udt, {number, number}, {"a", "b"});
  cql::Buffer fields = element("1234");
  fields.append(element("123").view());
  EXPECT_EQ(problem_of(udt, fields),
            "row 0 of a page, column c (" + udt.to_string() + "): field b: 3 bytes where the type needs 4");
  DataType vector = nested(TypeKind::vector, {DataType::scalar(TypeKind::inet)});
  vector.dimension = 2;
  cql::Buffer elements;
  for (const std::string_view bytes : {"1234", "12"}) {
    cql::append_unsigned_vint(elements, bytes.size());
    elements.append(bytes);
  }
  EXPECT_THAT(problem_of(vector, elements), HasSubstr("element 1: 2 bytes are no inet"));
}

TEST(Edges, vectors_of_no_dimension_are_no_type_of_arrow) {
  DataType vector = nested(TypeKind::vector, {DataType::scalar(TypeKind::int_)});
  EXPECT_THROW((void)columnar::arrow_type_of(vector), Error);
  vector.dimension = std::uint32_t{1} << 31U;
  EXPECT_THROW((void)columnar::arrow_type_of(vector), Error);
}

TEST(Edges, rows_of_other_columns_than_announced_are_a_defect) {
  const std::vector<cql::ColumnSpec> one{{"ks", "t", "c", DataType::scalar(TypeKind::int_)}};
  const std::vector<cql::ColumnSpec> two{one[0], one[0]};
  EXPECT_THROW(columnar::BatchBuilder(two, columnar::arrow_schema_of(one, {})), Error);
  columnar::BatchBuilder builder(one, columnar::arrow_schema_of(one, {}));
  CellIndex index;
  EXPECT_THROW((void)builder.build(index.index(two, {}, 0)), Error);
}

TEST(Edges, nothing_but_nulls_and_bytes_become_elements) {
  const DataType numbers =
      nested(TypeKind::tuple, {DataType::scalar(TypeKind::int_), DataType::scalar(TypeKind::int_)});
  const auto nulls = arrow::struct_({arrow::field("0", arrow::null()), arrow::field("1", arrow::int64())});
  EXPECT_EQ(test::encode(nulls, "[[null, 7]]", numbers).values, std::vector<std::string>{"[null,7]"});
  const DataType ids = nested(TypeKind::list, {DataType::scalar(TypeKind::timeuuid)});
  EXPECT_EQ(test::encode(arrow::list(arrow::binary()), R"([["abcdefghijklmnop"], ["abc"]])", ids).values,
            (std::vector<std::string>{"!element 0: not a version 1 UUID for timeuuid",
                                      "!element 0: not 16 bytes for a UUID"}));
  EXPECT_EQ(test::encode(arrow::list(arrow::binary()), "[[\"abcdef\\u0010hijklmnop\"]]", ids).values,
            std::vector<std::string>{R"(["61626364-6566-1068-696a-6b6c6d6e6f70"])"});
  EXPECT_EQ(test::encode(arrow::list(arrow::binary_view()), R"([["ab"]])",
                         nested(TypeKind::list, {DataType::scalar(TypeKind::text)}))
                .values,
            std::vector<std::string>{R"(["ab"])"});
}

}  // namespace
}  // namespace cqlbulk
