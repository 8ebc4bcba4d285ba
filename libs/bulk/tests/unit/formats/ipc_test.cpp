// Arrow IPC, file and stream, as output and input.
#include <arrow/api.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/json/from_string.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "../columnar/random_rows.hpp"
#include "cqlbulk/error.hpp"
#include "formats/ipc/ipc.hpp"
#include "parquet_memory.hpp"

namespace cqlbulk {
namespace {

using formats::RowMapping;
using formats::Source;
using test::file_of;
using test::Random;
using testing::HasSubstr;
using Bytes = std::shared_ptr<arrow::Buffer>;

std::vector<std::string> names_of(const std::vector<cql::ColumnSpec>& columns) {
  std::vector<std::string> names;
  for (const auto& column : columns) names.push_back(column.name);
  return names;
}

/// Every field to the column it came from, null as null.
RowMapping straight_mapping(const std::vector<cql::ColumnSpec>& columns) {
  RowMapping mapping;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    mapping.parameters.push_back({.field = i, .column = columns[i], .write_null = true});
  }
  return mapping;
}

struct ReadBack {
  cql::Buffer bytes;
  std::vector<std::uint64_t> records;
  std::vector<BadRecord> bad;
};

ReadBack read_all(const Source& source, const RowMapping& mapping, std::uint64_t unit_bytes = 1U << 20U) {
  ReadBack result;
  for (const auto& unit : source.plan_units(unit_bytes)) {
    auto reader = source.open_unit(unit, mapping);
    BoundRows block;
    while (reader->next(block)) {
      for (std::size_t i = 0; i < block.rows.size(); ++i) {
        result.bytes.append(block.row(i));
        result.records.push_back(block.rows[i].record);
      }
      for (auto& bad : block.bad) result.bad.push_back(std::move(bad));
    }
  }
  return result;
}

ArrowOptions options_of(ArrowForm form, const char* codec) {
  ArrowOptions options;
  options.form = form;
  options.codec = codec;
  return options;
}

Bytes standalone(formats::Writer& writer, const test::RandomRows& rows) {
  auto stream = test::memory_stream();
  auto part = writer.open_part(stream, formats::PartRole::standalone);
  CellIndex index;
  part->write(index.index(rows.columns, rows.bytes.view(), rows.row_count));
  part->finish();
  return stream->Finish().ValueOrDie();
}

bool is_file(const Bytes& bytes) { return std::string_view(*bytes).starts_with("ARROW1"); }

TEST(Ipc, random_tables_come_back_bit_for_bit_alone_and_merged) {
  std::uint64_t seed = 0;
  for (const ArrowForm form : {ArrowForm::file, ArrowForm::stream}) {
    for (const char* codec : {"none", "lz4", "zstd"}) {
      for (int i = 0; i < 8; ++i) {
        Random random(++seed);
        auto rows = test::random_rows(random, 1 + seed % 6, 0, static_cast<int>(seed % 4));
        const auto writer = formats::make_ipc_writer(options_of(form, codec), {}, rows.columns, names_of(rows.columns));
        std::vector<Bytes> parts;
        for (std::size_t part = 0; part < 4; ++part) {
          test::RandomRows page{rows.columns, {}, 0};
          if (part != 1) test::append_rows(page, random, test::below(random, 150));
          parts.push_back(test::write_part(*writer, rows.columns, {{page.bytes, page.row_count}}));
          EXPECT_EQ(is_file(parts.back()), form == ArrowForm::file);
          rows.bytes.append(page.bytes.view());
          rows.row_count += page.row_count;
        }
        for (const Bytes& bytes : {test::merge_parts(*writer, parts), standalone(*writer, rows)}) {
          EXPECT_EQ(is_file(bytes), form == ArrowForm::file);
          const auto source = formats::open_ipc_source(file_of(bytes), "x.arrow");
          const auto mapping = straight_mapping(rows.columns);
          source->check_mapping(mapping);
          const auto result = read_all(*source, mapping, 1 + test::below(random, 5000));
          ASSERT_TRUE(result.bad.empty()) << seed << " " << result.bad[0].reason;
          ASSERT_TRUE(std::ranges::equal(result.bytes.view(), rows.bytes.view())) << seed;
          for (std::size_t j = 0; j < result.records.size(); ++j) ASSERT_EQ(result.records[j], j);
          ASSERT_EQ(result.records.size(), rows.row_count);
        }
      }
    }
  }
}

TEST(Ipc, merged_files_are_read_by_arrow_with_their_metadata) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "id", cql::DataType::scalar(cql::TypeKind::uuid)}};
  for (const ArrowForm form : {ArrowForm::file, ArrowForm::stream}) {
    const auto writer = formats::make_ipc_writer(options_of(form, "lz4"), {}, columns, {"id"});
    Random random(1);
    test::RandomRows page{columns, {}, 0};
    test::append_rows(page, random, 20);
    const Bytes part = test::write_part(*writer, columns, {{page.bytes, page.row_count}});
    const Bytes merged = test::merge_parts(*writer, {part, part, part});
    std::shared_ptr<arrow::Table> table;
    if (form == ArrowForm::file) {
      const auto reader = arrow::ipc::RecordBatchFileReader::Open(file_of(merged)).ValueOrDie();
      EXPECT_EQ(reader->num_record_batches(), 3);
      table = reader->ToTable().ValueOrDie();
    } else {
      const auto reader =
          arrow::ipc::RecordBatchStreamReader::Open(std::static_pointer_cast<arrow::io::InputStream>(file_of(merged)))
              .ValueOrDie();
      table = reader->ToTable().ValueOrDie();
    }
    EXPECT_TRUE(table->ValidateFull().ok());
    EXPECT_EQ(table->num_rows(), 60);
    EXPECT_EQ(table->schema()->field(0)->metadata()->Get("cql.type").ValueOrDie(), "uuid");
    const auto none = formats::open_ipc_source(file_of(test::merge_parts(*writer, {})), "x.arrow");
    EXPECT_EQ(none->fields().at(0).cql_type, "uuid");
    EXPECT_TRUE(none->plan_units(1).empty());
  }
}

