// CSV as it is read: fields to values, what becomes of nulls, and which records are bad, where and why.
#include <gmock/gmock.h>

#include "csv_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

const std::vector<cql::ColumnSpec> two_texts = {column("a", "text"), column("b", "text")};

std::string int_bytes(std::int32_t number) {
  std::string bytes(4, '\0');
  cql::store_big_endian(reinterpret_cast<std::byte*>(bytes.data()), number);
  return bytes;
}

Row texts(std::string a, std::string b) { return {value(std::move(a)), value(std::move(b))}; }

TEST(csv_reader, reads_any_line_end) {
  for (const std::string_view content :
       {"a,b\n1,2\n3,4\n", "a,b\r\n1,2\r\n3,4", "a,b\r1,2\r3,4\r", "a,b\r\n1,2\n\n3,4\r\r",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n3,4"}) {
    const Loaded loaded = load(CsvOptions{}, std::string(content), two_texts);
    EXPECT_THAT(loaded.rows, ElementsAre(texts("1", "2"), texts("3", "4"))) << content;
    EXPECT_THAT(loaded.records, ElementsAre(0, 1));
    EXPECT_THAT(loaded.bad, IsEmpty());
  }
}

TEST(csv_reader, takes_quoted_fields_literally) {
  const Loaded loaded = load(CsvOptions{}, "a,b\n\"x,\"\"y\"\"\r\nz\",\"\"\nit's \"5\"\",x\n", two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("x,\"y\"\r\nz", ""), texts("it's \"5\"\"", "x")));
}

TEST(csv_reader, tells_null_and_empty_apart) {
  const std::vector<cql::ColumnSpec> columns = {column("a", "text"), column("b", "int")};
  EXPECT_THAT(load(CsvOptions{}, "a,b\n,\n\"\",\"\"\n", columns).rows,
              ElementsAre(Row{unset(), unset()}, Row{value(""), value("")}));
  CsvOptions options;
  options.null_token = "NULL";
  const Loaded loaded = load(options, "a,b\nNULL,NULL\n\"NULL\",\"\"\n,7\nx,\n", columns);
  EXPECT_THAT(loaded.rows,
              ElementsAre(Row{unset(), unset()}, Row{value("NULL"), value("")}, Row{value(""), value(int_bytes(7))}));
  ASSERT_EQ(loaded.bad.size(), 1U);
  EXPECT_EQ(loaded.bad[0].reason, "empty, and neither \"\" nor the null token");
}

TEST(csv_reader, does_with_nulls_as_the_mapping_says) {
  const std::vector<cql::ColumnSpec> columns = {column("k", "int"), column("w", "int"), column("r", "int"),
                                                column("u", "int")};
  RowMapping mapping = straight(columns);
  mapping.parameters[0].key = true;
  mapping.parameters[1].write_null = true;
  mapping.parameters[2].reject_null = true;
  mapping.timestamp_base = 1000;
  const auto source = open_csv_source({}, file_of("k,w,r,u\n1,,3,\n,2,3,4\n1,2,,4\n"), "in.csv");
  const Loaded loaded = load(*source, mapping);
  EXPECT_THAT(loaded.rows, ElementsAre(Row{value(int_bytes(1)), null(), value(int_bytes(3)), unset(),
                                           value(std::string("\0\0\0\0\0\0\x03\xe8", 8))}));
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].column, "k");
  EXPECT_EQ(loaded.bad[0].reason, "null in a column of the primary key");
  EXPECT_EQ(loaded.bad[1].column, "r");
  EXPECT_EQ(loaded.bad[1].record, 2U);
  EXPECT_EQ(loaded.bad[1].line, 4U);
  EXPECT_EQ(loaded.bad[1].raw, "1,2,,4");
}

