// Fields meet columns; whatever does not fit is said by name, with a way out.
#include "operations/load_statement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "operations/load_plan.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using Role = cql::Column::Role;

cql::DataType scalar(cql::TypeKind kind) { return cql::DataType::scalar(kind); }

/// ks.t (id int, "Day" date, s text static, v text, tags list<text>, PRIMARY KEY (id, "Day"))
cql::Table table() {
  cql::Table table;
  table.keyspace = "ks";
  table.name = "t";
  table.partition_key_size = 1;
  table.clustering_size = 1;
  cql::DataType tags = scalar(cql::TypeKind::list);
  tags.children = {scalar(cql::TypeKind::text)};
  table.columns = {{"id", scalar(cql::TypeKind::int_), Role::partition_key, 0},
                   {"Day", scalar(cql::TypeKind::date), Role::clustering, 0},
                   {"s", scalar(cql::TypeKind::text), Role::static_, -1},
                   {"tags", tags, Role::regular, -1},
                   {"v", scalar(cql::TypeKind::text), Role::regular, -1}};
  return table;
}

std::vector<formats::Field> fields(std::initializer_list<const char*> names) {
  std::vector<formats::Field> fields;
  for (const char* name : names) fields.push_back({name, "text", std::nullopt});
  return fields;
}

std::string error_of(const std::vector<formats::Field>& given, const LoadOptions& options = {}) {
  const cql::Table known = table();
  try {
    (void)plan_statement(known, given, "in.csv", options);
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    return error.what();
  }
  return "no error";
}

TEST(LoadStatement, PutsColumnsInTheTablesOrder) {
  const cql::Table known = table();
  const LoadStatement statement = plan_statement(known, fields({"v", "Day", "id"}), "in.csv", {});
  EXPECT_EQ(statement.cql, "INSERT INTO ks.t (id, \"Day\", v) VALUES (?, ?, ?) USING TIMESTAMP ?");
  EXPECT_EQ(statement.repeat, LoadStatement::Repeat::same);
  const formats::RowMapping mapping = map_fields(statement, known, fields({"v", "Day", "id"}), "in.csv", {}, 77);
  ASSERT_EQ(mapping.parameters.size(), 3U);
  EXPECT_EQ(mapping.parameters[0].field, 2U);
  EXPECT_TRUE(mapping.parameters[0].key);
  EXPECT_TRUE(mapping.parameters[1].key);
  EXPECT_EQ(mapping.parameters[2].field, 0U);
  EXPECT_FALSE(mapping.parameters[2].key);
  EXPECT_EQ(mapping.timestamp_base, 77);
}

TEST(LoadStatement, TakesTimestampAndTtlFromFieldsOrNumbers) {
  const cql::Table known = table();
  LoadOptions options;
  options.timestamp = "written";
  options.ttl = "60";
  const auto with_field = fields({"id", "Day", "v", "written"});
  LoadStatement statement = plan_statement(known, with_field, "in.csv", options);
  EXPECT_THAT(statement.cql, HasSubstr("USING TTL 60 AND TIMESTAMP ?"));
  formats::RowMapping mapping = map_fields(statement, known, with_field, "in.csv", options, 0);
  ASSERT_EQ(mapping.parameters.size(), 4U);
  EXPECT_EQ(mapping.parameters[3].field, 3U);
  EXPECT_EQ(mapping.parameters[3].column.type.kind, cql::TypeKind::bigint);
  EXPECT_TRUE(mapping.parameters[3].reject_null);
  EXPECT_FALSE(mapping.timestamp_base.has_value());

  options.timestamp = "1234";
  options.ttl = "ttl";
  const auto with_ttl = fields({"id", "Day", "ttl"});
  statement = plan_statement(known, with_ttl, "in.csv", options);
  EXPECT_THAT(statement.cql, HasSubstr("USING TTL ? AND TIMESTAMP 1234"));
  mapping = map_fields(statement, known, with_ttl, "in.csv", options, 0);
  ASSERT_EQ(mapping.parameters.size(), 3U);
  EXPECT_EQ(mapping.parameters[2].column.type.kind, cql::TypeKind::int_);
}

