// What one dialect writes, the same dialect reads: random types, values and dialects.
#include <gtest/gtest.h>

#include "../text/random_values.hpp"
#include "csv_files.hpp"
#include "csv_random.hpp"

namespace cqlbulk::formats::testing {
namespace {

std::vector<cql::ColumnSpec> random_columns(Random& random) {
  std::vector<cql::ColumnSpec> columns;
  for (std::size_t i = 1 + below(random, 5); i > 0; --i) {
    cql::ColumnSpec spec = column("c" + std::to_string(i), "text");
    if (below(random, 2) == 0) spec.type = text::testing::random_type(random, 2);
    columns.push_back(spec);
  }
  return columns;
}

TEST(csv_round_trip, random_rows_in_random_dialects) {
  Random random(19);
  for (int i = 0; i < 2000; ++i) {
    const CsvOptions options = random_dialect(random);
    const std::vector<cql::ColumnSpec> columns = random_columns(random);
    std::vector<Row> rows;
    for (std::size_t j = below(random, 12); j > 0; --j) {
      Row row;
      for (const cql::ColumnSpec& spec : columns) {
        row.push_back(below(random, 5) == 0 ? null() : value(text::testing::random_value(random, spec.type)));
      }
      rows.push_back(row);
    }
    if (rows.empty() && !options.header) continue;
    const std::string content = csv_of(options, columns, rows);
    RowMapping mapping = straight(columns);
    for (RowMapping::Parameter& parameter : mapping.parameters) parameter.write_null = true;
    const auto source = open_csv_source(options, file_of(content), "in.csv");
    const Loaded loaded = load(*source, mapping, 1 + below(random, 200));
    ASSERT_TRUE(loaded.bad.empty()) << loaded.bad[0].reason << "\n" << content;
    ASSERT_EQ(loaded.rows, rows) << content;
  }
}

}  // namespace
}  // namespace cqlbulk::formats::testing
