// Parquet as input: units, mapping, bad records, files that are no files.
#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>

#include "../columnar/random_rows.hpp"
#include "cqlbulk/error.hpp"
#include "parquet_memory.hpp"

namespace cqlbulk {
namespace {

using cql::TypeKind;
using formats::RowMapping;
using formats::Source;
using formats::Unit;
using test::file_of;
using test::Random;
using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> names_of(const std::vector<cql::ColumnSpec>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

/// Every field to the column it came from, null as null.
RowMapping straight_mapping(const std::vector<cql::ColumnSpec>& columns) {
  RowMapping mapping;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    RowMapping::Parameter parameter;
    parameter.field = i;
    parameter.column = columns[i];
    parameter.write_null = true;
    mapping.parameters.push_back(parameter);
  }
  return mapping;
}

struct ReadBack {
  cql::Buffer bytes;
  std::vector<std::uint64_t> records;
  std::vector<BadRecord> bad;
};

void read_unit(const Source& source, const Unit& unit, const RowMapping& mapping, ReadBack& result) {
  auto reader = source.open_unit(unit, mapping);
  BoundRows block;
  while (reader->next(block)) {
    for (std::size_t i = 0; i < block.rows.size(); ++i) {
      result.bytes.append(block.row(i));
      result.records.push_back(block.rows[i].record);
    }
    for (auto& bad : block.bad) result.bad.push_back(std::move(bad));
  }
  EXPECT_TRUE(block.rows.empty());
}

ReadBack read_all(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes = 1U << 20U) {
  ReadBack result;
  for (const auto& unit : source.plan_units(unit_bytes)) read_unit(source, unit, mapping, result);
  return result;
}

TEST(ParquetSource, random_tables_in_merged_fragments_come_back_bit_for_bit) {
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    Random random(seed);
    auto rows = test::random_rows(random, 1 + seed % 6, 0, static_cast<int>(seed % 4));
    ParquetOptions options;
    options.row_group_rows = 50;
    auto writer = formats::make_parquet_writer(options, {}, rows.columns, names_of(rows.columns));
    std::vector<std::shared_ptr<arrow::Buffer>> parts;
    for (std::size_t part = 0; part < 3; ++part) {
      test::RandomRows page{rows.columns, {}, 0};
      test::append_rows(page, random, test::below(random, 150));
      parts.push_back(test::write_part(*writer, rows.columns, {{page.bytes, page.row_count}}));
      rows.bytes.append(page.bytes.view());
      rows.row_count += page.row_count;
    }
    const auto source = formats::open_parquet_source(file_of(test::merge_parts(*writer, parts)), "x.parquet");
    const auto mapping = straight_mapping(rows.columns);
    ASSERT_NO_THROW(source->check_mapping(mapping)) << seed;

    const auto result = read_all(*source, mapping, 1 + test::below(random, 5000));

    ASSERT_EQ(result.bad.size(), 0U) << seed << " " << result.bad[0].reason;
    ASSERT_EQ(result.bytes.size(), rows.bytes.size()) << seed;
    ASSERT_TRUE(std::ranges::equal(result.bytes.view(), rows.bytes.view())) << seed;
    for (std::size_t i = 0; i < result.records.size(); ++i) ASSERT_EQ(result.records[i], i);
    ASSERT_EQ(result.records.size(), rows.row_count);
  }
}

/// A file of Arrow's own making from JSON columns, rows_per_group rows a group.
std::shared_ptr<arrow::Buffer> arrow_file(const arrow::FieldVector& fields, const std::vector<const char*>& columns,
                                          std::int64_t rows_per_group = 1000) {
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    arrays.push_back(arrow::json::ArrayFromJSONString(fields[i]->type(), columns[i]).ValueOrDie());
  }
  const auto table = arrow::Table::Make(arrow::schema(fields), arrays);
  auto stream = test::memory_stream();
  const auto arrow_properties = parquet::ArrowWriterProperties::Builder().store_schema()->build();
  const auto status = parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), stream, rows_per_group,
                                                 parquet::default_writer_properties(), arrow_properties);
  EXPECT_TRUE(status.ok()) << status.ToString();
  return stream->Finish().ValueOrDie();
}