TEST(LoadStatement, IsNotIdempotentWithANonFrozenList) {
  const cql::Table known = table();
  EXPECT_EQ(plan_statement(known, fields({"id", "Day", "tags"}), "in.csv", {}).repeat,
            LoadStatement::Repeat::later_timestamp);
  LoadOptions own_timestamp;
  own_timestamp.timestamp = "1000";
  EXPECT_EQ(plan_statement(known, fields({"id", "Day", "tags"}), "in.csv", own_timestamp).repeat,
            LoadStatement::Repeat::never);
}

TEST(LoadStatement, LoadsStaticColumnsByThePartitionKeyAlone) {
  const cql::Table known = table();
  EXPECT_THAT(plan_statement(known, fields({"id", "s"}), "in.csv", {}).cql, HasSubstr("(id, s)"));
  EXPECT_THAT(error_of(fields({"id"})), HasSubstr("no field for Day"));
}

TEST(LoadStatement, FollowsTheMapAndPositions) {
  const cql::Table known = table();
  LoadOptions options;
  options.map = {{"0", "id"}, {"2", "Day"}};
  options.ignore_fields = true;
  const LoadStatement statement = plan_statement(known, fields({"0", "1", "2"}), "in.csv", options);
  const formats::RowMapping mapping = map_fields(statement, known, fields({"0", "1", "2"}), "in.csv", options, 0);
  EXPECT_EQ(mapping.parameters[1].field, 2U);
}

TEST(LoadStatement, PassesTheNullPolicyOn) {
  const cql::Table known = table();
  LoadOptions options;
  options.nulls = Nulls::write;
  const auto given = fields({"id", "Day", "v"});
  EXPECT_TRUE(
      map_fields(plan_statement(known, given, "a", options), known, given, "a", options, 0).parameters[2].write_null);
}

TEST(LoadMapping, NamesWhatIsMissingAndWhatIsLeftOver) {
  EXPECT_THAT(error_of(fields({"id", "v"})), AllOf(HasSubstr("in.csv has no field for Day of ks.t's primary key"),
                                                   HasSubstr("--map FIELD=Day"), HasSubstr("id, v")));
  EXPECT_THAT(error_of(fields({"id", "Day", "vv"})),
              AllOf(HasSubstr("the field \"vv\" has no column"), HasSubstr("Did you mean --map vv=v"),
                    HasSubstr("--ignore-fields")));
  EXPECT_THAT(error_of(fields({"id", "Day", "v", "v"})), HasSubstr("two fields named \"v\""));
}

TEST(LoadMapping, NamesWhatTheOptionsGotWrong) {
  LoadOptions options;
  options.map = {{"idd", "id"}};
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("Did you mean \"id\"?"));
  options.map = {{"id", "idd"}};
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("no column idd"));
  options.map = {{"id", "id"}, {"Day", "id"}};
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("id twice"));
  options.map = {};
  options.timestamp = "when";
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("no field \"when\" (--timestamp)"));
}

/// What each marker takes: the index of a value, or "own" for the load's timestamp, or what is computed.
std::vector<std::string> takes(const LoadStatement& statement) {
  std::vector<std::string> markers;
  for (const Marker& marker : statement.markers) {
    markers.push_back(marker.takes != Marker::Takes::value      ? "computed"
                      : marker.value == statement.values.size() ? "own"
                                                                : statement.values[marker.value].name);
  }
  return markers;
}

