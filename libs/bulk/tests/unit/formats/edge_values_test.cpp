// Every CQL type with the values at its edges, through every format and back: the same bytes, or refused by name.
#include <gtest/gtest.h>

#include "formats/format.hpp"
#include "json_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

struct Edge {
  const char* type;
  const char* name;
  std::string bytes;
  bool arrow_refuses = false;  ///< Arrow has nothing for it, and so neither IPC nor Parquet.
};

std::string hex(std::string_view digits) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(std::string(digits.substr(i, 2)), nullptr, 16));
  }
  return bytes;
}

std::string repeated(std::string_view pair, std::size_t count) {
  std::string digits;
  for (std::size_t i = 0; i < count; ++i) digits += pair;
  return hex(digits);
}

std::vector<Edge> integer_edges() {
  std::vector<Edge> edges;
  const std::pair<const char*, std::size_t> sizes[] = {{"tinyint", 1}, {"smallint", 2},  {"int", 4},
                                                       {"bigint", 8},  {"timestamp", 8}, {"date", 4}};
  for (const auto& [type, size] : sizes) {
    edges.push_back({type, "smallest", hex("80") + std::string(size - 1, '\0')});
    edges.push_back({type, "largest", hex("7F") + std::string(size - 1, '\xFF')});
    edges.push_back({type, "zero", std::string(size, '\0')});
    edges.push_back({type, "minus one", std::string(size, '\xFF')});
  }
  // Of dates, whose zero is in the middle: the smallest and the largest.
  edges.push_back({"date", "smallest", std::string(4, '\0')});
  return edges;
}

std::vector<Edge> real_edges() {
  return {{"float", "minus zero", hex("80000000")},
          {"float", "infinity", hex("7F800000")},
          {"float", "minus infinity", hex("FF800000")},
          {"float", "NaN", hex("7FC00000")},
          {"float", "subnormal", hex("00000001")},
          {"float", "largest", hex("7F7FFFFF")},
          {"double", "minus zero", hex("8000000000000000")},
          {"double", "infinity", hex("7FF0000000000000")},
          {"double", "minus infinity", hex("FFF0000000000000")},
          {"double", "NaN", hex("7FF8000000000000")},
          {"double", "subnormal", hex("0000000000000001")},
          {"double", "largest", hex("7FEFFFFFFFFFFFFF")},
          {"double", "a third", hex("3FD5555555555555")}};
}

std::vector<Edge> other_edges() {
  return {
      {"boolean", "true", hex("01")},
      {"boolean", "false", hex("00")},
      {"text", "empty", ""},
      {"text", "what must be escaped", std::string("\"\\\n\r\t\0\x1f\x7f", 8)},
      {"text", "beyond the basic plane", "\xF0\x9F\x98\x80\xEF\xBB\xBF"},
      {"ascii", "empty", ""},
      {"blob", "empty", ""},
      {"blob", "every byte", hex("00017f80ff")},
      {"varint", "zero", hex("00")},
      {"varint", "of 5000 digits", hex("7F") + repeated("A5", 2075)},
      {"varint", "of 5000 digits, negative", hex("80") + repeated("A5", 2075)},
      {"decimal", "zero of scale 7", hex("00000007") + hex("00")},
      {"decimal", "of a large scale", hex("00000400") + hex("0F")},
      {"decimal", "of a negative scale", hex("FFFFFC00") + hex("F1")},
      {"decimal", "of thousands of digits", hex("00000003") + hex("7F") + repeated("A5", 2075)},
      {"time", "midnight", std::string(8, '\0')},
      {"time", "the last nanosecond", hex("00004E94914EFFFF")},
      {"duration", "nothing", hex("000000")},
      {"duration", "largest", hex("F0FFFFFFFE") + hex("F0FFFFFFFE") + hex("FFFFFFFFFFFFFFFFFE")},
      {"duration", "negative", hex("010101")},
      {"inet", "v4", hex("7F000001")},
      {"inet", "v6", hex("20010DB8000000000000000000000001")},
      {"inet", "v4 within v6", hex("00000000000000000000FFFF7F000001")},
      {"uuid", "nil", std::string(16, '\0')},
      {"uuid", "all ones", std::string(16, '\xFF')},
      {"uuid", "version 7", hex("018F4E2A7B0C7DEF8123456789ABCDEF")},
      {"timeuuid", "version 1", hex("E23F1E0280B811EB9A030242AC130003")},
      {"list<int>", "empty", hex("00000000")},
      {"map<text, int>", "empty", hex("00000000")},
      {"map<double, text>", "a key that is NaN",
       hex("00000001") + hex("00000008") + hex("7FF8000000000000") + hex("00000001") + "x"},
      {"map<frozen<list<int>>, text>", "a nested key",
       hex("00000001") + hex("0000000C") + hex("00000001") + hex("00000004") + hex("00000007") + hex("00000000")},
      {"tuple<int, text>", "nulls", hex("FFFFFFFF") + hex("FFFFFFFF")},
      {"vector<float, 2>", "of fixed elements", hex("3F800000") + hex("80000000")},
      {"vector<text, 2>", "of other elements", hex("00") + hex("01") + "a"},
  };
}

