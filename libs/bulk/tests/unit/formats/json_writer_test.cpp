// What JSON files look like.
#include <gtest/gtest.h>

#include "json_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

std::string int_bytes(std::int32_t number) {
  cql::Buffer bytes;
  bytes.append_integer(number);
  return std::string(cql::as_text(bytes.view()));
}

const std::vector<cql::ColumnSpec> two{column("id", "int"), column("na\"me", "text")};
const std::vector<Row> two_rows{{value(int_bytes(1)), value("x\ny")}, {value(int_bytes(2)), null()}};

JsonOptions array(bool pretty = false) {
  JsonOptions options;
  options.form = JsonForm::array;
  options.pretty = pretty;
  return options;
}

TEST(json_writer, writes_an_object_a_line) {
  EXPECT_EQ(json_of({}, two, two_rows), "{\"id\":1,\"na\\\"me\":\"x\\ny\"}\n{\"id\":2,\"na\\\"me\":null}\n");
  EXPECT_EQ(json_of({}, two, {}), "");
}

TEST(json_writer, leaves_nulls_out_when_asked_to) {
  JsonOptions options;
  options.write_nulls = false;
  EXPECT_EQ(json_of(options, two, {{value(int_bytes(2)), null()}, {null(), null()}}), "{\"id\":2}\n{}\n");
}

TEST(json_writer, writes_one_array) {
  EXPECT_EQ(json_of(array(), two, two_rows),
            "[\n{\"id\":1,\"na\\\"me\":\"x\\ny\"},\n{\"id\":2,\"na\\\"me\":null}\n]\n");
  EXPECT_EQ(json_of(array(), two, {}), "[\n]\n");
}

TEST(json_writer, indents) {
  const std::vector<cql::ColumnSpec> columns{column("m", "map<int,list<text>>"), column("t", "text")};
  cql::Buffer map;
  for (const std::int32_t number : {1, 4, 7, 0}) map.append_integer(number);  // One pair; the key; an empty value.
  map.resize(12);
  map.append_integer(std::int32_t{14});
  for (const std::int32_t number : {2, 1}) map.append_integer(number);
  map.append(std::string_view("a"));
  map.append_integer(std::int32_t{1});
  map.append(std::string_view("{"));
  const std::string text(cql::as_text(map.view()));
  EXPECT_EQ(json_of(array(true), columns, {{value(text), value(",")}}),
            "[\n  {\n    \"m\": {\n      \"7\": [\n        \"a\",\n        \"{\"\n      ]\n    },\n    \"t\": \",\"\n  "
            "}\n]\n");
}

TEST(json_writer, puts_write_times_and_ttls_under_metadata) {
  const std::vector<cql::ColumnSpec> columns{column("id", "int"), column("v", "int"), column("v_writetime", "bigint"),
                                             column("v_ttl", "int")};
  using Kind = CellFact::Kind;
  const std::vector<CellFact> facts{{Kind::value, 0}, {Kind::value, 1}, {Kind::writetime, 1}, {Kind::ttl, 1}};
  const std::string long_time("\0\0\0\0\0\0\0\x09", 8);
  const std::vector<Row> rows{{value(int_bytes(1)), value(int_bytes(2)), value(long_time), value(int_bytes(3))},
                              {value(int_bytes(1)), value(int_bytes(2)), value(long_time), null()},
                              {value(int_bytes(1)), value(int_bytes(2)), null(), value(int_bytes(3))},
                              {value(int_bytes(1)), null(), null(), null()}};
  EXPECT_EQ(json_of({}, columns, rows, facts),
            "{\"id\":1,\"v\":2,\"_metadata\":{\"writetime\":{\"v\":9},\"ttl\":{\"v\":3}}}\n"
            "{\"id\":1,\"v\":2,\"_metadata\":{\"writetime\":{\"v\":9}}}\n"
            "{\"id\":1,\"v\":2,\"_metadata\":{\"ttl\":{\"v\":3}}}\n"
            "{\"id\":1,\"v\":null}\n");
  JsonOptions flat;
  flat.metadata_object = false;
  EXPECT_EQ(json_of(flat, columns, {rows[1]}, facts), "{\"id\":1,\"v\":2,\"v_writetime\":9,\"v_ttl\":null}\n");
}