TEST(LoadStatement, UpdatesSetWhatIsNoKey) {
  const cql::Table known = table();
  LoadOptions options;
  options.write_as = WriteAs::update;
  options.ttl = "ttl";
  const auto given = fields({"v", "Day", "id", "ttl", "tags"});
  const LoadStatement statement = plan_statement(known, given, "in.csv", options);
  EXPECT_EQ(statement.cql, "UPDATE ks.t USING TTL ? AND TIMESTAMP ? SET tags = ?, v = ? WHERE id = ? AND \"Day\" = ?");
  EXPECT_THAT(takes(statement), ElementsAre("ttl", "own", "tags", "v", "id", "Day"));
  EXPECT_EQ(statement.key_values, 1U);
  EXPECT_EQ(statement.repeat, LoadStatement::Repeat::later_timestamp);
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("\"ttl\" (--ttl)"));
  options.ttl.clear();
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("no field for a column to set"));
}

TEST(LoadStatement, DeletesByTheWholeKeyAlone) {
  const cql::Table known = table();
  LoadOptions options;
  options.write_as = WriteAs::remove;
  const LoadStatement statement = plan_statement(known, fields({"Day", "id"}), "in.csv", options);
  EXPECT_EQ(statement.cql, "DELETE FROM ks.t USING TIMESTAMP ? WHERE id = ? AND \"Day\" = ?");
  EXPECT_THAT(takes(statement), ElementsAre("own", "id", "Day"));
  EXPECT_THAT(error_of(fields({"id"}), options), HasSubstr("no field for Day"));
  EXPECT_THAT(error_of(fields({"id", "Day", "v"}), options), HasSubstr("\"v\" has no key column"));
  options.ttl = "60";
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("--ttl"));
}

TEST(LoadStatement, AddsToCountersAtMostOnce) {
  cql::Table counters = table();
  counters.is_counter = true;
  counters.columns.erase(counters.columns.begin() + 2, counters.columns.end());
  counters.columns.push_back({"hits", scalar(cql::TypeKind::counter), Role::regular, -1});
  const auto given = fields({"hits", "id", "Day"});
  const LoadStatement statement = plan_statement(counters, given, "in.csv", {});
  EXPECT_EQ(statement.cql, "UPDATE ks.t SET hits = hits + ? WHERE id = ? AND \"Day\" = ?");
  EXPECT_EQ(statement.timestamp, LoadStatement::Timestamp::none);
  EXPECT_EQ(statement.repeat, LoadStatement::Repeat::never);
  EXPECT_FALSE(statement.may_be_batched());
  LoadOptions options;
  options.timestamp = "5";
  EXPECT_THROW((void)plan_statement(counters, given, "in.csv", options), Error);
  options = {};
  options.write_as = WriteAs::remove;
  EXPECT_EQ(plan_statement(counters, fields({"id", "Day"}), "in.csv", options).cql,
            "DELETE FROM ks.t WHERE id = ? AND \"Day\" = ?");
}

TEST(LoadStatement, SetsColumnsToWhatIsNoField) {
  const cql::Table known = table();
  LoadOptions options;
  options.set = {{"id", "uuid()"}, {"v", "ks.joined(:a, 'x?:b', :\"B\", :a)"}, {"s", "'import'"}};
  const auto given = fields({"Day", "a", "B"});
  LoadStatement statement = plan_statement(known, given, "in.csv", options);
  EXPECT_EQ(
      statement.cql,
      "INSERT INTO ks.t (id, \"Day\", s, v) VALUES (?, ?, 'import', ks.joined(?, 'x?:b', ?, ?)) USING TIMESTAMP ?");
  EXPECT_THAT(takes(statement), ElementsAre("computed", "Day", "a", "B", "a", "own"));
  EXPECT_EQ(statement.key_values, 0U) << "the key is not in the row";
  EXPECT_EQ(statement.repeat, LoadStatement::Repeat::same);
  const auto parameters = [](cql::TypeKind first, cql::TypeKind last) {
    std::vector<cql::ColumnSpec> specs;
    for (const auto kind :
         {first, cql::TypeKind::date, cql::TypeKind::int_, cql::TypeKind::text, last, cql::TypeKind::bigint})
      specs.push_back({"ks", "t", "p", scalar(kind)});
    return specs;
  };
  LoadStatement typed = statement;
  EXPECT_THROW(take_types(typed, parameters(cql::TypeKind::int_, cql::TypeKind::int_)), Error) << "uuid() is no int";
  typed = statement;
  EXPECT_THROW(take_types(typed, parameters(cql::TypeKind::uuid, cql::TypeKind::text)), Error) << ":a is int and text";
  take_types(statement, parameters(cql::TypeKind::uuid, cql::TypeKind::int_));
  const formats::RowMapping mapping = map_fields(statement, known, given, "in.csv", options, 0);
  ASSERT_EQ(mapping.parameters.size(), 3U);
  EXPECT_EQ(mapping.parameters[1].column.type.kind, cql::TypeKind::int_);
  EXPECT_TRUE(mapping.parameters[1].write_null) << "a function's argument cannot be left unset";
}