TEST(csv_reader, rejects_bad_records_alone) {
  const std::vector<cql::ColumnSpec> columns = {column("n", "int"), column("t", "text")};
  const Loaded loaded = load(CsvOptions{},
                             "n,t\n"
                             "1,\"a\nb\"\n"
                             "x,\"c\nd\"\n"
                             "2\n"
                             "3,e,f\n"
                             "\n"
                             "4,\"g\" h\n"
                             "99999999999,i\n"
                             "5,\xff\n"
                             "6,j",
                             columns);
  EXPECT_THAT(loaded.rows, ElementsAre(Row{value(int_bytes(1)), value("a\nb")}, Row{value(int_bytes(6)), value("j")}));
  EXPECT_THAT(loaded.records, ElementsAre(0, 7));
  struct Expected {
    std::uint64_t record;
    std::uint64_t line;
    std::string column;
    std::string reason;
    std::string raw;
  };
  const Expected expected[] = {{1, 4, "n", "not an integer", "x,\"c\nd\""},
                               {2, 6, "", "1 fields where the header has 2", "2"},
                               {3, 7, "", "3 fields where the header has 2", "3,e,f"},
                               {4, 9, "t", "text follows the closing quote", "4,\"g\" h"},
                               {5, 10, "n", "out of range for int", "99999999999,i"},
                               {6, 11, "t", "not valid UTF-8", "5,\xff"}};
  ASSERT_EQ(loaded.bad.size(), std::size(expected));
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    EXPECT_EQ(loaded.bad[i].record, expected[i].record);
    EXPECT_EQ(loaded.bad[i].line, expected[i].line);
    EXPECT_EQ(loaded.bad[i].column, expected[i].column);
    EXPECT_EQ(loaded.bad[i].reason, expected[i].reason);
    EXPECT_EQ(loaded.bad[i].raw, expected[i].raw);
  }
}

TEST(csv_reader, reads_dialects) {
  CsvOptions options;
  options.delimiter = "||";
  options.quote = '\'';
  options.escape = '\\';
  options.comment = '#';
  options.skip_records = 1;
  const Loaded loaded = load(options,
                             "# about this file\n"
                             "'a'||b\n"
                             "skipped||'\n#'\n"
                             "#a comment, with 'a quote\r\n"
                             "'it\\'s'||'b''\\\\'\n"
                             "a|b||x|\n"
                             "a|||b\n",
                             two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("it's", "b'\\"), texts("a|b", "x|"), texts("a", "|b")));
  EXPECT_THAT(loaded.records, ElementsAre(1, 2, 3));
}

TEST(csv_reader, blank_lines_are_records_of_a_single_column_only) {
  const std::vector<cql::ColumnSpec> columns = {column("a", "text")};
  EXPECT_THAT(load(CsvOptions{}, "a\n\nx\n\n", columns).rows, ElementsAre(Row{unset()}, Row{value("x")}, Row{unset()}));
  CsvOptions options;
  options.header = false;
  EXPECT_THAT(load(options, "\nx\n\n", columns).rows, ElementsAre(Row{unset()}, Row{value("x")}, Row{unset()}));
  EXPECT_THAT(load(options, "\n\r\n", columns).rows, ElementsAre(Row{unset()}, Row{unset()}));
}

TEST(csv_reader, names_fields_by_position_without_header) {
  CsvOptions options;
  options.header = false;
  const auto source = open_csv_source(options, file_of("\n#x,1\n#y,2"), "in.csv");
  ASSERT_EQ(source->fields().size(), 2U);
  EXPECT_EQ(source->fields()[1].name, "1");
  EXPECT_EQ(source->reject_header(), "");
  const Loaded loaded = load(*source, straight(two_texts));
  EXPECT_THAT(loaded.rows, ElementsAre(texts("#x", "1"), texts("#y", "2")));
}

TEST(csv_reader, trims_fields_and_finds_quotes_between_blanks) {
  CsvOptions options;
  const std::string content = "a,b\n x , \" y \" \n\t,\" \"z\n";
  EXPECT_THAT(load(options, content, two_texts).rows, ElementsAre(texts(" x ", " \" y \" ")));
  options.trim = CsvOptions::Trim::unquoted;
  Loaded loaded = load(options, content, two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("x", " y ")));
  ASSERT_EQ(loaded.bad.size(), 1U);
  EXPECT_EQ(loaded.bad[0].reason, "text follows the closing quote");
  options.trim = CsvOptions::Trim::all;
  EXPECT_THAT(load(options, content, two_texts).rows, ElementsAre(texts("x", "y")));
  options.delimiter = "\t";
  EXPECT_THAT(load(options, "a\tb\n x\t\t\n\t \"q\t\" \n", two_texts).rows.size(), 1U);
}

TEST(csv_reader, bears_ragged_records_as_said) {
  const std::string content = "a,b\n1\n1,2,3\n1,2\n";
  CsvOptions options;
  EXPECT_THAT(load(options, content, two_texts).records, ElementsAre(2));
  options.missing_fields = CsvOptions::MissingFields::null;
  EXPECT_THAT(load(options, content, two_texts).rows, ElementsAre(Row{value("1"), unset()}, texts("1", "2")));
  options.extra_fields = CsvOptions::ExtraFields::ignore;
  EXPECT_THAT(load(options, content, two_texts).records, ElementsAre(0, 1, 2));
}

