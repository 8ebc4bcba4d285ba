// Values and rows too large to be bound or held, without making them where a claim is enough.
#include <arrow/api.h>
#include <arrow/util/binary_view_util.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "coercion.hpp"
#include "columnar/column_reader.hpp"
#include "columnar/value_encoder.hpp"
#include "cql/error.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk {
namespace {

using columnar::most_row_bytes;
using cql::DataType;
using cql::TypeKind;
using test::nested;
using ::testing::HasSubstr;

std::shared_ptr<arrow::Array> array_of(const std::shared_ptr<arrow::DataType>& type, const char* json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

/// What becomes of the second of two rows when its other columns have left `left` bytes: its size then, or the problem.
std::string second_row(const std::shared_ptr<arrow::DataType>& from, const char* json, const DataType& to,
                       std::size_t left) {
  const auto array = array_of(from, json);
  std::string why;
  const auto encoder = columnar::make_cell_encoder(*from, to, why);
  const auto before = static_cast<std::uint32_t>(most_row_bytes - left);
  std::vector<std::uint32_t> sizes{0, before};
  std::vector<columnar::CellEncoder::Problem> problems;
  encoder->add_sizes(*array, sizes, problems);
  if (problems.empty()) return std::to_string(sizes[1] - before);
  EXPECT_EQ(problems.size(), 1U);
  EXPECT_EQ(problems[0].row, 1U);
  EXPECT_EQ(sizes[1] - before, 4U) << "as null";
  return problems[0].reason;
}

TEST(Limits, a_row_beyond_256_MiB_cannot_be_bound) {
  const std::string too_large = "the row is larger than 256 MiB";
  const auto text = DataType::scalar(TypeKind::text);
  const auto number = DataType::scalar(TypeKind::int_);
  const auto varint = DataType::scalar(TypeKind::varint);
  EXPECT_EQ(second_row(arrow::utf8(), R"(["abc", "abc"])", text, 3), "7");
  EXPECT_EQ(second_row(arrow::utf8(), R"(["abc", "abc"])", text, 2), too_large);
  EXPECT_EQ(second_row(arrow::int64(), "[1, 1]", number, 4), "8");
  EXPECT_EQ(second_row(arrow::int64(), "[1, 1]", number, 3), too_large);
  EXPECT_EQ(second_row(arrow::int64(), "[1, 256]", varint, 2), "6");
  EXPECT_EQ(second_row(arrow::int64(), "[1, 256]", varint, 1), too_large);
}

/// 300 texts of 1 MiB that lie in one place.
std::shared_ptr<arrow::Array> repeated_text() {
  const std::shared_ptr<arrow::Buffer> bytes = arrow::Buffer::FromString(std::string(std::size_t{1} << 20U, 'x'));
  const arrow::BinaryViewType::c_type view =
      arrow::util::ToBinaryView(bytes->data(), static_cast<std::int32_t>(bytes->size()), 0, 0);
  const std::vector<arrow::BinaryViewType::c_type> views(300, view);
  return std::make_shared<arrow::StringViewArray>(arrow::utf8_view(), 300, arrow::Buffer::FromVector(views),
                                                  arrow::BufferVector{bytes});
}

TEST(Limits, a_collection_beyond_256_MiB_is_given_up_before_its_end) {
  const auto texts = repeated_text();
  const auto offsets = array_of(arrow::int32(), "[0, 300]");
  const auto text = DataType::scalar(TypeKind::text);
  const auto lists = arrow::ListArray::FromArrays(*offsets, *texts).ValueOrDie();
  arrow::Int32Builder numbers;
  for (std::int32_t i = 0; i < 300; ++i) ASSERT_TRUE(numbers.Append(i).ok());
  const auto maps = arrow::MapArray::FromArrays(offsets, numbers.Finish().ValueOrDie(), texts).ValueOrDie();
  cql::Buffer out(most_row_bytes + (std::size_t{4} << 20U));
  for (const auto& [array, type] :
       {std::pair<std::shared_ptr<arrow::Array>, DataType>{lists, nested(TypeKind::list, {text})},
        {maps, nested(TypeKind::map, {DataType::scalar(TypeKind::int_), text})}}) {
    std::string reason;
    const auto encoder = columnar::make_value_encoder(*array->type(), type, reason);
    out.clear();
    EXPECT_FALSE(encoder->append(*array, 0, out, reason)) << type.to_string();
    EXPECT_EQ(reason, "larger than 256 MiB");
    EXPECT_LT(out.size(), most_row_bytes + (std::size_t{2} << 20U));
  }
}

TEST(Limits, nothing_is_null_as_an_element_too) {
  std::string reason;
  cql::Buffer out;
  const auto encoder = columnar::make_value_encoder(*arrow::null(), DataType::scalar(TypeKind::int_), reason);
  EXPECT_TRUE(encoder->append(arrow::NullArray(1), 0, out, reason));
  EXPECT_EQ(cql::Reader(out.view()).i32(), -1);
}

TEST(Limits, text_beyond_2_GiB_of_one_column_is_refused_before_it_is_gathered) {
  const auto type = DataType::scalar(TypeKind::blob);
  const auto reader = columnar::make_column_reader(type, arrow::binary());
  const std::vector<Cell> claims{{0, INT32_MAX}, {0, 1}};
  try {
    (void)reader->read({{}, claims.data(), claims.size(), 1});
    FAIL();
  } catch (const columnar::BadValue& bad) {
    EXPECT_EQ(bad.index, 1U);
    EXPECT_THAT(bad.reason, HasSubstr("more than 2 GiB"));
  }
}

TEST(Limits, a_dimension_decides_no_memory) {
  DataType vector = nested(TypeKind::vector, {DataType::scalar(TypeKind::int_)});
  vector.dimension = 300'000'000;
  const auto reader = columnar::make_column_reader(vector, columnar::arrow_type_of(vector));
  const Cell null{0, -1};
  try {
    (void)reader->read({{}, &null, 1, 1});
    FAIL();
  } catch (const columnar::BadValue& bad) {
    EXPECT_THAT(bad.reason, HasSubstr("too many vector elements"));
  }
}

TEST(Limits, failures_of_arrow_are_errors) {
  EXPECT_NO_THROW(columnar::check_status(arrow::Status::OK()));
  EXPECT_THROW(columnar::check_status(arrow::Status::OutOfMemory("no room")), Error);
}

TEST(Limits, a_kind_that_nobody_knows_is_bytes) {
  const auto type = DataType::scalar(static_cast<TypeKind>(0x1E));
  EXPECT_TRUE(columnar::arrow_type_of(type)->Equals(arrow::binary()));
  const auto reader = columnar::make_column_reader(type, arrow::binary());
  const Cell cell{0, 2};
  const arrow::BinaryArray read(reader->read({cql::as_bytes("ab"), &cell, 1, 1}));
  EXPECT_EQ(read.GetView(0), "ab");
}

}  // namespace
}  // namespace cqlbulk