TEST(LoadStatement, RefusesSettingsThatCannotBe) {
  LoadOptions options;
  options.set = {{"v", "5"}};
  EXPECT_THAT(error_of(fields({"id", "Day", "v"}), options), HasSubstr("\"v\" has no column"));
  options.map = {{"x", "v"}};
  EXPECT_THAT(error_of(fields({"id", "Day", "x"}), options), HasSubstr("--map and --set both"));
  options = {};
  options.set = {{"vv", "5"}};
  EXPECT_THAT(error_of(fields({"id", "Day"}), options), HasSubstr("no column vv"));
  options.set = {{"v", "f(:missing)"}};
  const cql::Table known = table();
  LoadStatement statement = plan_statement(known, fields({"id", "Day"}), "in.csv", options);
  statement.values[2].type = scalar(cql::TypeKind::text);
  EXPECT_THROW((void)map_fields(statement, known, fields({"id", "Day"}), "in.csv", options, 0), Error);
}

TEST(LoadStatement, AServersFunctionThatGivesAnotherValueEachTimeIsCalledOnce) {
  const cql::Table known = table();
  LoadOptions options;
  options.set = {{"v", "ks.text_of(uuid())"}};
  EXPECT_EQ(plan_statement(known, fields({"id", "Day"}), "in.csv", options).repeat, LoadStatement::Repeat::never);
}

TEST(LoadMapping, RefusesViews) {
  cql::Table view = table();
  view.is_view = true;
  EXPECT_THROW((void)plan_statement(view, fields({"id", "Day"}), "in.csv", {}), Error);
}

TEST(LoadMapping, WantsTheSameFieldsOfEveryFile) {
  const cql::Table known = table();
  const LoadStatement statement = plan_statement(known, fields({"id", "Day", "v"}), "a.csv", {});
  EXPECT_THROW((void)map_fields(statement, known, fields({"id", "Day"}), "b.csv", {}, 0), Error);
  EXPECT_THROW((void)map_fields(statement, known, fields({"id", "Day", "v", "s"}), "b.csv", {}, 0), Error);
  EXPECT_EQ(map_fields(statement, known, fields({"v", "id", "Day"}), "b.csv", {}, 0).parameters[2].field, 0U);
}

TEST(Timestamps, AreBeforeTheStartAndEndJustBeforeIt) {
  EXPECT_EQ(first_timestamp(1'000'000, 10) + 9, 999'999);
  EXPECT_EQ(first_timestamp(1'000'000, 0), 1'000'000);
}

TEST(TimestampStep, LeavesRoomForTriesWhereTheyNeedIt) {
  using Repeat = LoadStatement::Repeat;
  EXPECT_EQ(timestamp_step(Repeat::same, 1'000), 1);
  EXPECT_EQ(timestamp_step(Repeat::later_timestamp, 0), 4'096);
  EXPECT_EQ(timestamp_step(Repeat::later_timestamp, 1'000'000), 3'600);
  EXPECT_EQ(timestamp_step(Repeat::later_timestamp, 1'000'000'000'000), 16);
}

}  // namespace
}  // namespace cqlbulk::operations
