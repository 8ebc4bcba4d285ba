// What becomes of JSON files: rows, and records that are refused, each alone.
#include <gtest/gtest.h>

#include "json_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

std::string int_bytes(std::int32_t number) {
  cql::Buffer bytes;
  bytes.append_integer(number);
  return std::string(cql::as_text(bytes.view()));
}
Wire number(std::int32_t number) { return value(int_bytes(number)); }

const std::vector<cql::ColumnSpec> two{column("id", "int"), column("name", "text")};

std::vector<std::string> field_names(const Source& source) {
  std::vector<std::string> names;
  for (const Field& field : source.fields()) names.push_back(field.name + ":" + field.file_type);
  return names;
}

TEST(json_fields, are_the_first_records_keys) {
  const auto source = json_source(
      R"({"b":null,"a":1,"_metadata":{"writetime":{"a":5},"ttl":{"a":6},"x":true}}
broken
{"c":"x","b":[],"_metadata":3})");
  EXPECT_EQ(field_names(*source),
            (std::vector<std::string>{"b:array", "a:number", "_metadata.writetime.a:number", "_metadata.ttl.a:number",
                                      "_metadata.x:boolean", "c:string", "_metadata:number"}));
  JsonOptions options;
  options.fields = {"z", "a"};
  EXPECT_EQ(field_names(*json_source("{\"a\":1}", options)), (std::vector<std::string>{"a:number", "z:null"}));
}

TEST(json_fields, need_a_first_record_however_long) {
  const auto source = json_source("{\"a\":\"" + std::string(9U << 20U, 'x') + "\"}\n{\"b\":1}");
  EXPECT_EQ(field_names(*source), (std::vector<std::string>{"a:string", "b:number"}));
}

TEST(json_fields, refuse_what_is_no_json) {
  for (const char* content : {"id,name\n1,x\n", "[1,2]", "3", "\xFF\xFE{\0}"}) {
    EXPECT_THROW(static_cast<void>(json_source(content)), Error) << content;
  }
  JsonOptions array;
  array.form = JsonForm::array;
  EXPECT_THROW(static_cast<void>(json_source("{}", array)), Error);
  EXPECT_TRUE(json_source("")->fields().empty());
  EXPECT_TRUE(json_source("[]")->plan_units(1).empty());
}

TEST(json_reader, reads_every_form_the_same) {
  const std::vector<Row> rows{{number(1), value("x")}, {number(2), value("{\"}")}, {number(3), unset()}};
  for (const char* content : {
           "{\"id\":1,\"name\":\"x\"}\n{\"id\":2,\"name\":\"{\\\"}\"}\n\n{\"id\":3,\"name\":null}\n",
           "\xEF\xBB\xBF{\"id\":1,\"name\":\"x\"}\r\n{\"name\":\"{\\\"}\",\"id\":2}\r\n{\"id\":3}",
           "[{\"id\":1,\"name\":\"x\"},{\"id\":2,\"name\":\"{\\\"}\"},{\"id\":3}]",
           "\n[\n  {\n    \"id\": 1,\n    \"name\": \"x\"\n  },\n  {\"id\": 2, \"name\": \"{\\\"}\"},\n{\"id\":3}]\n",
           "{\n\"id\": 1,\n\"name\": \"x\"}\n{\"id\":2,\n\"name\":\"{\\\"}\"} {\"id\": 3}",
           "{\"id\":1,\"name\":\"x\"}{\"id\":2,\"name\":\"{\\\"}\"}{\"id\":3}",
       }) {
    for (const std::uint64_t unit_bytes : {1U, 30U, 1000U}) {
      const Loaded loaded = load_json(content, two, {}, unit_bytes);
      EXPECT_TRUE(loaded.bad.empty()) << content << loaded.bad[0].reason;
      EXPECT_EQ(loaded.rows, rows) << content;
      EXPECT_EQ(loaded.records, (std::vector<std::uint64_t>{0, 1, 2}));
    }
  }
}

struct Bad {
  const char* record;
  const char* column;
  const char* reason;
};

