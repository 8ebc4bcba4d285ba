// Text forms survive operation.json.
#include "operations/text_forms_json.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

TEST(text_forms_json, every_setting_comes_back) {
  TextForms forms;
  forms.blobs = TextForms::Blobs::base64;
  forms.timestamps = TextForms::Timestamps::nanoseconds;
  forms.timestamp_pattern = "d.M.yyyy";
  forms.date_pattern = "yy/M/d";
  forms.time_pattern = "HH";
  forms.time_zone = "Europe/Berlin";
  forms.locale = "de";
  forms.decimal_separator = ",";
  forms.group_separator = "'";
  forms.number_pattern = "#,##0.00";
  forms.numbers = TextForms::Numbers::plain;
  forms.true_word = "yes";
  forms.false_word = "no";
  forms.nested = TextForms::Nested::cql;
  forms.rounding = Rounding::half_down;
  forms.overflow = Overflow::saturate;
  EXPECT_EQ(text_forms_of(text_forms_json(forms)), forms);
  EXPECT_EQ(text_forms_of(text_forms_json({})), TextForms());
}

TEST(csv_json, every_setting_comes_back) {
  CsvOptions csv;
  csv.delimiter = "||";
  csv.quote = '\'';
  csv.escape = '\xFF';
  csv.comment = '#';
  csv.header = false;
  csv.null_token = "NULL";
  csv.skip_records = 3;
  csv.max_field_bytes = 5;
  csv.field_names = {"a", "b"};
  csv.trim = CsvOptions::Trim::all;
  csv.missing_fields = CsvOptions::MissingFields::null;
  csv.extra_fields = CsvOptions::ExtraFields::ignore;
  csv.quoting = CsvOptions::Quoting::text;
  csv.line_end = CsvOptions::LineEnd::cr;
  EXPECT_EQ(csv_of(csv_json(csv)), csv);
  EXPECT_EQ(csv_of(csv_json({})), CsvOptions());
  csv.quote = 0;
  EXPECT_EQ(csv_of(csv_json(csv)).quote, 0);
}

TEST(text_forms_json, what_an_older_version_left_out_is_the_default) {
  EXPECT_EQ(text_forms_of(journal::Json::object()), TextForms());
}

TEST(text_forms_json, unknown_choices_are_refused) {
  EXPECT_THROW((void)text_forms_of({{"blobs", "octal"}}), std::exception);
}

}  // namespace
}  // namespace cqlbulk::operations
