// A program's own functions between columns and files, in every format and both directions.
#include <gmock/gmock.h>

#include <charconv>
#include <stdexcept>

#include "cqlbulk/converters.hpp"
#include "formats/converting.hpp"
#include "json_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<cql::ColumnSpec> columns{column("id", "int"), column("price", "bigint"), column("note", "text")};

template <typename Integer>
Wire number(Integer value_of) {
  cql::Buffer bytes;
  bytes.append_integer(value_of);
  return value(std::string(cql::as_text(bytes.view())));
}

/// 1999 to "19.99"; nothing of negative ones.
ColumnConverter price_into_file() {
  return into_file<std::int64_t>("price", [](std::int64_t cents) -> std::optional<std::string> {
    if (cents == 13) throw std::runtime_error("unlucky");
    if (cents < 0) return std::nullopt;
    return fmt::format("{}.{:02}", cents / 100, cents % 100);
  });
}

ColumnConverter price_out_of_file() {
  return out_of_file<std::string_view>("price", [](std::string_view text) -> std::optional<std::int64_t> {
    if (text == "-") return std::nullopt;
    std::int64_t whole = 0;
    const char* const end = text.data() + text.size();
    const auto [at, error] = std::from_chars(text.data(), end, whole);
    std::int64_t cents = 0;
    if (error != std::errc{} || at == end || std::from_chars(at + 1, end, cents).ptr != end) {
      throw std::invalid_argument("no price");
    }
    return whole * 100 + cents;
  });
}

std::string written(FormatKind kind, const std::vector<Row>& rows, std::vector<ColumnConverter> converters) {
  const FormatOptions options = settled(kind, {}, "x");
  const auto writer = make_converting_writer(kind, options, columns, names_of(columns), {}, std::move(converters));
  const auto stream = new_stream();
  const auto part = writer->open_part(stream, PartRole::standalone);
  // Two pages: what is kept between them must not show.
  write_rows(*part, columns, {rows.begin(), rows.begin() + 1});
  if (rows.size() > 1) write_rows(*part, columns, {rows.begin() + 1, rows.end()});
  EXPECT_GT(part->bytes_written(), 0U);
  part->finish();
  return read_all(stream);
}

std::string refusal(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.message();
  }
  return "accepted";
}

TEST(converting, what_functions_make_of_a_column_is_in_the_file) {
  const std::vector<Row> rows{{number(1), number(std::int64_t{1999}), value("a")},
                              {number(2), number(std::int64_t{-1}), null()},
                              {number(3), null(), value("")},
                              {number(4), number(std::int64_t{5}), value("b")}};
  EXPECT_EQ(written(FormatKind::csv, rows, {price_into_file()}), "id,price,note\n1,19.99,a\n2,,\n3,,\"\"\n4,0.05,b\n");
  const ColumnConverter size =
      into_file<std::string_view>("note", [](std::string_view text) { return static_cast<std::int32_t>(text.size()); });
  EXPECT_EQ(written(FormatKind::json, rows, {size, price_into_file()}),
            "{\"id\":1,\"price\":\"19.99\",\"note\":1}\n{\"id\":2,\"price\":null,\"note\":null}\n"
            "{\"id\":3,\"price\":null,\"note\":0}\n{\"id\":4,\"price\":\"0.05\",\"note\":1}\n");
}

TEST(converting, there_and_back_in_every_format) {
  const std::vector<Row> rows{{number(1), number(std::int64_t{1999}), value("a")},
                              {number(2), null(), unset()},
                              {number(4), number(std::int64_t{5}), value("b")}};
  std::vector<Row> expected = rows;
  expected[1][1] = unset();
  for (const FormatKind kind : {FormatKind::csv, FormatKind::json, FormatKind::arrow, FormatKind::parquet}) {
    SCOPED_TRACE(to_string(kind));
    auto inner = open_source(kind, {}, file_of(written(kind, rows, {price_into_file()})), "in");
    const auto source = make_converting_source(std::move(inner), {price_out_of_file()});
    RowMapping mapping = straight(columns);
    source->check_mapping(mapping);
    EXPECT_EQ(load(*source, mapping).rows, expected);
    mapping.timestamp_base = 1000;
    for (const std::uint64_t unit_bytes : {std::uint64_t{1}, std::uint64_t{1} << 20U}) {
      const Loaded loaded = load(*source, mapping, unit_bytes);
      ASSERT_EQ(loaded.rows.size(), 3U);
      EXPECT_EQ(loaded.rows[2].back(), number(std::int64_t{1002}));
      EXPECT_EQ(loaded.rows[2][1], number(std::int64_t{5}));
    }
  }
}

