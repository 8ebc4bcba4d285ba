// What the journal keeps of a run's options is what it has again when it is resumed.
#include "operations/options_json.hpp"

#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

TEST(options_json, keeps_the_options_of_json) {
  LoadOptions options;
  options.format = FormatKind::json;
  options.where = "a = 'b'";
  options.timestamp_unit = TimeUnit::nanoseconds;
  options.max_records = 7;
  options.group_spill = 1'000'000'000;
  JsonOptions& json = options.format_options.json;
  json.form = JsonForm::values;
  json.pretty = true;
  json.write_nulls = false;
  json.metadata_object = false;
  json.fields = {"a", "b,c"};
  json.ignore_unknown_fields = true;
  json.missing = MissingField::reject;
  json.max_record_bytes = 17;
  const LoadOptions again = load_options_of(json_of(options));
  EXPECT_EQ(again.format, FormatKind::json);
  EXPECT_EQ(again.where, options.where);
  EXPECT_EQ(again.timestamp_unit, options.timestamp_unit);
  EXPECT_EQ(again.max_records, 7U);
  EXPECT_EQ(again.group_spill, options.group_spill);
  EXPECT_EQ(again.format_options.json, json);
  EXPECT_NE(fingerprint_of(LoadOptions()), fingerprint_of(options));
  ExportOptions unsaid;
  EXPECT_EQ(export_options_of(json_of(unsaid)).format_options.json, JsonOptions());
}

TEST(options_json, keeps_the_options_of_arrow_and_parquet) {
  ExportOptions options;
  options.format = FormatKind::arrow;
  FormatOptions& format = options.format_options;
  format.columnar = {ColumnarOptions::Decimal{20, 4}, 30, DurationForm::interval};
  format.arrow = {ArrowForm::stream, "zstd"};
  format.parquet = {"gzip", 7, ParquetStatistics::none, {"a", "b"}, true};
  const ExportOptions again = export_options_of(json_of(options));
  EXPECT_EQ(again.format, FormatKind::arrow);
  EXPECT_EQ(again.format_options.columnar, format.columnar);
  EXPECT_EQ(again.format_options.arrow, format.arrow);
  EXPECT_EQ(again.format_options.parquet, format.parquet);
  const FormatOptions unsaid = export_options_of(json_of(ExportOptions())).format_options;
  EXPECT_EQ(unsaid.columnar, ColumnarOptions());
  EXPECT_EQ(unsaid.arrow, ArrowOptions());
  EXPECT_EQ(unsaid.parquet, ParquetOptions());
}

TEST(options_json, keeps_the_options_of_pace) {
  CountOptions options;
  PaceOptions& pace = options.operation.pace;
  pace.preset = Preset::adaptive;
  pace.max_rows_per_second = 1'000;
  pace.max_bytes_per_second = 5'000'000;
  pace.cool_down = std::chrono::milliseconds(7);
  pace.health_every = std::chrono::milliseconds(8);
  const PaceOptions again = count_options_of(json_of(options)).operation.pace;
  EXPECT_EQ(again.preset, pace.preset);
  EXPECT_EQ(again.max_rows_per_second, pace.max_rows_per_second);
  EXPECT_EQ(again.max_bytes_per_second, pace.max_bytes_per_second);
  EXPECT_EQ(again.cool_down, pace.cool_down);
  EXPECT_EQ(again.health_every, pace.health_every);
  journal::Json json = json_of(options);
  json["pace"]["preset"] = "reckless";
  EXPECT_THROW(static_cast<void>(count_options_of(json)), Error);
}

TEST(options_json, goes_on_with_the_same_converters_only) {
  const auto nothing = [](cql::ByteView, const cql::DataType&, cql::Buffer&) { return false; };
  const std::vector<ColumnConverter> converters{{"a", cql::parse_cql_type("text"), nothing, {}}};
  ExportOptions options;
  const journal::Json without = json_of(options);
  options.converters = converters;
  const journal::Json with = json_of(options);
  EXPECT_NE(fingerprint_of(ExportOptions()), fingerprint_of(options));
  EXPECT_EQ(converters_again(with, converters).size(), 1U);
  EXPECT_TRUE(converters_again(without, {}).empty());
  EXPECT_THROW(static_cast<void>(converters_again(without, converters)), Error);
  try {
    static_cast<void>(converters_again(with, {}));
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(error.message().find("converters of its program for a"), std::string::npos) << error.message();
  }
  LoadOptions load;
  load.converters = {{"a", cql::parse_cql_type("int"), nothing, {}}};
  EXPECT_THROW(static_cast<void>(converters_again(json_of(load), converters)), Error);
}

TEST(options_json, refuses_choices_it_does_not_know) {
  journal::Json json = json_of(ExportOptions());
  json["format"]["json"]["form"] = "circle";
  EXPECT_THROW(static_cast<void>(export_options_of(json)), Error);
}

}  // namespace
}  // namespace cqlbulk::operations