// Each stands between two good records, in lines and in an array.
const Bad bad_records[] = {
    {R"({"id":"x","name":"a"})", "id", "not an integer"},
    {R"({"id":1.5,"name":"a"})", "id", "not an integer"},
    {R"({"id":null,"name":"a"})", "id", "null in a column of the primary key"},
    {R"({"name":"a"})", "id", "no value for a column of the primary key"},
    {R"({"id":1,"name":07})", "name", ""},
    {R"({"id":1,"name":["a"]})", "name", "a single value was expected"},
    {R"({"id":1,"id":2})", "", "the field \"id\" occurs twice"},
    {R"({"id":1,"later":2})", "", "the field \"later\" is not one of the file's first records'"},
    {"{\"id\":1,\"name\":\"\xC3\x28\"}", "", "not valid JSON: UTF8_ERROR: The input is not valid UTF-8"},
    {R"({"id":1,"name":"\ud800"})", "name", ""},
    {R"({"id":1,"name":"a")", "", ""},
    {R"({"id":1,"name":})", "name", ""},
    {R"({"id":1 "name":"a"})", "", ""},
    {R"({"id":1,})", "", ""},
    {R"({id:1})", "", ""},
    {R"({"id":1,"name":nul})", "name", ""},
    {R"({"id":1}})", "", ""},
    {R"({"id":1} x)", "", ""},
    {"7", "", "not a JSON object"},
    {"\"x\"", "", "not a JSON object"},
    {"x", "", ""},
};

Loaded load_beside(const std::string& before, const std::string& record, const std::string& after,
                   std::vector<std::uint64_t> refused = {}) {
  JsonOptions options;
  // Only the first record is looked at for its fields: the bad ones come later.
  const auto source = json_source(before + record + after, options);
  RowMapping mapping;
  for (std::size_t i = 0; i < 2; ++i) mapping.parameters.push_back({.field = i, .column = two[i], .key = i == 0});
  mapping.refused_records = std::move(refused);
  return load(*source, mapping);
}

TEST(json_reader, refuses_bad_records_alone) {
  const std::string good = R"({"id":5,"name":"g"})";
  // So much that what follows is not among the first records.
  const std::string blank(4U << 20U, ' ');
  for (const Bad& bad : bad_records) {
    for (const bool array : {false, true}) {
      const Loaded loaded = array ? load_beside("[" + good + ",\n" + blank, bad.record, ",\n" + good + "]")
                                  : load_beside(good + "\n" + blank, bad.record, "\n" + good + "\n");
      ASSERT_EQ(loaded.bad.size(), 1U) << bad.record;
      EXPECT_EQ(loaded.bad[0].record, 1U) << bad.record;
      EXPECT_EQ(loaded.bad[0].line, 2U) << bad.record;
      EXPECT_EQ(loaded.bad[0].column, bad.column) << bad.record << loaded.bad[0].reason;
      EXPECT_EQ(loaded.bad[0].raw.substr(0, std::string_view(bad.record).size()), bad.record);
      if (*bad.reason != '\0') {
        EXPECT_EQ(loaded.bad[0].reason, bad.reason);
      }
      EXPECT_FALSE(loaded.bad[0].reason.empty()) << bad.record;
      const Row row{number(5), value("g")};
      EXPECT_EQ(loaded.rows, (std::vector<Row>{row, row})) << bad.record;
    }
  }
}

TEST(json_reader, puts_raw_records_on_one_line) {
  const Loaded loaded =
      load_json("[\n{\"id\": 1,\n  \"name\": \"a b\"},\n{\"id\":\n\"x\"\n},\n{\"id\": [\"x\ny\"]},\n{\"id\": 2}]",
                {column("id", "int")});
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].raw, "{\"id\": \"x\" }");
  EXPECT_EQ(loaded.bad[0].line, 4U);
  EXPECT_EQ(loaded.bad[1].raw, "{\"id\": [\"x\\ny\"]},");
  EXPECT_EQ(loaded.rows.size(), 2U);
}

TEST(json_reader, refuses_the_records_it_is_told_to) {
  const Loaded loaded = load_beside(R"({"id":1,"name":"a"})"
                                    "\n",
                                    R"({"id":2,"name":"b"})", "\n{}", {1});
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].reason, "");
  EXPECT_EQ(loaded.bad[0].raw, R"({"id":2,"name":"b"})");
}