TEST(csv_reader, takes_names_that_are_given) {
  CsvOptions options;
  options.field_names = {"x", "y"};
  auto source = open_csv_source(options, file_of("a,b\n1,2\n"), "in.csv");
  EXPECT_EQ(source->fields()[1].name, "y");
  EXPECT_EQ(source->reject_header(), "a,b");
  EXPECT_THAT(load(*source, straight(two_texts)).rows, ElementsAre(texts("1", "2")));
  options.header = false;
  source = open_csv_source(options, file_of("a,b\n1,2\n"), "in.csv");
  EXPECT_EQ(source->fields()[0].name, "x");
  EXPECT_THAT(load(*source, straight(two_texts)).rows, ElementsAre(texts("a", "b"), texts("1", "2")));
  EXPECT_EQ(open_csv_source({}, file_of("a,\n"), "in.csv")->fields()[1].name, "1");
}

TEST(csv_reader, reads_no_more_records_than_asked_for) {
  CsvOptions options;
  options.skip_records = 1;
  const std::string content = "a,b\n0,0\n1,1\n2,2\n3,3\n4,\"4\n";
  const auto source = open_csv_source(options, file_of(content), "in.csv");
  for (const std::uint64_t unit_bytes : {1U, 5U, 1000U}) {
    EXPECT_THAT(load(*source, straight(two_texts), unit_bytes, 3).records, ElementsAre(1, 2, 3));
  }
}

TEST(csv_reader, without_quotes_an_empty_field_is_the_empty_value) {
  CsvOptions options;
  options.quote = 0;
  options.null_token = "NULL";
  const std::vector<cql::ColumnSpec> columns = {column("n", "int"), column("t", "text")};
  const std::vector<Row> rows = {{value(""), value("")}, {unset(), value("\"a\"")}};
  std::vector<Row> written = rows;
  written[1][0] = null();
  EXPECT_THAT(load(options, csv_of(options, columns, written), columns).rows, ::testing::ElementsAreArray(rows));
}

TEST(csv_reader, keeps_zero_bytes_and_five_hundred_columns) {
  std::vector<cql::ColumnSpec> columns;
  Row row;
  for (std::size_t i = 0; i < 500; ++i) {
    columns.push_back(column("c" + std::to_string(i), "text"));
    row.push_back(value(std::string("\0\n,", i % 4)));
  }
  EXPECT_THAT(load(CsvOptions{}, csv_of({}, columns, {row, row}), columns).rows, ElementsAre(row, row));
}

TEST(csv_reader, limits_fields_and_records) {
  CsvOptions options;
  options.max_field_bytes = 10;
  const std::string large(100'000, 'x');
  const Loaded loaded =
      load(options, "a,b\n1234567890,2\n12345678901,2\n\"" + large + "\n,\"\"\"," + large + "\n3,4\n", two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("1234567890", "2"), texts("3", "4")));
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].column, "a");
  EXPECT_EQ(loaded.bad[0].reason, "11 bytes, and no field may have more than 10");
  EXPECT_EQ(loaded.bad[1].line, 4U);
  EXPECT_EQ(loaded.records[1], 3U);
}

TEST(csv_reader, skips_records_that_are_too_large_to_hold) {
  CsvOptions options;
  options.max_field_bytes = 1000;
  const std::string large(3U << 20U, 'x');
  const Loaded loaded = load(options, "a,b\n1,2\n\"" + large + "\n\"," + large + "\n3,4\nx\n", two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("1", "2"), texts("3", "4")));
  EXPECT_THAT(loaded.records, ElementsAre(0, 2));
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].record, 1U);
  EXPECT_EQ(loaded.bad[0].line, 3U);
  EXPECT_EQ(loaded.bad[0].reason, "a record of more than 4000 bytes; only its start is kept");
  EXPECT_EQ(loaded.bad[0].raw.size(), 4096U);
  EXPECT_EQ(loaded.bad[1].line, 6U);
}

TEST(csv_reader, holds_records_larger_than_its_buffer) {
  const std::string large(3U << 20U, 'x');
  const Loaded loaded = load(CsvOptions{}, "a,b\n1,\"" + large + "\"\n" + large + ",\n3,4", two_texts);
  EXPECT_THAT(loaded.rows, ElementsAre(texts("1", large), Row{value(large), unset()}, texts("3", "4")));
}

