// CSV as it is written: nulls, quotes where they are needed and only there, headers, parts merged.
#include <gmock/gmock.h>

#include "csv_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

std::string int_bytes(std::int32_t number) {
  std::string bytes(4, '\0');
  cql::store_big_endian(reinterpret_cast<std::byte*>(bytes.data()), number);
  return bytes;
}

TEST(csv_writer, tells_null_empty_text_and_empty_value_apart) {
  const std::vector<cql::ColumnSpec> columns = {column("k", "int"), column("t", "text"), column("b", "blob"),
                                                column("u", "uuid")};
  EXPECT_EQ(csv_of({}, columns,
                   {{value(int_bytes(1)), value("x"), value("\x01"), null()},
                    {value(int_bytes(-2)), value(""), value(""), value("")},
                    {null(), null(), null(), unset()}}),
            "k,t,b,u\n"
            "1,x,0x01,\n"
            "-2,\"\",0x,\"\"\n"
            ",,,\n");
}

TEST(csv_writer, quotes_what_would_be_read_as_something_else) {
  const std::vector<cql::ColumnSpec> columns = {column("t", "text"), column("l", "list<text>")};
  const std::string list(
      "\0\0\0\x02\0\0\0\x01"
      "a\0\0\0\x03"
      "b\"c",
      16);
  EXPECT_EQ(csv_of({}, columns,
                   {{value("a,b"), value(list)},
                    {value("a\"b"), null()},
                    {value("a\nb"), null()},
                    {value("a\rb"), null()},
                    {value(" a"), null()},
                    {value("a\t"), null()},
                    {value("a b;"), null()}}),
            "t,l\n"
            "\"a,b\",\"[\"\"a\"\",\"\"b\\\"\"c\"\"]\"\n"
            "\"a\"\"b\",\n"
            "\"a\nb\",\n"
            "\"a\rb\",\n"
            "\" a\",\n"
            "\"a\t\",\n"
            "a b;,\n");
}

TEST(csv_writer, keeps_to_the_dialect) {
  CsvOptions options;
  options.delimiter = "||";
  options.quote = '\'';
  options.escape = '\\';
  options.comment = '#';
  options.null_token = "NULL";
  const std::vector<cql::ColumnSpec> columns = {column("a|b", "text"), column("#", "text")};
  EXPECT_EQ(csv_of(options, columns,
                   {{value("#1"), value("#1")},
                    {value("NULL"), null()},
                    {value("it's \\ so"), value("\\")},
                    {value("x|"), value("")}}),
            "'a|b'||#\n"
            "'#1'||#1\n"
            "'NULL'||NULL\n"
            "'it\\'s \\\\ so'||\\\n"
            "'x|'||''\n");
}

TEST(csv_writer, quotes_numbers_where_the_dialect_is_made_of_digits) {
  CsvOptions options;
  options.delimiter = "1";
  options.null_token = "0";
  const std::vector<cql::ColumnSpec> columns = {column("a", "int"), column("b", "int")};
  EXPECT_EQ(csv_of(options, columns, {{value(int_bytes(12)), value(int_bytes(0))}, {value(int_bytes(3)), null()}}),
            "a1b\n\"12\"1\"0\"\n310\n");
}

TEST(csv_writer, without_quotes_refuses_what_needs_them) {
  CsvOptions options;
  options.quote = 0;
  const std::vector<cql::ColumnSpec> columns = {column("t", "text")};
  EXPECT_EQ(csv_of(options, columns, {{value("a\"b ")}}), "t\na\"b \n");
  EXPECT_THROW((void)csv_of(options, columns, {{value("a,b")}}), Error);
  EXPECT_THROW((void)csv_of(options, columns, {{value("")}}), Error);
}