/// No bytes at all, which CQL allows for these.
std::vector<Edge> empty_edges() {
  std::vector<Edge> edges;
  for (const char* type :
       {"int", "bigint", "float", "double", "boolean", "timestamp", "uuid", "timeuuid", "list<int>", "map<int, int>"}) {
    edges.push_back({type, "no bytes", "", true});
  }
  for (const char* type : {"varint", "decimal", "inet"}) edges.push_back({type, "no bytes", ""});
  return edges;
}

std::string written(FormatKind format, const std::vector<cql::ColumnSpec>& columns, const std::vector<Row>& rows) {
  const auto writer = make_writer(format, {}, columns, names_of(columns));
  const auto stream = new_stream();
  const auto part = writer->open_part(stream, PartRole::standalone);
  write_rows(*part, columns, rows);
  part->finish();
  return read_all(stream);
}

void expect_exact(FormatKind format, const Edge& edge) {
  SCOPED_TRACE(std::string(to_string(format)) + ": " + edge.type + ", " + edge.name);
  const std::vector<cql::ColumnSpec> columns{column("id", "int"), column("v", edge.type)};
  const std::vector<Row> rows{{value(hex("00000001")), value(edge.bytes)}, {value(hex("00000002")), null()}};
  if (edge.arrow_refuses && format != FormatKind::json) {
    try {
      static_cast<void>(written(format, columns, rows));
      ADD_FAILURE() << "was written";
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find("column v (" + columns[1].type.to_string() + "): an empty value"),
                std::string::npos)
          << error.what();
    }
    return;
  }
  const auto source = open_source(format, {}, file_of(written(format, columns, rows)), "in");
  RowMapping mapping = straight(columns);
  mapping.parameters[1].write_null = true;
  const Loaded loaded = load(*source, mapping);
  ASSERT_TRUE(loaded.bad.empty()) << loaded.bad[0].reason << " " << loaded.bad[0].raw.substr(0, 200);
  EXPECT_TRUE(loaded.rows == rows);
}

TEST(edge_values, come_back_as_they_were_or_are_refused_by_name) {
  for (const auto& edges : {integer_edges(), real_edges(), other_edges(), empty_edges()}) {
    for (const Edge& edge : edges) {
      for (const FormatKind format : {FormatKind::json, FormatKind::arrow, FormatKind::parquet}) {
        expect_exact(format, edge);
      }
    }
  }
}

// A tuple that ends before its type does: JSON keeps that, Arrow and Parquet give nulls for what it lacks.
TEST(edge_values, of_short_tuples_have_a_documented_form) {
  const std::vector<cql::ColumnSpec> columns{column("v", "tuple<int, int>")};
  const std::string one = hex("00000004") + hex("00000007");
  for (const FormatKind format : {FormatKind::json, FormatKind::arrow, FormatKind::parquet}) {
    const auto source = open_source(format, {}, file_of(written(format, columns, {{value(one)}})), "in");
    const Loaded loaded = load(*source, straight(columns));
    ASSERT_EQ(loaded.rows.size(), 1U);
    EXPECT_EQ(loaded.rows[0][0].bytes, format == FormatKind::json ? one : one + hex("FFFFFFFF"));
  }
}

struct Form {
  const char* type;
  ColumnarOptions forms;
  std::string bytes;
  std::string comes_back;  ///< Starts with "!": refused with that.
};