formats::RowMapping::Parameter parameter(std::size_t field, const char* column, TypeKind kind) {
  RowMapping::Parameter parameter;
  parameter.field = field;
  parameter.column = {"ks", "t", column, cql::DataType::scalar(kind)};
  return parameter;
}

std::string hex(cql::ByteView bytes) {
  std::string text;
  for (const auto byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned>(byte));
  return text;
}

TEST(ParquetSource, tells_its_fields_and_the_cql_types_of_an_export) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "id", cql::DataType::scalar(TypeKind::uuid)},
                                             {"ks", "t", "at", cql::DataType::scalar(TypeKind::timestamp)}};
  auto writer = formats::make_parquet_writer({}, {}, columns, {"id", "at"});
  const auto source = formats::open_parquet_source(file_of(test::write_part(*writer, columns, {})), "x.parquet");
  ASSERT_EQ(source->fields().size(), 2U);
  EXPECT_EQ(source->fields()[0].name, "id");
  EXPECT_EQ(source->fields()[0].file_type, "uuid");
  EXPECT_EQ(source->fields()[0].cql_type, "uuid");
  EXPECT_EQ(source->fields()[1].file_type, "timestamp[ms, tz=UTC]");
  EXPECT_EQ(source->name(), "x.parquet");
  EXPECT_EQ(source->reject_suffix(), ".jsonl");
  EXPECT_EQ(source->reject_header(), "");
  EXPECT_THAT(source->plan_units(1), testing::IsEmpty());
}

TEST(ParquetSource, fields_of_other_tools_have_no_cql_type) {
  const auto bytes = arrow_file({arrow::field("n", arrow::int64())}, {"[1]"});
  EXPECT_EQ(formats::open_parquet_source(file_of(bytes), "x")->fields()[0].cql_type, std::nullopt);
}

TEST(ParquetSource, units_cover_every_record_once) {
  const auto bytes = arrow_file({arrow::field("n", arrow::int64())}, {"[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]"}, 3);
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  for (const std::uint64_t unit_bytes : {1U, 150U, 100000U}) {
    const auto units = source->plan_units(unit_bytes);
    std::uint64_t record = 0;
    std::uint64_t row_group = 0;
    for (const auto& unit : units) {
      EXPECT_EQ(unit.begin, row_group);
      EXPECT_GT(unit.end, unit.begin);
      EXPECT_EQ(unit.first_record, record);
      row_group = unit.end;
      record += unit.record_count;
    }
    EXPECT_EQ(row_group, 4U);
    EXPECT_EQ(record, 10U);
  }
  EXPECT_EQ(source->plan_units(1).size(), 4U);
  EXPECT_EQ(source->plan_units(100000).size(), 1U);
}

TEST(ParquetSource, maps_fields_in_any_order_and_more_than_once) {
  const auto bytes = arrow_file(
      {arrow::field("a", arrow::int8()), arrow::field("left out", arrow::int8()),
       arrow::field("s", arrow::struct_({arrow::field("x", arrow::int8())})), arrow::field("b", arrow::int8())},
      {"[1, 2]", "[9, 9]", "[[7], null]", "[3, null]"});
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  RowMapping mapping;
  mapping.parameters = {parameter(3, "b", TypeKind::tinyint), parameter(0, "a", TypeKind::tinyint),
                        parameter(0, "again", TypeKind::smallint)};
  auto udt = parameter(2, "s", TypeKind::udt);
  udt.column.type.children = {cql::DataType::scalar(TypeKind::tinyint)};
  udt.column.type.field_names = {"x"};
  mapping.parameters.push_back(udt);
  const auto result = read_all(*source, mapping);
  // b, a, a as smallint, s; null is unset (-2).
  EXPECT_EQ(hex(result.bytes),
            "0000000103"
            "0000000101"
            "000000020001"
            "00000005"
            "0000000107"
            "fffffffe"
            "0000000102"
            "000000020002"
            "fffffffe");
}

