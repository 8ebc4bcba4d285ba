// Which SELECTs may be split, and where the token restriction goes.
#include "operations/select.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "metadata_fixture.hpp"

namespace cqlbulk::operations {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::string restriction = "token(carrier, month) > :start AND token(carrier, month) <= :end";

SelectPlan plan(const std::string& query) { return plan_select(parse_select(query), test::sample_metadata()); }

struct Placed {
  std::string query;
  std::string split;  ///< @ stands for the restriction.
};

class SelectsThatSplit : public testing::TestWithParam<Placed> {};

TEST_P(SelectsThatSplit, get_the_restriction_where_the_grammar_wants_it) {
  std::string expected = GetParam().split;
  expected.replace(expected.find('@'), 1, restriction);
  const SelectPlan planned = plan(GetParam().query);
  EXPECT_TRUE(planned.split) << planned.whole_because;
  EXPECT_EQ(planned.cql, expected);
}

INSTANTIATE_TEST_SUITE_P(
    Placing, SelectsThatSplit,
    testing::Values(
        Placed{"SELECT * FROM flights.by_carrier", "SELECT * FROM flights.by_carrier WHERE @"},
        Placed{"select carrier , delay from flights . by_carrier ; ",
               "SELECT carrier , delay FROM flights . by_carrier WHERE @"},
        Placed{"SELECT * FROM flights.by_carrier WHERE delay > 3 ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE delay > 3 AND @ ALLOW FILTERING"},
        Placed{"SELECT * FROM flights.by_carrier ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE @ ALLOW FILTERING"},
        Placed{"SELECT * FROM flights.by_carrier PER PARTITION LIMIT 3 ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE @ PER PARTITION LIMIT 3 ALLOW FILTERING"},
        Placed{"SELECT JSON carrier FROM flights.by_carrier", "SELECT JSON carrier FROM flights.by_carrier WHERE @"},
        Placed{"SELECT DISTINCT carrier, month FROM flights.by_carrier",
               "SELECT DISTINCT carrier, month FROM flights.by_carrier WHERE @"},
        // What looks like a clause and is none.
        Placed{"SELECT * FROM flights.by_carrier WHERE note = 'x LIMIT 3 -- FROM' ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE note = 'x LIMIT 3 -- FROM' AND @ ALLOW FILTERING"},
        Placed{"SELECT * FROM flights.by_carrier WHERE note = 'it''s' AND delay = $$a'b LIMIT$$ ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE note = 'it''s' AND delay = $$a'b LIMIT$$ AND @ ALLOW FILTERING"},
        Placed{"SELECT * -- all\nFROM/**/flights.by_carrier // that's it", "SELECT * FROM flights.by_carrier WHERE @"},
        Placed{"SELECT * FROM flights.by_carrier WHERE delay = 1 -- one",
               "SELECT * FROM flights.by_carrier WHERE delay = 1 AND @"},
        Placed{"SELECT \"limit\", \"from\" FROM flights.by_carrier",
               "SELECT \"limit\", \"from\" FROM flights.by_carrier WHERE @"},
        Placed{"SELECT distinct, json FROM flights.by_carrier",
               "SELECT distinct, json FROM flights.by_carrier WHERE @"},
        Placed{"SELECT count, group FROM flights.by_carrier WHERE group = 1",
               "SELECT count, group FROM flights.by_carrier WHERE group = 1 AND @"},
        // One row at a time.
        Placed{
            "SELECT WRITETIME(delay), ttl(delay), CAST(delay AS text), token(carrier, month) FROM flights.by_carrier",
            "SELECT WRITETIME(delay), ttl(delay), CAST(delay AS text), token(carrier, month) FROM flights.by_carrier"
            " WHERE @"},
        // Half a partition key names no partition.
        Placed{"SELECT * FROM flights.by_carrier WHERE carrier = 'UA' ALLOW FILTERING",
               "SELECT * FROM flights.by_carrier WHERE carrier = 'UA' AND @ ALLOW FILTERING"},
        Placed{
            "SELECT * FROM flights.by_carrier WHERE (time_hour) IN ((1), (2)) AND (delay = 3) ALLOW FILTERING",
            "SELECT * FROM flights.by_carrier WHERE (time_hour) IN ((1), (2)) AND (delay = 3) AND @ ALLOW FILTERING"}));

TEST(Select, with_markers_of_its_own_is_left_as_it_is) {
  const std::string query =
      "SELECT * FROM flights.by_carrier WHERE token(carrier, month) > :start AND token(carrier, month) <= :end";
  const SelectPlan planned = plan(query);
  EXPECT_TRUE(planned.split);
  EXPECT_EQ(planned.cql, query);
}

TEST(Select, keeps_quoted_names_quoted_in_the_restriction) {
  EXPECT_EQ(plan("SELECT \"From\" FROM shop.\"Orders\"").cql,
            "SELECT \"From\" FROM shop.\"Orders\" WHERE token(\"Id\") > :start AND token(\"Id\") <= :end");
}

struct Whole {
  std::string query;
  std::string because;
};

class SelectsThatDoNotSplit : public testing::TestWithParam<Whole> {};

TEST_P(SelectsThatDoNotSplit, run_whole_and_say_why) {
  const SelectPlan planned = plan(GetParam().query);
  EXPECT_FALSE(planned.split);
  EXPECT_THAT(planned.whole_because, HasSubstr(GetParam().because));
  EXPECT_EQ(planned.cql, GetParam().query);
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, SelectsThatDoNotSplit,
    testing::Values(Whole{"SELECT * FROM flights.by_carrier LIMIT 3", "LIMIT"},
                    Whole{"SELECT * FROM flights.by_carrier PER PARTITION LIMIT 2 LIMIT 3", "LIMIT"},
                    Whole{"SELECT COUNT(*) FROM flights.by_carrier", "count() may be an aggregate"},
                    Whole{"SELECT Max(delay) FROM flights.by_carrier", "max()"},
                    Whole{"SELECT round(avg(delay)) FROM flights.by_carrier", "avg()"},
                    Whole{"SELECT ks.total(delay) FROM flights.by_carrier", "total()"},
                    Whole{"SELECT carrier, delay FROM flights.by_carrier GROUP BY carrier", "GROUP BY"},
                    Whole{"SELECT * FROM flights.by_carrier WHERE carrier = 'A' ORDER BY time_hour", "ORDER BY"},
                    Whole{"SELECT DISTINCT carrier, month, note FROM flights.by_carrier", "DISTINCT"},
                    Whole{"SELECT * FROM flights.by_carrier WHERE carrier = 'UA' AND month IN (1, 2)", "partitions"},
                    Whole{"SELECT * FROM flights.by_carrier WHERE (carrier = 'UA') AND \"month\" = 1", "partitions"},
                    Whole{"SELECT * FROM flights.by_carrier WHERE token(carrier, month) > 7", "token"},
                    Whole{"SELECT * FROM system.local", "local to each node"},
                    Whole{"SELECT * FROM system_views.clients", "virtual"}));

TEST(Select, runs_whole_on_another_partitioner) {
  cql::Metadata metadata = test::sample_metadata();
  metadata.partitioner = "org.apache.cassandra.dht.RandomPartitioner";
  EXPECT_THAT(plan_select(parse_select("SELECT * FROM shop.\"Orders\""), metadata).whole_because,
              HasSubstr("RandomPartitioner"));
}

class SelectsThatAreRefused : public testing::TestWithParam<Whole> {};

TEST_P(SelectsThatAreRefused, with_a_reason) {
  try {
    static_cast<void>(parse_select(GetParam().query));
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.message(), HasSubstr(GetParam().because));
  }
}

