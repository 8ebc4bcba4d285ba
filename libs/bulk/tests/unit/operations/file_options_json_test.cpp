// What an operation's directory keeps of the files' options: all of it comes back.
#include <gtest/gtest.h>

#include "operations/options_json.hpp"

namespace cqlbulk::operations {
namespace {

TextFileOptions some_text_file() { return {FileCompression::xz, 3, "UTF-16"}; }

void expect_same(const TextFileOptions& a, const TextFileOptions& b) {
  EXPECT_EQ(a.compression, b.compression);
  EXPECT_EQ(a.compression_level, b.compression_level);
  EXPECT_EQ(a.encoding, b.encoding);
}

TEST(file_options_json, of_an_export_come_back) {
  ExportOptions options;
  options.format_options.text_file = some_text_file();
  options.file_name_pattern = "x{number}.csv";
  options.file_mode = 0640;
  const ExportOptions again = export_options_of(json_of(options));
  expect_same(again.format_options.text_file, some_text_file());
  EXPECT_EQ(again.file_name_pattern, "x{number}.csv");
  EXPECT_EQ(again.file_mode, 0640U);
}

TEST(file_options_json, of_a_load_come_back) {
  LoadOptions options;
  options.format_options.text_file = some_text_file();
  options.recursive = true;
  options.max_open_files = 7;
  const LoadOptions again = load_options_of(json_of(options));
  expect_same(again.format_options.text_file, some_text_file());
  EXPECT_TRUE(again.recursive);
  EXPECT_EQ(again.max_open_files, 7U);
}

TEST(file_options_json, what_was_not_said_stays_unsaid) {
  const ExportOptions again = export_options_of(json_of(ExportOptions()));
  expect_same(again.format_options.text_file, TextFileOptions());
}

TEST(file_options_json, another_form_is_another_task) {
  ExportOptions options;
  const std::string before = fingerprint_of(options);
  options.format_options.text_file.compression = FileCompression::gzip;
  EXPECT_NE(fingerprint_of(options), before);
}

}  // namespace
}  // namespace cqlbulk::operations