TEST(Ipc, refuses_options_that_cannot_be) {
  const std::vector<cql::ColumnSpec> columns{{"ks", "t", "id", cql::DataType::scalar(cql::TypeKind::uuid)},
                                             {"ks", "t", "b", cql::DataType::scalar(cql::TypeKind::uuid)}};
  EXPECT_THROW((void)formats::make_ipc_writer(options_of(ArrowForm::file, "snappy"), {}, columns, {"a", "b"}), Error);
  EXPECT_THROW((void)formats::make_ipc_writer({}, {}, columns, {"a", "a"}), Error);
}

std::shared_ptr<arrow::RecordBatch> batch_of(const arrow::FieldVector& fields,
                                             const std::vector<const char*>& columns) {
  arrow::ArrayVector arrays;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    arrays.push_back(arrow::json::ArrayFromJSONString(fields[i]->type(), columns[i]).ValueOrDie());
  }
  return arrow::RecordBatch::Make(arrow::schema(fields), arrays[0]->length(), arrays);
}

Bytes written(bool file, const std::vector<std::shared_ptr<arrow::RecordBatch>>& batches,
              arrow::ipc::IpcWriteOptions options = arrow::ipc::IpcWriteOptions::Defaults(), bool close = true) {
  auto stream = test::memory_stream();
  const auto schema = batches.at(0)->schema();
  const auto writer = (file ? arrow::ipc::MakeFileWriter(stream, schema, options)
                            : arrow::ipc::MakeStreamWriter(stream, schema, options))
                          .ValueOrDie();
  for (const auto& batch : batches) EXPECT_TRUE(writer->WriteRecordBatch(*batch).ok());
  if (close) {
    EXPECT_TRUE(writer->Close().ok());
  }
  return stream->Finish().ValueOrDie();
}

std::string text_of(const ReadBack& read) { return std::string(cql::as_text(read.bytes.view())); }

TEST(Ipc, dictionaries_that_change_on_the_way_are_read_in_every_unit) {
  const auto type = arrow::dictionary(arrow::int8(), arrow::utf8());
  const arrow::FieldVector fields{arrow::field("n", arrow::int32()), arrow::field("s", type)};
  const std::vector batches{batch_of(fields, {"[1]", R"(["a"])"}), batch_of(fields, {"[2, 3]", R"(["b", "c"])"}),
                            batch_of(fields, {"[4]", R"(["a"])"})};
  const auto source = formats::open_ipc_source(file_of(written(false, batches)), "x.arrow");
  RowMapping mapping;
  mapping.parameters = {{.field = 1, .column = {"ks", "t", "s", cql::DataType::scalar(cql::TypeKind::text)}}};
  EXPECT_EQ(source->plan_units(1).size(), 3U);
  const std::string one("\0\0\0\x01", 4);
  EXPECT_EQ(text_of(read_all(*source, mapping, 1)), one + "a" + one + "b" + one + "c" + one + "a");
  EXPECT_EQ(text_of(read_all(*source, mapping)), one + "a" + one + "b" + one + "c" + one + "a");
}