TEST(ParquetSource, adds_a_timestamp_by_the_record_also_after_bad_ones) {
  const auto bytes = arrow_file({arrow::field("a", arrow::int64())}, {"[1, 300, 2]"}, 2);
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  RowMapping mapping;
  mapping.parameters = {parameter(0, "a", TypeKind::tinyint)};
  mapping.timestamp_base = 0x1000;
  const auto result = read_all(*source, mapping, 1);
  EXPECT_EQ(hex(result.bytes),
            "0000000101"
            "000000080000000000001000"
            "0000000102"
            "000000080000000000001002");
  EXPECT_THAT(result.records, ElementsAre(0, 2));
  ASSERT_EQ(result.bad.size(), 1U);
  EXPECT_EQ(result.bad[0].record, 1U);
  EXPECT_EQ(result.bad[0].line, 0U);
  EXPECT_EQ(result.bad[0].column, "a");
  EXPECT_EQ(result.bad[0].reason, "out of range for tinyint");
  EXPECT_EQ(result.bad[0].raw, R"({"a": 300})");
}

TEST(ParquetSource, nulls_are_unset_written_or_rejected_as_the_mapping_says) {
  const auto bytes =
      arrow_file({arrow::field("key", arrow::int8()), arrow::field("strict", arrow::utf8()),
                  arrow::field("v", arrow::int8()), arrow::field("w", arrow::int8())},
                 {"[1, null, 3, null]", R"(["x", "y", null, null])", "[null, 1, 1, 1]", "[null, 1, 1, 1]"});
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  RowMapping mapping;
  mapping.parameters = {parameter(0, "key", TypeKind::tinyint), parameter(1, "strict", TypeKind::text),
                        parameter(2, "v", TypeKind::tinyint), parameter(3, "w", TypeKind::tinyint)};
  mapping.parameters[0].key = true;
  mapping.parameters[1].reject_null = true;
  mapping.parameters[3].write_null = true;
  const auto result = read_all(*source, mapping);
  EXPECT_EQ(hex(result.bytes),
            "0000000101"
            "0000000178"
            "fffffffe"
            "ffffffff");
  ASSERT_EQ(result.bad.size(), 3U);
  EXPECT_EQ(result.bad[0].column, "key");
  EXPECT_EQ(result.bad[0].reason, "null in a column of the primary key");
  EXPECT_EQ(result.bad[0].raw, R"({"key": null, "strict": "y", "v": 1, "w": 1})");
  EXPECT_EQ(result.bad[1].column, "strict");
  EXPECT_EQ(result.bad[1].reason, "null");
  EXPECT_EQ(result.bad[2].column, "key");
}

TEST(ParquetSource, reads_dictionaries_that_other_tools_keep) {
  const auto bytes = arrow_file({arrow::field("d", arrow::dictionary(arrow::int32(), arrow::utf8()))},
                                {R"(["a", "b", null, "a"])"}, 2);
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  RowMapping mapping;
  mapping.parameters = {parameter(0, "d", TypeKind::text)};
  mapping.parameters[0].key = true;
  const auto result = read_all(*source, mapping);
  EXPECT_EQ(hex(result.bytes),
            "0000000161"
            "0000000162"
            "0000000161");
  EXPECT_EQ(result.bad.size(), 1U);
}

TEST(ParquetSource, large_values_come_in_small_blocks) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "c", cql::DataType::scalar(TypeKind::blob)}};
  auto writer = formats::make_parquet_writer({}, {}, columns, {"c"});
  cql::Buffer page;
  constexpr std::size_t size = 1U << 20U;
  constexpr std::size_t count = 100;
  for (std::size_t i = 0; i < count; ++i) {
    page.append_integer(static_cast<std::int32_t>(size));
    std::memset(page.append_uninitialized(size), static_cast<int>(i), size);
  }
  const auto bytes = test::write_part(*writer, columns, {{page, count}});
  const auto source = formats::open_parquet_source(file_of(bytes), "x");
  auto reader = source->open_unit(source->plan_units(1U << 30U).at(0), straight_mapping(columns));
  BoundRows block;
  std::size_t rows = 0;
  while (reader->next(block)) {
    EXPECT_LE(block.bytes.size(), 70U << 20U);
    EXPECT_EQ(block.rows.at(0).record, rows);
    rows += block.rows.size();
  }
  EXPECT_EQ(rows, count);
}

