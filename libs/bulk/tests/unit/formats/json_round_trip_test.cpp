// What is written as JSON is read as it was: random types, values and forms.
#include <gtest/gtest.h>

#include "../text/random_values.hpp"
#include "csv_random.hpp"
#include "json_files.hpp"

namespace cqlbulk::formats::testing {
namespace {

JsonOptions random_options(Random& random) {
  JsonOptions options;
  options.form = below(random, 2) == 0 ? JsonForm::lines : JsonForm::array;
  options.pretty = options.form == JsonForm::array && below(random, 2) == 0;
  options.write_nulls = below(random, 2) == 0;
  return options;
}

TEST(json_round_trip, random_rows_in_random_forms) {
  Random random(23);
  for (int i = 0; i < 2000; ++i) {
    const JsonOptions options = random_options(random);
    std::vector<cql::ColumnSpec> columns{column("a \"{\\\n", "text")};
    for (std::size_t j = below(random, 5); j > 0; --j) {
      cql::ColumnSpec spec = column("c" + std::to_string(j), "text");
      if (below(random, 3) != 0) spec.type = text::testing::random_type(random, 3);
      columns.push_back(spec);
    }
    std::vector<Row> rows;
    for (std::size_t j = below(random, 12); j > 0; --j) {
      Row row;
      for (const cql::ColumnSpec& spec : columns) {
        row.push_back(below(random, 5) == 0 ? null() : value(text::testing::random_value(random, spec.type)));
      }
      rows.push_back(row);
    }
    const std::string content = json_of(options, columns, rows);
    JsonOptions reading;
    for (const cql::ColumnSpec& spec : columns) reading.fields.push_back(spec.name);
    const auto source = json_source(content, reading);
    RowMapping mapping = by_name(*source, columns);
    for (RowMapping::Parameter& parameter : mapping.parameters) parameter.write_null = true;
    const Loaded loaded = load(*source, mapping, 1 + below(random, 200));
    ASSERT_TRUE(loaded.bad.empty()) << loaded.bad[0].column << ": " << loaded.bad[0].reason << "\n" << content;
    ASSERT_EQ(loaded.rows, rows) << content;
  }
}

}  // namespace
}  // namespace cqlbulk::formats::testing
