// Which statements show that they must not be done twice.
#include "cql/idempotence.hpp"

#include <gtest/gtest.h>

#include "core/prepared_state.hpp"

namespace cql {
namespace {

TEST(Idempotence, a_select_is_a_read) {
  for (const char* read : {"SELECT v FROM t", "  select * from t", "/* why */ -- not\n Select v from t"}) {
    EXPECT_TRUE(is_read(read)) << read;
  }
  for (const char* other : {"INSERT INTO t (k) VALUES (1)", "", "-- SELECT", "'SELECT'", "\"select\"", "selected"}) {
    EXPECT_FALSE(is_read(other)) << other;
  }
}

TEST(Idempotence, conditions_and_changing_functions_show_in_the_text) {
  for (const char* unsafe : {
           "INSERT INTO t (k) VALUES (1) IF NOT EXISTS",
           "UPDATE t SET v = 1 WHERE k = 1 if v = 2",
           "DELETE FROM t WHERE k = 1 IF EXISTS",
           "INSERT INTO t (k, v) VALUES (1, now())",
           "INSERT INTO t (k, v) VALUES (UUID (), 1)",
           "INSERT INTO t (k, v) VALUES (1, current_timestamp())",
           "INSERT INTO t (k, v) VALUES (1, currentDate())",
           "BEGIN BATCH INSERT INTO t (k) VALUES (1) IF NOT EXISTS; APPLY BATCH",
           "INSERT INTO t (k, v) VALUES (1, 'it''s') IF NOT EXISTS",
       }) {
    EXPECT_FALSE(is_safely_repeatable(unsafe)) << unsafe;
  }
  for (const char* safe : {
           "INSERT INTO t (k, v) VALUES (1, ' IF now()')",
           "INSERT INTO t (k, v) VALUES (1, $$ IF now() $$)",
           "INSERT INTO t (k, \"IF\") VALUES (1, 2) -- IF NOT EXISTS",
           "INSERT INTO t (k, now, uuid) VALUES (1, 2, 3) /* IF */",
           "INSERT INTO t (k, iffy) VALUES (1, 2)",
           "SELECT now() FROM t",
           "UPDATE t SET v = 'unterminated",
           "",
       }) {
    EXPECT_TRUE(is_safely_repeatable(safe)) << safe;
  }
}

PreparedStatement prepared(std::string cql, std::vector<ColumnSpec> parameters) {
  return PreparedStatement(std::make_shared<PreparedStatement::State>(
      std::move(cql), "", std::vector<std::byte>{}, std::move(parameters), std::vector<std::uint16_t>{},
      PreparedStatement::State::ResultMetadata{}));
}

ColumnSpec parameter(const std::string& name, const std::string& type, const std::string& table = "t") {
  return {"ks", table, name, parse_cql_type(type)};
}

// ks.t (k int, l list<int>, f frozen<list<int>>, s set<int>, "Odd" list<int>), ks.c (k int, n counter), ks.p (k, v int)
Metadata metadata() {
  Metadata made;
  Keyspace& keyspace = made.keyspaces["ks"];
  const auto add = [&](const std::string& name, const std::vector<std::pair<std::string, std::string>>& columns) {
    Table& table = keyspace.tables[name];
    table.keyspace = "ks";
    table.name = name;
    for (const auto& [column, type] : columns) {
      table.columns.push_back({column, parse_cql_type(type), Column::Role::regular, -1, false});
    }
  };
  add("t", {{"k", "int"}, {"l", "list<int>"}, {"f", "frozen<list<int>>"}, {"s", "set<int>"}, {"Odd", "list<int>"}});
  add("c", {{"k", "int"}, {"n", "counter"}});
  add("p", {{"k", "int"}, {"v", "int"}});
  keyspace.tables["c"].is_counter = true;
  return made;
}

TEST(Idempotence, writes_to_an_unfrozen_list_are_not) {
  const Metadata known = metadata();
  const ColumnSpec key = parameter("k", "int");
  const ColumnSpec list = parameter("l", "list<int>");
  for (const auto& unsafe : {
           prepared("INSERT INTO t (k, l) VALUES (?, ?)", {key, list}),
           prepared("UPDATE t SET L = l + ? WHERE k = ?", {list, key}),
           prepared("UPDATE t SET l = l + [1] WHERE k = ?", {key}),
           prepared("DELETE l[0] FROM t WHERE k = ?", {key}),
           prepared("UPDATE t SET \"Odd\" = ? WHERE k = ?", {parameter("Odd", "list<int>"), key}),
           prepared("INSERT INTO t JSON ?", {parameter("[json]", "text")}),
           prepared("BEGIN BATCH INSERT INTO p (k) VALUES (?); UPDATE t SET l = ? WHERE k = 1; APPLY BATCH",
                    {parameter("k", "int", "p"), list}),
       }) {
    EXPECT_FALSE(is_safely_repeatable(unsafe, known)) << unsafe.cql();
  }
  for (const auto& safe : {
           prepared("INSERT INTO t (k, f, s) VALUES (?, ?, ?)",
                    {key, parameter("f", "list<int>"), parameter("s", "set<int>")}),
           prepared("UPDATE t SET s = s + ? WHERE k = ?", {parameter("s", "set<int>"), key}),
           prepared("DELETE FROM t WHERE k = ?", {key}),
           prepared("SELECT l FROM t WHERE k = ?", {key}),
           prepared("UPDATE t SET \"odd\" = 1 WHERE k = ?", {key}),
           prepared("INSERT INTO p JSON ?", {parameter("[json]", "text", "p")}),
           prepared("INSERT INTO t (k) VALUES (1)", {}),
       }) {
    EXPECT_TRUE(is_safely_repeatable(safe, known)) << safe.cql();
  }
}

TEST(Idempotence, counters_and_conditions_are_not) {
  const Metadata known = metadata();
  EXPECT_FALSE(is_safely_repeatable(
      prepared("UPDATE c SET n = n + ? WHERE k = ?", {parameter("n", "counter", "c"), parameter("k", "int", "c")}),
      known));
  EXPECT_TRUE(is_safely_repeatable(prepared("SELECT n FROM c WHERE k = ?", {parameter("k", "int", "c")}), known));
  EXPECT_FALSE(is_safely_repeatable(
      prepared("INSERT INTO p (k) VALUES (?) IF NOT EXISTS", {parameter("k", "int", "p")}), known));
}

// A table that came after the metadata: its parameters are all there is to go by.
TEST(Idempotence, of_an_unknown_table_is_told_by_its_parameters) {
  const Metadata nothing;
  EXPECT_FALSE(is_safely_repeatable(
      prepared("INSERT INTO x (k, l) VALUES (?, ?)", {parameter("k", "int", "x"), parameter("l", "list<int>", "x")}),
      nothing));
  EXPECT_FALSE(is_safely_repeatable(prepared("UPDATE x SET n = n + ?", {parameter("n", "counter", "x")}), nothing));
  EXPECT_TRUE(is_safely_repeatable(prepared("INSERT INTO x (k) VALUES (?)", {parameter("k", "int", "x")}), nothing));
  const Metadata known = metadata();
  EXPECT_FALSE(is_safely_repeatable(prepared("UPDATE t SET fresh = ?", {parameter("fresh", "list<int>")}), known));
  EXPECT_TRUE(is_safely_repeatable(prepared("DELETE FROM t WHERE k IN ?", {parameter("in(k)", "list<int>")}), known));
}

}  // namespace
}  // namespace cql