TEST(edge_values, in_other_forms_are_exact_or_refused) {
  const ColumnarOptions money{ColumnarOptions::Decimal{6, 2}, 3, DurationForm::text};
  const ColumnarOptions wide{ColumnarOptions::Decimal{76, 38}, 76, DurationForm::interval};
  const std::string one_and_a_half = hex("00000001") + hex("0F");
  const Form forms[] = {
      {"decimal", money, one_and_a_half, hex("00000002") + hex("0096")},
      {"decimal", money, hex("00000003") + hex("0F"), "!0.015 does not fit 6 digits, 2 of them behind the point"},
      {"decimal", money, hex("FFFFFFFC") + hex("01"), "!1E+4 does not fit"},
      {"decimal", money, hex("FFFFFFFE") + hex("5A"), hex("00000002") + hex("0DBBA0")},
      {"decimal", money, hex("7FFFFFFF") + hex("01"), "!1E-2147483647 does not fit"},
      {"decimal", money, hex("80000000") + hex("01"), "!1E+2147483648 does not fit"},
      {"decimal", money, hex("80000000") + hex("00"), hex("00000002") + hex("00")},
      {"decimal", money, hex("00000000") + hex("7F") + repeated("00", 40), "! does not fit"},
      {"decimal", money, "", "!an empty value"},
      {"decimal", wide, one_and_a_half, hex("00000026") + hex("70D8F2FC87CA26B70E4F336000000000")},
      {"varint", money, hex("FC19"), hex("FC19")},
      {"varint", money, hex("03E8"), "!1000 does not fit 3 digits"},
      {"varint", wide, hex("80") + repeated("00", 30), hex("80") + repeated("00", 30)},
      {"duration", money, hex("020406"), hex("020406")},
      {"duration", money, hex("000000"), hex("000000")},
      {"list<frozen<list<decimal>>>", money,
       hex("00000001") + hex("0000000D") + hex("00000001") + hex("00000005") + one_and_a_half,
       hex("00000001") + hex("0000000E") + hex("00000001") + hex("00000006") + hex("00000002") + hex("0096")},
      {"map<varint, decimal>", money, hex("00000001") + hex("00000001") + hex("07") + hex("00000005") + one_and_a_half,
       hex("00000001") + hex("00000001") + hex("07") + hex("00000006") + hex("00000002") + hex("0096")},
  };
  for (const Form& form : forms) {
    for (const FormatKind format : {FormatKind::arrow, FormatKind::parquet}) {
      SCOPED_TRACE(std::string(to_string(format)) + ": " + form.type);
      FormatOptions options;
      options.columnar = form.forms;
      if (format == FormatKind::parquet) options.columnar.duration = DurationForm::text;
      const std::vector<cql::ColumnSpec> columns{column("v", form.type)};
      const auto writer = make_writer(format, options, columns, {"v"});
      const auto stream = new_stream();
      const auto part = writer->open_part(stream, PartRole::standalone);
      const bool refused = form.comes_back.starts_with("!");
      try {
        write_rows(*part, columns, {{value(form.bytes)}, {null()}});
        part->finish();
        ASSERT_FALSE(refused);
      } catch (const Error& error) {
        ASSERT_TRUE(refused) << error.what();
        EXPECT_NE(std::string(error.what()).find(form.comes_back.substr(1)), std::string::npos) << error.what();
        continue;
      }
      const auto source = open_source(format, {}, file_of(read_all(stream)), "in");
      const Loaded loaded = load(*source, straight(columns));
      ASSERT_EQ(loaded.rows.size(), 2U);
      EXPECT_EQ(loaded.rows[0][0], value(form.comes_back));
      EXPECT_EQ(loaded.rows[1][0], unset());
    }
  }
}

TEST(edge_values, of_forms_that_cannot_be) {
  const std::vector<cql::ColumnSpec> columns{column("d", "decimal"), column("v", "varint")};
  for (const ColumnarOptions& forms :
       {ColumnarOptions{ColumnarOptions::Decimal{77, 0}, {}, {}},
        ColumnarOptions{ColumnarOptions::Decimal{5, 6}, {}, {}},
        ColumnarOptions{ColumnarOptions::Decimal{5, -1}, {}, {}}, ColumnarOptions{{}, 0, {}}}) {
    FormatOptions options;
    options.columnar = forms;
    EXPECT_THROW(static_cast<void>(make_writer(FormatKind::arrow, options, columns, {"d", "v"})), Error);
  }
  FormatOptions options;
  options.columnar.duration = DurationForm::interval;
  EXPECT_THROW(static_cast<void>(make_writer(FormatKind::parquet, options, columns, {"d", "v"})), Error);
}

}  // namespace
}  // namespace cqlbulk::formats::testing
