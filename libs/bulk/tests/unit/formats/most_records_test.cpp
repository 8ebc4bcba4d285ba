// The first records of a source, in every format: however it is cut, and also where they end amid a row group or batch.
#include <gmock/gmock.h>

#include "csv_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

using ::testing::SizeIs;

const std::vector<cql::ColumnSpec> one_number{column("n", "bigint")};

Wire number(std::int64_t value_of) {
  cql::Buffer bytes;
  bytes.append_integer(value_of);
  return value(std::string(cql::as_text(bytes.view())));
}

/// 0 to 99, some of them to a row group or batch.
std::unique_ptr<Source> hundred(FormatKind kind, JsonForm form = JsonForm::lines) {
  FormatOptions options;
  options.parquet.row_group_rows = 30;
  options.json.form = form;
  const auto writer = make_writer(kind, settled(kind, options, "x"), one_number, {"n"});
  const auto stream = new_stream();
  const auto part = writer->open_part(stream, PartRole::standalone);
  for (std::int64_t page = 0; page < 10; ++page) {
    std::vector<Row> rows;
    for (std::int64_t i = 0; i < 10; ++i) rows.push_back({number(page * 10 + i)});
    write_rows(*part, one_number, rows);
  }
  part->finish();
  return open_source(kind, {}, file_of(read_all(stream)), "in");
}

void expect_first(const Source& source, const RowMapping& mapping, std::uint64_t most) {
  for (const std::uint64_t unit_bytes : {std::uint64_t{1}, std::uint64_t{300}, std::uint64_t{1} << 30U}) {
    const std::size_t expected = std::min<std::uint64_t>(most, 100);
    std::uint64_t planned = 0;
    for (const Unit& unit : source.plan_units(unit_bytes, most)) planned += unit.record_count;
    EXPECT_EQ(planned, expected) << unit_bytes;
    const Loaded loaded = load(source, mapping, unit_bytes, most);
    ASSERT_THAT(loaded.rows, SizeIs(expected)) << unit_bytes;
    EXPECT_THAT(loaded.bad, SizeIs(0));
    for (std::size_t i = 0; i < expected; ++i) EXPECT_EQ(loaded.rows[i], Row{number(static_cast<std::int64_t>(i))});
  }
}

TEST(most_records, are_the_first_ones_in_every_format) {
  for (const FormatKind kind : {FormatKind::csv, FormatKind::json, FormatKind::arrow, FormatKind::parquet}) {
    const auto source = hundred(kind);
    for (const std::uint64_t most : {0U, 1U, 29U, 30U, 31U, 99U, 100U, 101U}) {
      SCOPED_TRACE(std::string(to_string(kind)) + ": " + std::to_string(most));
      expect_first(*source, straight(one_number), most);
    }
  }
  expect_first(*hundred(FormatKind::json, JsonForm::array), straight(one_number), 7);
}

TEST(most_records, are_counted_before_conditions) {
  for (const FormatKind kind : {FormatKind::arrow, FormatKind::parquet}) {
    const auto source = hundred(kind);
    RowMapping mapping = straight(one_number);
    // With statistics the first row groups are not even read; of the last one only two records are wanted.
    mapping.conditions.push_back({0, parse_conditions("n >= 61").front()});
    const std::vector<Unit> units = source->plan_units(1U << 30U, 62);
    ASSERT_THAT(units, SizeIs(1));
    const auto reader = source->open_unit(units[0], mapping);
    std::size_t rows = 0;
    for (BoundRows block; reader->next(block);) rows += block.rows.size();
    EXPECT_EQ(rows, 1U) << to_string(kind);
    EXPECT_EQ(reader->left_out(), 61U) << to_string(kind);
    mapping.conditions[0].condition = parse_conditions("n >= 1000").front();
    const auto none = source->open_unit(units[0], mapping);
    for (BoundRows block; none->next(block);) EXPECT_THAT(block.rows, SizeIs(0));
    EXPECT_EQ(none->left_out(), 62U) << to_string(kind);
  }
}

TEST(most_records, are_all_that_is_looked_at_of_text) {
  EXPECT_THAT(open_source(FormatKind::csv, {}, file_of("n\n1\n2\n\"broken"), "in")->plan_units(100, 2), SizeIs(1));
  EXPECT_THAT(open_source(FormatKind::json, {}, file_of("[{\"n\":1},{\"n\":2},{\"n\":"), "in")->plan_units(100, 2),
              SizeIs(1));
}

}  // namespace
}  // namespace cqlbulk::formats::testing