TEST(csv_reader, its_buffer_may_end_anywhere_in_a_record) {
  constexpr std::size_t buffer_bytes = 1U << 20U;
  CsvOptions options;
  options.delimiter = "||";
  options.escape = '\\';
  options.comment = '#';
  const std::string special = "\"x\"\"\\\"y\"||z|\r\n#c\r\n\"\r\n\"||\"\"\r\n";
  const std::string header = "a||b\n";
  const std::string filler_end = "||\n";
  for (std::size_t before = 0; before <= special.size(); ++before) {
    std::string content = header + std::string(buffer_bytes - before - filler_end.size(), 'f') + filler_end;
    ASSERT_EQ(content.size(), header.size() + buffer_bytes - before);
    content += special;
    // Enough to follow that the unit is larger than the buffer.
    content += "k||l\nm\n";
    const Loaded loaded = load(*open_csv_source(options, file_of(content), "in.csv"), straight(two_texts), 1U << 30U);
    ASSERT_EQ(loaded.bad.size(), 1U) << before << " " << loaded.bad[0].reason;
    EXPECT_EQ(loaded.bad[0].line, 8U) << before;
    ASSERT_EQ(loaded.rows.size(), 4U) << before;
    EXPECT_EQ(loaded.rows[1], texts("x\"\"y", "z|")) << before;
    EXPECT_EQ(loaded.rows[2], texts("\r\n", "")) << before;
    EXPECT_EQ(loaded.rows[3], texts("k", "l")) << before;
  }
}

std::string refusal(const CsvOptions& options, const std::string& content) {
  try {
    (void)open_csv_source(options, file_of(content), "in.csv")->plan_units(1000);
    return "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.message();
  }
}

TEST(csv_source, refuses_files_that_cannot_be) {
  EXPECT_EQ(refusal({}, ""), "in.csv is empty");
  EXPECT_EQ(refusal({}, "\xEF\xBB\xBF\n\r\n"), "in.csv has neither header nor records");
  EXPECT_EQ(refusal({}, "\na,b,a\n"), "in.csv:2: the header names \"a\" twice");
  EXPECT_EQ(refusal({}, "a,\"b\nc\n"), "in.csv:1: a quote opens here and never closes");
  EXPECT_EQ(refusal({}, "a,\"b\" c\n"), "in.csv:1: text follows a closing quote in the header");
  EXPECT_EQ(refusal({}, "a,\xff\n"), "in.csv:1: the header is not valid UTF-8");
  EXPECT_EQ(refusal({}, std::string("\xFF\xFE"
                                    "a\0",
                                    4)),
            "in.csv is UTF-16, and CSV is read as UTF-8");
  EXPECT_EQ(refusal({}, "a,b\n1,2\n\"x\ny\",\"\nz,5\n"), "in.csv:4: a quote opens here and never closes");
  EXPECT_EQ(refusal({}, "a,b\n"), "accepted");
  EXPECT_EQ(refusal({}, ",\"\"\n"), "accepted");
  EXPECT_EQ(refusal({}, "1,\n"), "in.csv:1: the header names \"1\" twice");
}

TEST(csv_source, says_what_a_reject_file_starts_with) {
  const auto source = open_csv_source({},
                                      file_of("\xEF\xBB\xBF"
                                              "a,\"b\n\"\r\n1,2\r\n"),
                                      "in.csv");
  EXPECT_EQ(source->reject_header(), "a,\"b\n\"");
  EXPECT_EQ(source->reject_suffix(), ".csv");
  EXPECT_EQ(source->fields()[1].name, "b\n");
  EXPECT_EQ(source->plan_units(1000).at(0).first_line, 3U);
}

TEST(csv_source, a_file_that_changed_after_planning_is_an_error) {
  const auto source = open_csv_source({}, file_of("a,b\n1,2\n3,4\n"), "in.csv");
  Unit unit = source->plan_units(1000).at(0);
  unit.record_count = 3;
  BoundRows block;
  const auto reader = source->open_unit(unit, straight(two_texts));
  EXPECT_TRUE(reader->next(block));
  EXPECT_THROW((void)reader->next(block), Error);
  unit.end += 10;
  EXPECT_THROW((void)source->open_unit(unit, straight(two_texts))->next(block), Error);
}

}  // namespace
}  // namespace cqlbulk::formats::testing
