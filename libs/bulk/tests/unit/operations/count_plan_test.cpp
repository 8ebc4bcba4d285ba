// The statements of a count: what the server is asked to count, and what is read when it cannot.
#include "operations/count_plan.hpp"

#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "metadata_fixture.hpp"

namespace cqlbulk::operations {
namespace {

using Method = CountPlan::Method;

CountStatements statements(const std::string& query, CountBy by = CountBy::total) {
  const cql::Metadata metadata = test::sample_metadata();
  return count_statements(parse_select(query), *metadata.table("flights", "by_carrier"), by);
}

TEST(CountStatements, count_the_rows_of_a_table_in_the_server) {
  const CountStatements made = statements("SELECT carrier, delay FROM flights.by_carrier");
  EXPECT_EQ(made.method, Method::by_server);
  EXPECT_EQ(made.counting.text(), "SELECT COUNT(*) FROM flights.by_carrier");
  EXPECT_EQ(made.keys.text(), "SELECT carrier FROM flights.by_carrier");
}

TEST(CountStatements, keep_what_restricts_the_rows) {
  const CountStatements made =
      statements("SELECT JSON delay FROM flights.by_carrier WHERE delay > 3 AND carrier = 'UA' ALLOW FILTERING");
  EXPECT_EQ(made.counting.text(),
            "SELECT COUNT(*) FROM flights.by_carrier WHERE delay > 3 AND carrier = 'UA' ALLOW FILTERING");
  EXPECT_EQ(made.keys.text(),
            "SELECT carrier FROM flights.by_carrier WHERE delay > 3 AND carrier = 'UA' ALLOW FILTERING");
}

TEST(CountStatements, leave_the_order_out) {
  const CountStatements made =
      statements("SELECT * FROM flights.by_carrier WHERE carrier = 'UA' AND month = 1 ORDER BY time_hour DESC");
  EXPECT_EQ(made.counting.text(), "SELECT COUNT(*) FROM flights.by_carrier WHERE carrier = 'UA' AND month = 1");
}

TEST(CountStatements, read_the_rows_of_a_query_that_decides_how_many_there_are) {
  for (const char* query :
       {"SELECT * FROM flights.by_carrier LIMIT 5", "SELECT * FROM flights.by_carrier PER PARTITION LIMIT 5",
        "SELECT DISTINCT carrier, month FROM flights.by_carrier",
        "SELECT carrier, month FROM flights.by_carrier GROUP BY carrier, month",
        "SELECT MAX(delay) FROM flights.by_carrier"}) {
    SCOPED_TRACE(query);
    const CountStatements made = statements(query);
    EXPECT_EQ(made.method, Method::by_reading);
    EXPECT_EQ(made.counting.text(), query);
  }
}

TEST(CountStatements, group_by_the_whole_partition_key) {
  const CountStatements made =
      statements("SELECT * FROM flights.by_carrier WHERE delay > 3 ALLOW FILTERING", CountBy::partition);
  EXPECT_EQ(made.method, Method::by_groups);
  EXPECT_EQ(made.counting.text(),
            "SELECT carrier, month, COUNT(*) FROM flights.by_carrier WHERE delay > 3 GROUP BY carrier, month "
            "ALLOW FILTERING");
  EXPECT_EQ(made.keys.text(), "SELECT carrier, month FROM flights.by_carrier WHERE delay > 3 ALLOW FILTERING");
}

TEST(CountStatements, refuse_to_tell_other_rows_by_partition) {
  EXPECT_THROW(static_cast<void>(statements("SELECT * FROM flights.by_carrier LIMIT 5", CountBy::partition)), Error);
  EXPECT_THROW(
      static_cast<void>(statements("SELECT DISTINCT carrier, month FROM flights.by_carrier", CountBy::partition)),
      Error);
}

}  // namespace
}  // namespace cqlbulk::operations