TEST(ParquetSource, check_mapping_names_field_column_and_types) {
  const auto bytes = arrow_file({arrow::field("Name", arrow::utf8()), arrow::field("n", arrow::int64())}, {"[]", "[]"});
  const auto source = formats::open_parquet_source(file_of(bytes), "dir/x.parquet");
  RowMapping mapping;
  mapping.parameters = {parameter(0, "name", TypeKind::int_)};
  EXPECT_NO_THROW(source->check_mapping(mapping));
  mapping.parameters.push_back(parameter(1, "number", TypeKind::text));
  try {
    source->check_mapping(mapping);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_EQ(error.message(),
              "dir/x.parquet: field \"n\" of type int64 cannot be loaded into column number of type text: "
              "int64 cannot become text");
  }
}

std::string open_error(const std::shared_ptr<arrow::Buffer>& bytes) {
  try {
    (void)formats::open_parquet_source(file_of(bytes), "x.parquet");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_EQ(error.message().find('\n'), std::string::npos);
    return error.message();
  }
}

TEST(ParquetSource, files_that_are_none_are_refused_by_name) {
  EXPECT_EQ(open_error(arrow::Buffer::FromString("")), "x.parquet: the file is empty");
  EXPECT_EQ(open_error(arrow::Buffer::FromString("id,name\n1,a\n")), "x.parquet: this is no Parquet file");
  EXPECT_EQ(open_error(arrow::Buffer::FromString("PAR")), "x.parquet: this is no Parquet file");
  EXPECT_THAT(open_error(arrow::Buffer::FromString("PAR1PAR1")), HasSubstr("truncated"));
  EXPECT_THAT(open_error(arrow::Buffer::FromString("PAR1____PARE")), HasSubstr("encrypted"));
  const auto lying = open_error(arrow::Buffer::FromString(std::string("PAR1\xFF\xFF\xFF\x00PAR1", 12)));
  EXPECT_THAT(lying, HasSubstr("x.parquet: the file's footer is broken: "));
}

TEST(ParquetSource, every_truncation_of_a_file_is_refused) {
  const auto whole = arrow_file({arrow::field("n", arrow::int64())}, {"[1, 2, 3]"});
  for (std::int64_t size = 0; size < whole->size(); ++size) {
    EXPECT_NE(open_error(arrow::SliceBuffer(whole, 0, size)), "") << size;
  }
}

TEST(ParquetSource, damaged_bytes_end_in_an_error_or_in_values_never_in_a_crash) {
  const auto whole = arrow_file({arrow::field("n", arrow::int64()), arrow::field("s", arrow::utf8())},
                                {"[1, 2, 3, null]", R"(["a", "b", null, "long enough to matter"])"}, 2);
  RowMapping mapping;
  mapping.parameters = {parameter(0, "n", TypeKind::bigint), parameter(1, "s", TypeKind::text)};
  std::size_t refused = 0;
  for (std::int64_t at = 4; at < whole->size(); ++at) {
    std::string damaged = whole->ToString();
    damaged[static_cast<std::size_t>(at)] = static_cast<char>(damaged[static_cast<std::size_t>(at)] ^ 0x55);
    try {
      const auto source = formats::open_parquet_source(file_of(arrow::Buffer::FromString(damaged)), "x.parquet");
      if (source->fields().size() != 2) continue;
      source->check_mapping(mapping);
      (void)read_all(*source, mapping);
    } catch (const Error& error) {
      ++refused;
      EXPECT_THAT(error.message(), HasSubstr("x.parquet"));
      EXPECT_NE(error.error_class(), ErrorClass::defect) << error.message() << " at " << at;
    }
  }
  EXPECT_GT(refused, 0U);
}

TEST(ParquetSource, a_broken_page_names_file_and_place) {
  const auto bytes = arrow_file({arrow::field("n", arrow::int64())}, {"[1, 2, 3]"});
  std::string damaged = bytes->ToString();
  std::memset(damaged.data() + 4, 0xFF, 20);
  const auto source = formats::open_parquet_source(file_of(arrow::Buffer::FromString(damaged)), "x.parquet");
  RowMapping mapping;
  mapping.parameters = {parameter(0, "n", TypeKind::bigint)};
  try {
    (void)read_all(*source, mapping);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::failed);
    EXPECT_THAT(error.message(), testing::StartsWith("x.parquet: row groups 0 to 0, after record 0: "));
  }
}

}  // namespace
}  // namespace cqlbulk
