// What the journal keeps of a run's options is what it has again when it is resumed.
#include "operations/options_json.hpp"

#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

TEST(options_json, keeps_the_options_of_json) {
  LoadOptions options;
  options.format = FormatKind::json;
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
  EXPECT_EQ(again.format_options.json, json);
  EXPECT_NE(fingerprint_of(LoadOptions()), fingerprint_of(options));
  ExportOptions unsaid;
  EXPECT_EQ(export_options_of(json_of(unsaid)).format_options.json, JsonOptions());
}

TEST(options_json, refuses_choices_it_does_not_know) {
  journal::Json json = json_of(ExportOptions());
  json["format"]["json"]["form"] = "circle";
  EXPECT_THROW(static_cast<void>(export_options_of(json)), Error);
}

}  // namespace
}  // namespace cqlbulk::operations
