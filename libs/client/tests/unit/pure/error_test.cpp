#include "cql/error.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "cql/consistency.hpp"

namespace cql {
namespace {

TEST(Error, names_node_and_query_in_one_line) {
  Error error(ErrorKind::invalid, "unknown\ncolumn x");
  error.with_node("127.0.0.1:9042").with_query("SELECT x\n  FROM t");
  EXPECT_STREQ(error.what(), "unknown column x (node 127.0.0.1:9042) (query: SELECT x   FROM t)");
  EXPECT_EQ(error.message(), "unknown\ncolumn x");
}

TEST(Error, keeps_the_context_it_got_first) {
  Error error(ErrorKind::timeout, "no answer");
  error.with_node("a:1").with_node("b:2").with_query("q1").with_query("q2");
  EXPECT_EQ(error.node(), "a:1");
  EXPECT_EQ(error.query(), "q1");
}

TEST(Error, shortens_a_query_between_characters) {
  std::string query(199, 'x');
  query += "äöü and much more";
  const Error error = Error(ErrorKind::timeout, "no answer").with_query(query);
  EXPECT_EQ(error.query(), std::string(199, 'x') + "…");
}

TEST(Error, carries_what_each_node_said) {
  Error error(ErrorKind::no_node, "no node answered");
  std::vector<Error> causes;
  causes.push_back(Error(ErrorKind::connect, "refused").with_node("a:1"));
  error.with_causes(std::move(causes));
  ASSERT_EQ(error.causes().size(), 1U);
  EXPECT_EQ(error.causes()[0].node(), "a:1");
}

TEST(Error, has_a_name_for_every_kind) {
  std::set<std::string_view> names;
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::unprepared); ++kind) {
    names.insert(to_string(static_cast<ErrorKind>(kind)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(ErrorKind::unprepared) + 1);
  EXPECT_EQ(to_string(ErrorKind::write_timeout), "write_timeout");
}

TEST(Consistency, names_and_numbers_belong_together) {
  for (std::uint16_t number = 0; number <= 0x0B; ++number) {
    const auto level = static_cast<Consistency>(number);
    EXPECT_EQ(parse_consistency(to_string(level)), level);
  }
  EXPECT_EQ(parse_consistency("local_Quorum"), Consistency::local_quorum);
  EXPECT_EQ(to_string(Consistency::local_one), "LOCAL_ONE");
  EXPECT_EQ(to_string(static_cast<Consistency>(77)), "UNKNOWN");
  EXPECT_EQ(parse_consistency("QUORU"), std::nullopt);
  EXPECT_EQ(parse_consistency("QUORUM "), std::nullopt);
  EXPECT_EQ(parse_consistency(""), std::nullopt);
}

}  // namespace
}  // namespace cql