TEST(csv_writer, fragments_follow_the_header) {
  const std::vector<cql::ColumnSpec> columns = {column("n", "int")};
  const auto writer = make_csv_writer({}, columns, {"n"});
  std::string whole = writer->joints()->before;
  for (std::int32_t i = 0; i < 3; ++i) {
    const auto stream = new_stream();
    const auto part = writer->open_part(stream, PartRole::fragment);
    write_rows(*part, columns, {{value(int_bytes(i))}});
    EXPECT_EQ(part->bytes_written(), 2U);
    part->finish();
    if (i != 0) whole += writer->joints()->between;
    whole += read_all(stream);
  }
  EXPECT_EQ(whole + writer->joints()->after, "n\n0\n1\n2\n");
}

TEST(csv_writer, quotes_and_ends_lines_as_said) {
  const std::vector<cql::ColumnSpec> columns = {column("n", "int"), column("t", "text")};
  const std::vector<Row> rows = {{value(int_bytes(7)), value("x")}, {null(), value("")}};
  CsvOptions options;
  options.quoting = CsvOptions::Quoting::text;
  options.line_end = CsvOptions::LineEnd::crlf;
  EXPECT_EQ(csv_of(options, columns, rows), "\"n\",\"t\"\r\n7,\"x\"\r\n,\"\"\r\n");
  options.quoting = CsvOptions::Quoting::all;
  options.line_end = CsvOptions::LineEnd::cr;
  EXPECT_EQ(csv_of(options, columns, rows), "\"n\",\"t\"\r\"7\",\"x\"\r,\"\"\r");
}

TEST(csv_writer, shows_values_in_the_forms_that_were_asked_for) {
  const std::vector<cql::ColumnSpec> columns = {column("d", "decimal"), column("l", "list<text>")};
  TextForms forms;
  forms.locale = "de";
  forms.nested = TextForms::Nested::cql;
  const std::string number("\0\0\0\x02\x01\xe2\x40", 7);  // 1234.56
  const std::string list(
      "\0\0\0\x01\0\0\0\x01"
      "a",
      9);
  const auto written = [&](const TextForms& how) {
    const auto writer = make_csv_writer({}, columns, {"d", "l"}, how);
    const auto stream = new_stream();
    const auto part = writer->open_part(stream, PartRole::standalone);
    write_rows(*part, columns, {{value(number), value(list)}});
    part->finish();
    return read_all(stream);
  };
  EXPECT_EQ(written(forms), "d,l\n\"1.234,56\",['a']\n");
  const auto source = open_csv_source({}, file_of(written(forms)), "in.csv", forms);
  EXPECT_THAT(load(*source, straight(columns)).rows, ::testing::ElementsAre(Row{value(number), value(list)}));
}

TEST(csv_writer, names_the_column_of_what_a_form_cannot_show) {
  const std::vector<cql::ColumnSpec> columns = {column("at", "timestamp")};
  TextForms forms;
  forms.timestamp_pattern = "dd.MM.yyyy";
  const auto writer = make_csv_writer({}, columns, {"at"}, forms);
  const auto part = writer->open_part(new_stream(), PartRole::standalone);
  try {
    write_rows(*part, columns, {{value(std::string("\0\0\0\0\0\0\0\x01", 8))}});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.message(),
              "column at: the timestamp 1970-01-01T00:00:00.001Z has more digits than dd.MM.yyyy shows");
  }
}

TEST(csv_writer, writes_no_header_where_none_is_wanted) {
  CsvOptions options;
  options.header = false;
  EXPECT_EQ(csv_of(options, {column("n", "int")}, {{value(int_bytes(7))}}), "7\n");
}

TEST(csv_options, are_refused_all_at_once) {
  CsvOptions options;
  options.delimiter = "";
  options.null_token = "\"";
  options.comment = '"';
  options.max_field_bytes = 0;
  options.quoting = CsvOptions::Quoting::all;
  options.trim = CsvOptions::Trim::all;
  options.escape = ' ';
  try {
    check_csv_options(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(),
                ::testing::AllOf(::testing::HasSubstr("delimiter is empty"), ::testing::HasSubstr("null token"),
                                 ::testing::HasSubstr("comment"), ::testing::HasSubstr("longest field"),
                                 ::testing::HasSubstr("to be trimmed")));
  }
}

}  // namespace
}  // namespace cqlbulk::formats::testing