TEST(Ipc, streams_without_an_end_and_of_old_writers_are_read) {
  const arrow::FieldVector fields{arrow::field("n", arrow::int32())};
  const std::vector batches{batch_of(fields, {"[1]"}), batch_of(fields, {"[2]"})};
  RowMapping mapping;
  mapping.parameters = {{.field = 0, .column = {"ks", "t", "n", cql::DataType::scalar(cql::TypeKind::int_)}}};
  auto old = arrow::ipc::IpcWriteOptions::Defaults();
  old.write_legacy_ipc_format = true;
  old.metadata_version = arrow::ipc::MetadataVersion::V4;
  for (const Bytes& bytes :
       {written(false, batches, {}, false), written(false, batches, old), written(true, batches, old)}) {
    const auto source = formats::open_ipc_source(file_of(bytes), "x.arrow");
    EXPECT_EQ(text_of(read_all(*source, mapping, 1)), std::string("\0\0\0\4\0\0\0\1\0\0\0\4\0\0\0\2", 16));
  }
}

TEST(Ipc, bad_records_are_json_that_loads_again) {
  const arrow::FieldVector fields{arrow::field("n", arrow::int64()),
                                  arrow::field("at", arrow::timestamp(arrow::TimeUnit::SECOND)),
                                  arrow::field("left out", arrow::utf8())};
  const auto source = formats::open_ipc_source(
      file_of(written(true, {batch_of(fields, {"[1, 3000000000, 5]", "[1, 2, null]", R"(["a", "b", "c"])"})})),
      "x.arrow");
  RowMapping mapping;
  mapping.parameters = {{.field = 1, .column = {"ks", "t", "at", cql::DataType::scalar(cql::TypeKind::timestamp)}},
                        {.field = 0, .column = {"ks", "t", "n", cql::DataType::scalar(cql::TypeKind::int_)}}};
  mapping.refused_records = {2};
  const auto read = read_all(*source, mapping);
  ASSERT_EQ(read.bad.size(), 2U);
  EXPECT_EQ(read.bad[0].raw, R"({"n": 3000000000, "at": "1970-01-01T00:00:02.000Z"})");
  EXPECT_EQ(read.bad[0].column, "n");
  EXPECT_EQ(read.bad[1].raw, R"({"n": 5, "at": null})");
  EXPECT_EQ(read.bad[1].reason, "");
}

std::string open_error(const Bytes& bytes) {
  try {
    (void)formats::open_ipc_source(file_of(bytes), "x.arrow");
    return "";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.message();
  }
}

TEST(Ipc, files_that_are_none_are_refused_by_name) {
  EXPECT_EQ(open_error(arrow::Buffer::FromString("")), "x.arrow: the file is empty");
  EXPECT_EQ(open_error(arrow::Buffer::FromString("id,name\n1,a\n")), "x.arrow: this is no Arrow IPC file or stream");
  EXPECT_THAT(open_error(arrow::Buffer::FromString("ARROW1\0\0")), HasSubstr("truncated"));
  EXPECT_THAT(open_error(arrow::Buffer::FromString("FEA1")), HasSubstr("x.arrow: "));
}

TEST(Ipc, truncations_and_damage_end_in_an_error_or_in_values_never_in_a_crash) {
  const arrow::FieldVector fields{arrow::field("n", arrow::int64()), arrow::field("s", arrow::utf8()),
                                  arrow::field("d", arrow::dictionary(arrow::int8(), arrow::utf8()))};
  RowMapping mapping;
  mapping.parameters = {{.field = 0, .column = {"ks", "t", "n", cql::DataType::scalar(cql::TypeKind::bigint)}},
                        {.field = 1, .column = {"ks", "t", "s", cql::DataType::scalar(cql::TypeKind::text)}},
                        {.field = 2, .column = {"ks", "t", "d", cql::DataType::scalar(cql::TypeKind::text)}}};
  std::size_t refused = 0;
  const auto attempt = [&](const std::string& content) {
    try {
      const auto source = formats::open_ipc_source(file_of(arrow::Buffer::FromString(content)), "x.arrow");
      if (source->fields().size() != 3) return;
      source->check_mapping(mapping);
      (void)read_all(*source, mapping);
    } catch (const Error& error) {
      ++refused;
      EXPECT_THAT(error.message(), HasSubstr("x.arrow"));
      EXPECT_NE(error.error_class(), ErrorClass::defect) << error.message();
    }
  };
  for (const bool file : {false, true}) {
    const std::string whole =
        written(file, {batch_of(fields, {"[1, 2, null]", R"(["a", null, "long enough"])", R"(["x", "y", "x"])"})})
            ->ToString();
    for (std::size_t size = 0; size < whole.size(); ++size) attempt(whole.substr(0, size));
    for (std::size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
      attempt(damaged);
    }
  }
  EXPECT_GT(refused, 1000U);
}

}  // namespace
}  // namespace cqlbulk
