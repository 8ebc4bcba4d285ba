// What an export selects and how it is named in the file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "operations/export_plan.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Kind = cql::TypeKind;
using Role = cql::Column::Role;

/// ks.t (id int, "Day" date, n counter-free int, tags set<text>, frozen_tags frozen<set<text>>, PRIMARY KEY (id,
/// "Day"))
cql::Table table() {
  cql::Table table;
  table.keyspace = "ks";
  table.name = "t";
  cql::DataType tags = cql::DataType::scalar(Kind::set);
  tags.children = {cql::DataType::scalar(Kind::text)};
  cql::DataType frozen = tags;
  frozen.frozen = true;
  table.columns = {{"id", cql::DataType::scalar(Kind::int_), Role::partition_key, 0},
                   {"Day", cql::DataType::scalar(Kind::date), Role::clustering, 0},
                   {"frozen_tags", frozen, Role::regular, -1},
                   {"n", cql::DataType::scalar(Kind::int_), Role::regular, -1},
                   {"tags", tags, Role::regular, -1}};
  return table;
}

TEST(Selection, IsTheTablesOrderWhenNothingIsChosen) {
  const Selection selection = choose_columns(table(), {});
  EXPECT_THAT(selection.selectors, ElementsAre("id", "\"Day\"", "frozen_tags", "n", "tags"));
  EXPECT_THAT(selection.names, ElementsAre("id", "Day", "frozen_tags", "n", "tags"));
}

TEST(Selection, FollowsTheChoiceAndItsNames) {
  ExportOptions options;
  options.columns = {{"n", "number"}, {"id", "id"}};
  const Selection selection = choose_columns(table(), options);
  EXPECT_THAT(selection.selectors, ElementsAre("n", "id"));
  EXPECT_THAT(selection.names, ElementsAre("number", "id"));
}

TEST(Selection, AddsWritetimeAndTtlWhereACellHasOne) {
  ExportOptions options;
  options.writetime_suffix = "_writetime";
  options.ttl_suffix = "_ttl";
  const Selection selection = choose_columns(table(), options);
  EXPECT_THAT(selection.selectors,
              ElementsAre("id", "\"Day\"", "frozen_tags", "WRITETIME(frozen_tags)", "TTL(frozen_tags)", "n",
                          "WRITETIME(n)", "TTL(n)", "tags", "toTimestamp(now())"));
  EXPECT_THAT(selection.names, ElementsAre("id", "Day", "frozen_tags", "frozen_tags_writetime", "frozen_tags_ttl", "n",
                                           "n_writetime", "n_ttl", "tags", "ttl_read_at"));
  const Selection elements = choose_columns(table(), options, true);
  EXPECT_THAT(elements.selectors, ::testing::IsSupersetOf({"WRITETIME(tags)", "TTL(tags)"}));
}

TEST(Selection, RefusesUnknownColumnsAndNamesThatComeTwice) {
  ExportOptions options;
  options.columns = {{"m", "m"}};
  EXPECT_THROW((void)choose_columns(table(), options), Error);
  options.columns = {{"n", "x"}, {"id", "x"}};
  try {
    (void)choose_columns(table(), options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("two columns named \"x\""));
  }
}

TEST(ExportOptions, TellEveryProblemAtOnce) {
  ExportOptions options;
  options.subject.query = "SELECT a FROM ks.t";
  options.subject.where = "a > 1";
  options.writetime_suffix = "_w";
  options.max_file_rows = 5;
  options.to = "a.csv";
  options.operation.pace.page_size = 0;
  try {
    validate(options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.message(), HasSubstr("--where"));
    EXPECT_THAT(error.message(), HasSubstr("--query"));
    EXPECT_THAT(error.message(), HasSubstr("need a directory"));
    EXPECT_THAT(error.message(), HasSubstr("--page-size"));
  }
}

}  // namespace
}  // namespace cqlbulk::operations
