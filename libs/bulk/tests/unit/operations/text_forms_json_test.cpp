// Text forms survive operation.json.
#include "operations/text_forms_json.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

TEST(text_forms_json, every_setting_comes_back) {
  TextForms forms;
  forms.blobs = TextForms::Blobs::base64;
  forms.timestamps = TextForms::Timestamps::nanoseconds;
  forms.numbers = TextForms::Numbers::plain;
  forms.true_word = "yes";
  forms.false_word = "no";
  forms.nested = TextForms::Nested::cql;
  forms.rounding = Rounding::half_down;
  forms.overflow = Overflow::saturate;
  EXPECT_EQ(text_forms_of(text_forms_json(forms)), forms);
  EXPECT_EQ(text_forms_of(text_forms_json({})), TextForms());
}

TEST(text_forms_json, what_an_older_version_left_out_is_the_default) {
  EXPECT_EQ(text_forms_of(journal::Json::object()), TextForms());
}

TEST(text_forms_json, unknown_choices_are_refused) {
  EXPECT_THROW((void)text_forms_of({{"blobs", "octal"}}), std::exception);
}

}  // namespace
}  // namespace cqlbulk::operations