TEST(json_reader, follows_the_policies_for_fields) {
  const std::string content = "{\"id\":1,\"name\":\"a\"}\n" + std::string(4U << 20U, ' ') + "\n{\"id\":2,\"x\":1}\n";
  const std::vector<Row> unset_name{{number(1), value("a")}, {number(2), unset()}};
  JsonOptions options;
  EXPECT_EQ(load_json(content, two, options).bad.size(), 1U);
  options.ignore_unknown_fields = true;
  EXPECT_EQ(load_json(content, two, options).rows, unset_name);
  const auto with_nulls = [&] {
    const auto source = json_source(content, options);
    RowMapping mapping = by_name(*source, two);
    mapping.parameters[1].write_null = true;
    return load(*source, mapping);
  };
  EXPECT_EQ(with_nulls().rows[1], (Row{number(2), null()}));
  options.missing = MissingField::unset;
  EXPECT_EQ(with_nulls().rows[1], (Row{number(2), unset()}));
  options.missing = MissingField::reject;
  EXPECT_EQ(load_json(content, two, options).bad.at(0).reason, "no field \"name\"");
  options.missing = MissingField::as_null;
  options.ignore_unknown_fields = false;
  options.fields = {"x"};
  EXPECT_EQ(load_json(content, two, options).rows, unset_name);
}

TEST(json_reader, rejects_nulls_and_missing_fields_alike) {
  const auto source = json_source("{\"id\":1,\"name\":\"a\"}\n{\"id\":2}\n{\"id\":3,\"name\":null}\n");
  RowMapping mapping = by_name(*source, two);
  mapping.parameters[1].reject_null = true;
  const Loaded loaded = load(*source, mapping);
  EXPECT_EQ(loaded.rows.size(), 1U);
  EXPECT_EQ(loaded.bad.size(), 2U);
}

TEST(json_reader, takes_fields_in_any_order) {
  const std::vector<cql::ColumnSpec> three{column("a", "int"), column("b", "text"), column("c", "int")};
  const Row row{number(1), value("x"), number(3)};
  const Loaded loaded = load_json(
      "{\"a\":1,\"b\":\"x\",\"c\":3}\n{\"c\":3,\"b\":\"x\",\"a\":1}\n{\"b\":\"x\",\"a\":1,\"c\":3}\n{\"c\":3,\"a\":1,"
      "\"b\":\"x\"}\n"
      "{\"a\":1,\"c\":3}\n{\"c\":3,\"a\":1}\n",
      three);
  EXPECT_EQ(loaded.rows,
            (std::vector<Row>{row, row, row, row, {number(1), unset(), number(3)}, {number(1), unset(), number(3)}}));
}

TEST(json_reader, gives_a_field_to_several_parameters) {
  const auto source = json_source("{\"l\":[1, 2],\"t\":\"a\\\"b\"}\n");
  RowMapping mapping;
  for (const std::size_t field : {1U, 0U, 1U, 0U}) {
    mapping.parameters.push_back({.field = field, .column = column("c", field == 0 ? "list<int>" : "text")});
  }
  const Loaded loaded = load(*source, mapping);
  ASSERT_EQ(loaded.rows.size(), 1U) << loaded.bad[0].reason;
  EXPECT_EQ(loaded.rows[0][0], value("a\"b"));
  EXPECT_EQ(loaded.rows[0][2], value("a\"b"));
  EXPECT_EQ(loaded.rows[0][1], loaded.rows[0][3]);
  EXPECT_EQ(loaded.rows[0][1].size, 20);
}

TEST(json_reader, delivers_metadata_as_fields) {
  const auto source = json_source(
      "{\"id\":1,\"_metadata\":{\"ttl\":{\"id\":8},\"writetime\":{\"id\":7}}}\n{\"id\":2}\n"
      "{\"id\":3,\"_metadata\":{\"writetime\":{\"id\":9,\"id\":9}}}\n");
  std::vector<cql::ColumnSpec> columns{column("id", "int"), column("_metadata.writetime.id", "int"),
                                       column("_metadata.ttl.id", "int")};
  const Loaded loaded = load(*source, by_name(*source, columns));
  EXPECT_EQ(loaded.rows, (std::vector<Row>{{number(1), number(7), number(8)}, {number(2), unset(), unset()}}));
  ASSERT_EQ(loaded.bad.size(), 1U);
  EXPECT_EQ(loaded.bad[0].reason, "the field \"_metadata.writetime.id\" occurs twice");
}