INSTANTIATE_TEST_SUITE_P(Reasons, SelectsThatAreRefused,
                         testing::Values(Whole{"", "must be a SELECT"}, Whole{"INSERT INTO t", "must be a SELECT"},
                                         Whole{"SELECT 1", "FROM"}, Whole{"SELECT FROM ks.t", "what it selects"},
                                         Whole{"SELECT * FROM", "FROM"}, Whole{"SELECT * FROM t", "keyspace"},
                                         Whole{"SELECT * FROM ks.t WHERE", "WHERE"},
                                         Whole{"SELECT * FROM ks.t t2", "unexpected \"t2\""},
                                         Whole{"SELECT * FROM ks.t; SELECT 1", "one statement"},
                                         Whole{"SELECT * FROM ks.t WHERE a = 'x", "a string that does not end"},
                                         Whole{"SELECT \"x FROM ks.t", "a quoted name that does not end"},
                                         Whole{"SELECT /* x FROM ks.t", "a comment that does not end"},
                                         Whole{"SELECT * FROM ks.t WHERE a = ?", "markers"},
                                         Whole{"SELECT * FROM ks.t WHERE token(a) > :start", ":end too"},
                                         Whole{"SELECT * FROM ks.t WHERE token(a) > :from", ":from"}));

TEST(SelectFrom, writes_columns_and_where) {
  const cql::Metadata metadata = test::sample_metadata();
  const cql::Table& orders = *metadata.table("shop", "Orders");
  EXPECT_EQ(select_from(orders, {}, "").text(), "SELECT \"Id\", \"From\" FROM shop.\"Orders\"");
  const std::vector<std::string> selectors{"\"Id\"", "WRITETIME(\"From\")"};
  EXPECT_EQ(
      split_text(select_from(orders, selectors, "\"From\" = 'x' ALLOW FILTERING"), orders),
      "SELECT \"Id\", WRITETIME(\"From\") FROM shop.\"Orders\" WHERE \"From\" = 'x' AND token(\"Id\") > :start AND "
      "token(\"Id\") <= :end ALLOW FILTERING");
}

TEST(ParseSelect, tells_the_pieces) {
  const SelectParts parts = parse_select("SELECT a, \"B\" AS c, f(d) FROM KS.\"T\" WHERE a = 1 AND b IN (2) LIMIT 1");
  EXPECT_EQ(parts.keyspace, "ks");
  EXPECT_EQ(parts.table, "T");
  EXPECT_EQ(parts.selection, "a, \"B\" AS c, f(d)");
  EXPECT_EQ(parts.where, "a = 1 AND b IN (2)");
  EXPECT_EQ(parts.tail, "LIMIT 1");
  EXPECT_THAT(parts.selected, ElementsAre("a", "B"));
  EXPECT_THAT(parts.pinned, ElementsAre("a", "b"));
  EXPECT_EQ(parts.aggregate, "f");
  EXPECT_THAT(parse_select("SELECT writetime(a) FROM k.t").aggregate, IsEmpty());
}

}  // namespace
}  // namespace cqlbulk::operations
