// What people read of a schema.
#include "operations/inspect_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "metadata_fixture.hpp"
#include "operations/text_table.hpp"

namespace cqlbulk::operations {
namespace {

using testing::HasSubstr;

TEST(TextTable, aligns_columns_and_leaves_no_spaces_at_line_ends) {
  TextTable table({"NAME", ">ROWS", "NOTE"});
  table.add({"a", "12,345", ""});
  table.add({"zürich", "7", "ä"});
  EXPECT_EQ(table.text(),
            "  NAME      ROWS  NOTE\n"
            "  a       12,345\n"
            "  zürich       7  ä\n");
}

TEST(InspectTable, tells_columns_and_what_a_run_would_do) {
  const cql::Metadata metadata = test::sample_metadata();
  const std::string text = describe_table(metadata, *metadata.table("flights", "by_carrier"),
                                          plan::TableSize{1'000, 5'000'000, 5'000}, PaceOptions{});
  EXPECT_THAT(text, HasSubstr("time_hour  timestamp  clustering"));
  EXPECT_THAT(text, HasSubstr("carrier    text       partition key"));
  EXPECT_THAT(text, HasSubstr("about 1,000 partitions, 5.0 MB"));
  EXPECT_THAT(text, HasSubstr("at once on"));
}

TEST(InspectTable, says_when_sizes_are_not_known_and_when_it_runs_whole) {
  const cql::Metadata metadata = test::sample_metadata();
  const std::string text = describe_table(metadata, *metadata.table("system_views", "clients"), {}, PaceOptions{});
  EXPECT_THAT(text, HasSubstr("virtual table system_views.clients"));
  EXPECT_THAT(text, HasSubstr("no size estimates"));
  EXPECT_THAT(text, HasSubstr("one query for the whole table: its table is virtual"));
}

TEST(InspectKeyspace, marks_estimates_as_such) {
  const cql::Metadata metadata = test::sample_metadata();
  const std::string text =
      describe_keyspace(*metadata.keyspace("shop"), {{"Orders", plan::TableSize{20'096, 1'000'000, 50}}});
  EXPECT_THAT(text, HasSubstr("\"Orders\""));
  EXPECT_THAT(text, HasSubstr("about 20,096"));
  EXPECT_THAT(describe_keyspace(*metadata.keyspace("shop"), {}), HasSubstr("unknown"));
}

}  // namespace
}  // namespace cqlbulk::operations
