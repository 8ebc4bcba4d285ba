// Parquet parts and their joining, read back by Arrow.
#include <arrow/table.h>
#include <arrow/type.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/reader.h>
#include <parquet/file_reader.h>
#include <parquet/metadata.h>

#include "../columnar/random_rows.hpp"
#include "columnar/columnar.hpp"
#include "cqlbulk/error.hpp"
#include "parquet_memory.hpp"

namespace cqlbulk {
namespace {

using test::file_of;
using test::Random;

std::shared_ptr<arrow::Table> read_table(const std::shared_ptr<arrow::Buffer>& bytes) {
  parquet::arrow::FileReaderBuilder builder;
  EXPECT_TRUE(builder.Open(file_of(bytes)).ok());
  std::unique_ptr<parquet::arrow::FileReader> reader;
  EXPECT_TRUE(builder.Build(&reader).ok());
  auto table = reader->ReadTable();
  if (table.ok()) return *table;
  ADD_FAILURE() << table.status().ToString();
  return arrow::Table::MakeEmpty(arrow::schema({})).ValueOrDie();
}

std::shared_ptr<parquet::FileMetaData> metadata_of(const std::shared_ptr<arrow::Buffer>& bytes) {
  return parquet::ParquetFileReader::Open(file_of(bytes))->metadata();
}

std::vector<std::string> names_of(const std::vector<cql::ColumnSpec>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

struct File {
  std::vector<cql::ColumnSpec> columns;
  std::unique_ptr<formats::Writer> writer;
};

File two_columns(ParquetOptions options = {}) {
  File file;
  file.columns = {{"ks", "t", "id", cql::DataType::scalar(cql::TypeKind::uuid)},
                  {"ks", "t", "name", cql::DataType::scalar(cql::TypeKind::text)}};
  file.writer = formats::make_parquet_writer(options, {}, file.columns, names_of(file.columns));
  return file;
}

TEST(ParquetWriter, ends_row_groups_where_asked) {
  ParquetOptions options;
  options.row_group_rows = 100;
  auto file = two_columns(options);
  Random random(1);
  test::RandomRows rows{file.columns, {}, 0};
  test::append_rows(rows, random, 250);

  const auto bytes = test::write_part(*file.writer, file.columns, {{rows.bytes, rows.row_count}});

  const auto metadata = metadata_of(bytes);
  ASSERT_EQ(metadata->num_row_groups(), 3);
  EXPECT_EQ(metadata->RowGroup(0)->num_rows(), 100);
  EXPECT_EQ(metadata->RowGroup(2)->num_rows(), 50);
}

TEST(ParquetWriter, marks_uuids_and_keeps_no_statistics_of_them) {
  auto file = two_columns();
  Random random(1);
  test::RandomRows rows{file.columns, {}, 0};
  test::append_rows(rows, random, 10);
  const auto bytes = test::write_part(*file.writer, file.columns, {{rows.bytes, rows.row_count}});
  const auto metadata = metadata_of(bytes);
  EXPECT_TRUE(metadata->schema()->Column(0)->logical_type()->is_UUID());
  EXPECT_FALSE(metadata->RowGroup(0)->ColumnChunk(0)->is_stats_set());
  EXPECT_TRUE(metadata->RowGroup(0)->ColumnChunk(1)->is_stats_set());
}

TEST(ParquetWriter, estimates_its_bytes_and_ends_near_the_truth) {
  ParquetOptions options;
  options.row_group_rows = 1000;
  auto file = two_columns(options);
  Random random(1);
  auto stream = test::memory_stream();
  auto part = file.writer->open_part(stream, formats::PartRole::standalone);
  CellIndex index;
  for (int page = 0; page < 30; ++page) {
    test::RandomRows rows{file.columns, {}, 0};
    test::append_rows(rows, random, 500);
    part->write(index.index(file.columns, rows.bytes, rows.row_count));
  }
  const auto estimate = part->bytes_written();
  part->finish();
  const auto size = static_cast<std::uint64_t>(stream->Finish().ValueOrDie()->size());
  EXPECT_GT(estimate, size / 2);
  EXPECT_LT(estimate, size * 2);
}

TEST(ParquetWriter, refuses_options_that_cannot_be) {
  ParquetOptions codec;
  codec.codec = "lzma";
  EXPECT_THROW(two_columns(codec), Error);
  ParquetOptions row_group;
  row_group.row_group_rows = 0;
  EXPECT_THROW(two_columns(row_group), Error);
  const auto columns = two_columns().columns;
  EXPECT_THROW((void)formats::make_parquet_writer({}, {}, columns, {"same", "same"}), Error);
}

TEST(ParquetWriter, writes_with_every_codec) {
  for (const char* codec : {"snappy", "zstd", "gzip", "brotli", "lz4", "none"}) {
    ParquetOptions options;
    options.codec = codec;
    auto file = two_columns(options);
    Random random(1);
    test::RandomRows rows{file.columns, {}, 0};
    test::append_rows(rows, random, 1000);
    const auto bytes = test::write_part(*file.writer, file.columns, {{rows.bytes, rows.row_count}});
    EXPECT_EQ(read_table(bytes)->num_rows(), 1000) << codec;
  }
}

TEST(ParquetMerge, without_any_fragment_makes_an_empty_file_with_columns) {
  auto file = two_columns();
  const auto table = read_table(test::merge_parts(*file.writer, {}));
  EXPECT_EQ(table->num_rows(), 0);
  EXPECT_EQ(table->schema()->field(1)->name(), "name");
}

TEST(ParquetMerge, of_empty_fragments_is_empty_and_they_add_nothing_else) {
  auto file = two_columns();
  Random random(1);
  test::RandomRows rows{file.columns, {}, 0};
  test::append_rows(rows, random, 10);
  const auto empty = test::write_part(*file.writer, file.columns, {});
  const auto full = test::write_part(*file.writer, file.columns, {{rows.bytes, rows.row_count}});

  EXPECT_EQ(read_table(test::merge_parts(*file.writer, {empty, empty}))->num_rows(), 0);
  const auto merged = test::merge_parts(*file.writer, {empty, full, empty, full});
  EXPECT_EQ(metadata_of(merged)->num_row_groups(), 2);
  EXPECT_EQ(read_table(merged)->num_rows(), 20);
}

TEST(ParquetMerge, of_random_tables_holds_the_fragments_rows_in_their_order) {
  for (std::uint64_t seed = 0; seed < 15; ++seed) {
    Random random(seed);
    auto rows = test::random_rows(random, 1 + seed % 7, 0, 3);
    ParquetOptions options;
    options.row_group_rows = 64;
    auto writer = formats::make_parquet_writer(options, {}, rows.columns, names_of(rows.columns));
    std::vector<std::shared_ptr<arrow::Buffer>> parts;
    std::vector<std::shared_ptr<arrow::Table>> tables;
    int row_groups = 0;
    for (std::size_t part = 0; part < 4; ++part) {
      test::RandomRows page{rows.columns, {}, 0};
      test::append_rows(page, random, test::below(random, 200));
      parts.push_back(test::write_part(*writer, rows.columns, {{page.bytes, page.row_count}}));
      tables.push_back(read_table(parts.back()));
      row_groups += metadata_of(parts.back())->num_row_groups();
    }

    const auto merged = test::merge_parts(*writer, parts);

    const auto expected = arrow::ConcatenateTables(tables).ValueOrDie();
    const auto table = read_table(merged);
    ASSERT_TRUE(table->ValidateFull().ok()) << seed;
    EXPECT_TRUE(table->Equals(*expected, arrow::EqualOptions::Defaults().nans_equal(true))) << seed;
    const auto metadata = metadata_of(merged);
    EXPECT_EQ(metadata->num_rows(), expected->num_rows());
    ASSERT_EQ(metadata->num_row_groups(), row_groups);
    for (int i = 0; i < row_groups; ++i) {
      const auto chunk = metadata->RowGroup(i)->ColumnChunk(0);
      EXPECT_LT(chunk->data_page_offset(), merged->size());
    }
  }
}

TEST(ParquetMerge, refuses_fragments_of_other_columns_and_names_them) {
  auto file = two_columns();
  auto other = formats::make_parquet_writer({}, {}, file.columns, {"id", "other"});
  const auto first = test::write_part(*file.writer, file.columns, {});
  const auto second = test::write_part(*other, file.columns, {});
  try {
    (void)test::merge_parts(*file.writer, {first, second});
    FAIL() << "differing schemas were joined";
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), testing::HasSubstr("part 2 of the Parquet file: its columns differ"));
  }
}

TEST(ParquetMerge, refuses_every_truncation_of_a_fragment) {
  auto file = two_columns();
  Random random(1);
  test::RandomRows rows{file.columns, {}, 0};
  test::append_rows(rows, random, 3);
  const auto whole = test::write_part(*file.writer, file.columns, {{rows.bytes, rows.row_count}});
  for (std::int64_t size = 0; size < whole->size(); ++size) {
    // A buffer of exactly that size, so that a read past its end is seen.
    auto part = arrow::AllocateBuffer(size).ValueOrDie();
    if (size != 0) std::memcpy(part->mutable_data(), whole->data(), static_cast<std::size_t>(size));
    EXPECT_THROW((void)test::merge_parts(*file.writer, {std::move(part)}), Error) << size;
  }
}

}  // namespace
}  // namespace cqlbulk