std::string merged(const JsonOptions& options, const std::vector<std::vector<Row>>& fragments) {
  const auto writer = make_json_writer(options, two, names_of(two), {});
  std::vector<std::string> contents;
  for (const std::vector<Row>& rows : fragments) {
    const auto stream = new_stream();
    const auto part = writer->open_part(stream, PartRole::fragment);
    if (!rows.empty()) write_rows(*part, two, rows);
    part->finish();
    contents.push_back(read_all(stream));
  }
  // As operations/join_fragments does it, which is not given fragments without rows.
  std::string whole = writer->joints()->before;
  for (const std::string& content : contents) {
    if (content.empty()) continue;
    if (whole != writer->joints()->before) whole += writer->joints()->between;
    whole += content;
  }
  return whole + writer->joints()->after;
}

TEST(json_writer, joins_fragments_some_of_them_empty) {
  for (const bool pretty : {false, true}) {
    const std::string whole = json_of(array(pretty), two, {two_rows[0], two_rows[1], two_rows[0]});
    EXPECT_EQ(merged(array(pretty), {{}, two_rows, {}, {}, {two_rows[0]}, {}}), whole);
    EXPECT_EQ(merged(array(pretty), {{two_rows[0]}, {two_rows[1], two_rows[0]}}), whole);
  }
  EXPECT_EQ(merged({}, {two_rows, {}, two_rows}),
            json_of({}, two, {two_rows[0], two_rows[1], two_rows[0], two_rows[1]}));
}

TEST(json_writer, refuses_options_that_cannot_be) {
  JsonOptions pretty_lines;
  pretty_lines.pretty = true;
  EXPECT_THROW(static_cast<void>(make_json_writer(pretty_lines, two, {"a", "b"}, {})), Error);
  JsonOptions values;
  values.form = JsonForm::values;
  EXPECT_THROW(static_cast<void>(make_json_writer(values, two, {"a", "b"}, {})), Error);
  EXPECT_THROW(static_cast<void>(make_json_writer({}, two, {"a", "a"}, {})), Error);
  const std::vector<CellFact> facts{{CellFact::Kind::value, 0}, {CellFact::Kind::ttl, 0}};
  EXPECT_THROW(static_cast<void>(make_json_writer({}, two, {"_metadata", "b"}, facts)), Error);
  EXPECT_NO_THROW(static_cast<void>(make_json_writer({}, two, {"_metadata", "b"}, {})));
}

TEST(json_format, follows_from_names) {
  EXPECT_EQ(format_of_name("a/b.json"), FormatKind::json);
  EXPECT_EQ(format_of_name("b.JSONL"), FormatKind::json);
  EXPECT_EQ(format_of_name("b.ndjson"), FormatKind::json);
  EXPECT_EQ(format_of_name("b."), std::nullopt);
  EXPECT_EQ(settled(FormatKind::json, {}, "b.json").json.form, JsonForm::array);
  EXPECT_EQ(settled(FormatKind::json, {}, "b.json.gz").json.form, JsonForm::array);
  EXPECT_EQ(settled(FormatKind::json, {}, "b.jsonl").json.form, JsonForm::lines);
  EXPECT_EQ(settled(FormatKind::json, {}, "x.json/").json.form, JsonForm::lines);
  FormatOptions lines;
  lines.json.form = JsonForm::lines;
  EXPECT_EQ(settled(FormatKind::json, lines, "b.json").json.form, JsonForm::lines);
  EXPECT_EQ(part_suffix(FormatKind::json, lines), "jsonl");
  lines.json.form = JsonForm::array;
  EXPECT_EQ(part_suffix(FormatKind::json, lines), "json");
  EXPECT_EQ(part_suffix(FormatKind::csv, lines), "csv");
}

}  // namespace
}  // namespace cqlbulk::formats::testing