TEST(json_reader, adds_timestamps_by_ordinal) {
  const auto source = json_source("{\"id\":1}\nx\n{\"id\":3}\n");
  RowMapping mapping = by_name(*source, {column("id", "int")});
  mapping.timestamp_base = 100;
  const Loaded loaded = load(*source, mapping, 1);
  ASSERT_EQ(loaded.rows.size(), 2U);
  EXPECT_EQ(loaded.rows[1][1].bytes, std::string("\0\0\0\0\0\0\0\x66", 8));
  EXPECT_EQ(loaded.bad.at(0).line, 2U);
}

TEST(json_reader, limits_records) {
  JsonOptions options;
  options.max_record_bytes = 1U << 20U;
  const std::string huge = "{\"id\":7,\"name\":\"" + std::string(5U << 20U, 'x') + "\"}";
  const std::string good = "{\"id\":1,\"name\":\"a\"}";
  for (const bool array : {false, true}) {
    const std::string between = array ? ",\n" : "\n";
    const std::string content = (array ? "[" : "") + good + between + huge + between + good + (array ? "]" : "");
    const Loaded loaded = load_json(content, two, options);
    ASSERT_EQ(loaded.rows.size(), 2U);
    ASSERT_EQ(loaded.bad.size(), 1U);
    EXPECT_EQ(loaded.bad[0].record, 1U);
    EXPECT_EQ(loaded.bad[0].line, 2U);
    EXPECT_EQ(loaded.bad[0].reason, "a record of more than 1048576 bytes; only its start is kept");
    EXPECT_EQ(loaded.bad[0].raw, huge.substr(0, 4096));
  }
  // White space between records is no record.
  const Loaded loaded = load_json("[" + good + std::string(5U << 20U, ' ') + "," + good + "]", two, options);
  EXPECT_EQ(loaded.rows.size() + loaded.bad.size(), 2U);
}

TEST(json_reader, limits_nesting) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
  const std::string content = "{\"id\":1,\"other\":" + nested(10) + "}\n{\"id\":2,\"other\":" + nested(600) +
                              "}\n{\"id\":" + nested(100'000) + "}\n{\"id\":3,\"other\":\"" + nested(600) + "\"}\n";
  const Loaded loaded = load_json(content, {column("id", "int")});
  EXPECT_EQ(loaded.rows.size(), 2U);
  ASSERT_EQ(loaded.bad.size(), 2U);
  EXPECT_EQ(loaded.bad[0].reason, "arrays and objects are nested more than 512 deep");
  EXPECT_EQ(loaded.bad[1].line, 3U);
}

TEST(json_reader, stops_at_files_that_never_close) {
  const std::pair<const char*, const char*> cases[] = {
      {"[{\"id\":1},\n{\"id\":", "in.json:2: the object that opens here never closes"},
      {"[\n{\"id\":1}\n", "in.json:1: the array that opens here never closes"},
      {"[{\"id\":1},\n{\"id\":\"x", "in.json:2: the string that opens here never closes"},
      {"[{\"id\":1}]\n[", "in.json:2: text follows the array"},
  };
  for (const auto& [content, message] : cases) {
    try {
      static_cast<void>(json_source(content)->plan_units(1));
      ADD_FAILURE() << content;
    } catch (const Error& error) {
      EXPECT_EQ(std::string(error.what()).substr(0, std::string(message).size()), message);
    }
  }
}

TEST(json_reader, sees_that_a_file_was_changed) {
  const std::string first = "{\"id\":1}\n{\"id\":2}\n";
  const auto units = json_source(first)->plan_units(1U << 20U);
  for (const char* second : {"{\"id\":1}\n", "{\"id\":1}\n\n\n\n\n\n\n\n\n\n"}) {
    const auto source = json_source(second);
    const auto reader = source->open_unit(units.at(0), by_name(*source, {column("id", "int")}));
    BoundRows block;
    EXPECT_THROW(while (reader->next(block)){}, Error);
  }
}

}  // namespace
}  // namespace cqlbulk::formats::testing
