// KS.TABLE as people type it, and what they hear when there is no such thing.
#include "operations/subject.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "cqlbulk/nearest_name.hpp"
#include "metadata_fixture.hpp"

namespace cqlbulk {
namespace {

using operations::test::sample_metadata;
using testing::HasSubstr;
using testing::Optional;

TEST(ParseSubject, folds_names_unless_quoted) {
  EXPECT_EQ(parse_subject("Shop.Orders").keyspace, "shop");
  EXPECT_EQ(parse_subject("Shop.Orders").table, "orders");
  EXPECT_EQ(parse_subject("shop.\"Orders\"").table, "Orders");
  EXPECT_EQ(parse_subject("\"a\"\"b\".\"c.d\"").keyspace, "a\"b");
  EXPECT_EQ(parse_subject("\"a\"\"b\".\"c.d\"").table, "c.d");
}

TEST(ParseSubject, refuses_what_is_no_table) {
  for (const char* text : {"", "shop", "shop.", ".orders", "a.b.c", "shop orders", "1.2", "\"\".x", "'a'.b",
                           "shop.\"orders", "shop.orders--"}) {
    SCOPED_TRACE(text);
    try {
      static_cast<void>(parse_subject(text));
      FAIL() << "was taken";
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage);
    }
  }
}

template <typename Call>
Error error_of(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorClass::defect, "nothing was thrown");
}

TEST(FindTable, suggests_the_nearest_name) {
  const cql::Metadata metadata = sample_metadata();
  EXPECT_EQ(operations::find_table(metadata, "shop", "Orders").name, "Orders");

  const Error table = error_of([&] { static_cast<void>(operations::find_table(metadata, "shop", "orders")); });
  EXPECT_EQ(table.message(), "there is no table orders in keyspace shop");
  EXPECT_EQ(table.advice(), "Did you mean \"Orders\"?");
  EXPECT_EQ(table.error_class(), ErrorClass::usage);

  const Error keyspace = error_of([&] { static_cast<void>(operations::find_table(metadata, "fligths", "x")); });
  EXPECT_EQ(keyspace.advice(), "Did you mean flights?");

  const Error far = error_of([&] { static_cast<void>(operations::find_table(metadata, "warehouse", "x")); });
  EXPECT_THAT(far.advice(), HasSubstr("cqlbulk inspect"));
}

TEST(FindColumn, suggests_the_nearest_name) {
  const cql::Metadata metadata = sample_metadata();
  const cql::Table& table = *metadata.table("flights", "by_carrier");
  EXPECT_EQ(operations::find_column(table, "delay").name, "delay");
  const Error error = error_of([&] { static_cast<void>(operations::find_column(table, "time_huor")); });
  EXPECT_EQ(error.message(), "there is no column time_huor in flights.by_carrier");
  EXPECT_EQ(error.advice(), "Did you mean time_hour?");
}

TEST(NearestName, bears_a_third_of_the_name_in_edits) {
  const std::vector<std::string> options{"--splits", "--page-size", "--quiet"};
  EXPECT_THAT(nearest_name("--spilts", options), Optional(std::string("--splits")));
  EXPECT_THAT(nearest_name("--pagesize", options), Optional(std::string("--page-size")));
  EXPECT_EQ(nearest_name("--zzz", options), std::nullopt);
  EXPECT_EQ(nearest_name("", options), std::nullopt);
  EXPECT_EQ(nearest_name("x", {}), std::nullopt);
}

}  // namespace
}  // namespace cqlbulk
