// Statements of the user's own: what is found in their text, and where the timestamp goes.
#include "operations/own_statement.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

using ::testing::HasSubstr;

std::string problem_of(std::string_view query) {
  try {
    (void)read_own_statement(query);
  } catch (const Error& error) {
    return error.what();
  }
  return "no problem";
}

TEST(OwnStatement, GetsATimestampWhereTheGrammarHasItsPlace) {
  const std::pair<const char*, const char*> cases[] = {
      {"insert into ks.t (k, v) values (:k, :v);",
       "insert into ks.t (k, v) values (:k, :v) USING TIMESTAMP :cqlbulk_timestamp"},
      {"INSERT INTO ks.t (k) VALUES (?) USING TTL 5", "INSERT INTO ks.t (k) VALUES (?) AND TIMESTAMP ?"},
      {"INSERT INTO ks.t JSON :j", "INSERT INTO ks.t JSON :j USING TIMESTAMP :cqlbulk_timestamp"},
      {"UPDATE \"Ks\".t SET \"using\" = :v WHERE k = :k",
       "UPDATE \"Ks\".t USING TIMESTAMP :cqlbulk_timestamp SET \"using\" = :v WHERE k = :k"},
      {"UPDATE ks.t USING TTL :ttl SET v = :v WHERE k = :k",
       "UPDATE ks.t USING TTL :ttl AND TIMESTAMP :cqlbulk_timestamp SET v = :v WHERE k = :k"},
      {"DELETE v, m['set'] FROM ks.t WHERE k = :k",
       "DELETE v, m['set'] FROM ks.t USING TIMESTAMP :cqlbulk_timestamp WHERE k = :k"}};
  for (const auto& [query, wanted] : cases) {
    const OwnStatement own = read_own_statement(query);
    if (std::string_view(query).find("TTL 5") != std::string_view::npos) {
      EXPECT_EQ(own.with_timestamp, "INSERT INTO ks.t (k) VALUES (?) USING TTL 5 AND TIMESTAMP ?");
    } else {
      EXPECT_EQ(own.with_timestamp, wanted);
    }
    EXPECT_EQ(own.table, "t");
    EXPECT_FALSE(own.conditional);
  }
  EXPECT_EQ(read_own_statement("UPDATE \"Ks\".t SET v = :v WHERE k = 1").keyspace, "Ks");
}

TEST(OwnStatement, SeesConditionsAndTimestampsOfItsOwn) {
  for (const char* query :
       {"INSERT INTO ks.t (k) VALUES (:k) IF NOT EXISTS", "UPDATE ks.t SET v = :v WHERE k = :k IF v = :old",
        "DELETE FROM ks.t WHERE k = :k IF EXISTS"}) {
    EXPECT_TRUE(read_own_statement(query).conditional) << query;
    EXPECT_EQ(read_own_statement(query).with_timestamp, "") << query;
  }
  for (const char* query : {"INSERT INTO ks.t (k) VALUES (:k) USING TIMESTAMP :ts",
                            "UPDATE ks.t USING TTL 1 AND TIMESTAMP :ts SET v = :v WHERE k = :k",
                            "DELETE FROM ks.t USING TIMESTAMP 5 WHERE k = :k"}) {
    EXPECT_TRUE(read_own_statement(query).own_timestamp) << query;
    EXPECT_EQ(read_own_statement(query).with_timestamp, "") << query;
  }
  // Words that only look like it.
  EXPECT_FALSE(read_own_statement("UPDATE ks.t SET timestamp = :v WHERE k = :k").own_timestamp);
  EXPECT_FALSE(read_own_statement("UPDATE ks.t SET v = 'x IF y' WHERE k = :k -- IF").conditional);
}

TEST(OwnStatement, RefusesWhatIsNone) {
  EXPECT_THAT(problem_of("SELECT * FROM ks.t"), HasSubstr("INSERT, UPDATE or DELETE"));
  EXPECT_THAT(problem_of("BEGIN BATCH INSERT INTO ks.t (k) VALUES (1) APPLY BATCH"), HasSubstr("INSERT, UPDATE"));
  EXPECT_THAT(problem_of("INSERT INTO t (k) VALUES (:k)"), HasSubstr("keyspace.t"));
  EXPECT_THAT(problem_of("UPDATE ks.t SET v = :v WHERE k = :k; DELETE FROM ks.t WHERE k = 1"),
              HasSubstr("one statement"));
  EXPECT_THAT(problem_of("DELETE v"), HasSubstr("which table"));
  EXPECT_THAT(problem_of(""), HasSubstr("INSERT, UPDATE or DELETE"));
}

}  // namespace
}  // namespace cqlbulk::operations