TEST(converting, records_that_do_not_convert_are_bad_alone_with_their_text) {
  const std::string content = "id,price,note\n1,1.05,a\n2,cheap,\"b\nc\"\nx,2.05,d\n4,-,e\n5,3.05,f\n";
  const auto source =
      make_converting_source(open_source(FormatKind::csv, {}, file_of(content), "in.csv"), {price_out_of_file()});
  for (const std::uint64_t unit_bytes : {std::uint64_t{1}, std::uint64_t{1} << 20U}) {
    RowMapping mapping = straight(columns);
    mapping.parameters[1].write_null = true;
    Loaded loaded = load(*source, mapping, unit_bytes);
    EXPECT_THAT(loaded.records, ElementsAre(0, 3, 4));
    EXPECT_EQ(loaded.rows[1][1], null());
    ASSERT_EQ(loaded.bad.size(), 2U);
    std::ranges::sort(loaded.bad, {}, &BadRecord::record);
    EXPECT_EQ(loaded.bad[0].raw, "2,cheap,\"b\nc\"");
    EXPECT_EQ(loaded.bad[0].column, "price");
    EXPECT_EQ(loaded.bad[0].reason, "no price");
    EXPECT_EQ(loaded.bad[0].line, 3U);
    EXPECT_EQ(loaded.bad[1].raw, "x,2.05,d");
    EXPECT_EQ(loaded.bad[1].column, "id");
    mapping.parameters[1].reject_null = true;
    EXPECT_THAT(load(*source, mapping, unit_bytes).records, ElementsAre(0, 4));
    mapping.parameters[1].key = true;
    loaded = load(*source, mapping, unit_bytes);
    std::ranges::sort(loaded.bad, {}, &BadRecord::record);
    EXPECT_EQ(loaded.bad.at(2).reason, "null in a column of the primary key");
    // What the server refused is found again, whatever its converter says.
    mapping.refused_records = {0, 1};
    loaded = load(*source, mapping, unit_bytes);
    std::ranges::sort(loaded.bad, {}, &BadRecord::record);
    EXPECT_EQ(loaded.bad.at(0).raw, "1,1.05,a");
    EXPECT_EQ(loaded.bad.at(1).raw, "2,cheap,\"b\nc\"");
    EXPECT_EQ(loaded.bad.size(), 4U);
  }
}

TEST(converting, a_failing_function_ends_an_export_with_the_columns_name) {
  try {
    written(FormatKind::csv, {{number(1), null(), null()}, {number(2), number(std::int64_t{13}), null()}},
            {price_into_file()});
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::failed);
    EXPECT_THAT(error.message(), HasSubstr("column price: its converter: unlucky"));
  }
}

TEST(converting, refuses_converters_that_go_with_nothing) {
  const auto refused = [](std::vector<ColumnConverter> converters) {
    return refusal([&] {
      static_cast<void>(
          make_converting_writer(FormatKind::csv, {}, columns, names_of(columns), {}, std::move(converters)));
    });
  };
  EXPECT_EQ(refused({price_into_file()}), "accepted");
  EXPECT_THAT(refused({into_file<int>("prize", [](int n) { return n; })}), HasSubstr("prize has nothing to convert"));
  EXPECT_THAT(refused({price_into_file(), price_into_file()}), HasSubstr("is not the only one"));
  EXPECT_THAT(refused({{"price", columns[0].type, {}, {}}}), HasSubstr("has no function"));
  EXPECT_THAT(refused({into_file<std::string_view>("price", [](std::string_view) { return 1; })}),
              HasSubstr("column price is not for bigint: bigint does not go with std::string_view"));
  const auto source =
      make_converting_source(open_source(FormatKind::csv, {}, file_of("id\n1\n"), "in.csv"), {price_out_of_file()});
  EXPECT_THAT(refusal([&] { source->check_mapping(straight({columns[0]})); }), HasSubstr("no such column takes part"));
}

TEST(converting, fields_are_checked_as_what_the_function_takes) {
  auto inner =
      open_source(FormatKind::parquet, {},
                  file_of(written(FormatKind::parquet, {{number(1), number(std::int64_t{1}), null()}}, {})), "in");
  const auto source = make_converting_source(
      std::move(inner), {out_of_file<bool>("price", [](bool flag) { return std::int64_t{flag}; })});
  EXPECT_THAT(refusal([&] { source->check_mapping(straight(columns)); }), HasSubstr("field \"price\" of type int64"));
}

}  // namespace
}  // namespace cqlbulk::formats::testing
