// Asking for less where the server cannot do so much, and for more again.
#include "operations/appetite.hpp"

#include <gtest/gtest.h>

namespace cqlbulk::operations {
namespace {

constexpr std::int32_t usual = 5'000;

/// Failures until nothing less is left.
unsigned failures(Appetite& appetite, bool may_cut) {
  unsigned count = 0;
  while (appetite.less(usual, may_cut)) ++count;
  return count;
}

TEST(Appetite, AsksForEverythingWhileAllIsWell) {
  const Appetite appetite;
  EXPECT_EQ(appetite.page_rows(usual), usual);
  EXPECT_EQ(appetite.end_of_query(-100, 5, 1'000), 1'000);
}

TEST(Appetite, TakesSmallerPagesBeforeSmallerRanges) {
  Appetite appetite;
  EXPECT_TRUE(appetite.less(usual, true));
  EXPECT_EQ(appetite.page_rows(usual), 1'250);
  EXPECT_TRUE(appetite.less(usual, true));
  EXPECT_EQ(appetite.page_rows(usual), 312);
  EXPECT_EQ(appetite.end_of_query(0, std::nullopt, 1'024), 1'024);
  EXPECT_TRUE(appetite.less(usual, true));
  EXPECT_EQ(appetite.page_rows(usual), 78);
  EXPECT_EQ(appetite.end_of_query(0, std::nullopt, 1'024), 256);
}

TEST(Appetite, EndsAtOneRowOfOnePartition) {
  Appetite appetite;
  EXPECT_EQ(failures(appetite, true), 18U);
  EXPECT_TRUE(appetite.is_one_partition());
  EXPECT_EQ(appetite.page_rows(usual), 1);
  EXPECT_EQ(appetite.end_of_query(7, std::nullopt, 1'000'000), 8);
  EXPECT_EQ(appetite.end_of_query(cql::minimum_token, std::nullopt, cql::maximum_token),
            cql::minimum_token + (1LL << 32) - 1);
}

TEST(Appetite, CutsNothingWhereItMayNot) {
  Appetite appetite;
  EXPECT_EQ(failures(appetite, false), 6U);
  EXPECT_FALSE(appetite.is_one_partition());
  EXPECT_EQ(appetite.page_rows(usual), 1);
  EXPECT_EQ(appetite.end_of_query(0, std::nullopt, 1'024), 1'024);
}

TEST(Appetite, NeverEndsAQueryBeforeTheRowThatCameLast) {
  Appetite appetite;
  (void)failures(appetite, true);
  for (const cql::Token reached : {cql::minimum_token, cql::Token{0}, cql::Token{99}, cql::Token{100}}) {
    const cql::Token end = appetite.end_of_query(cql::minimum_token, reached, 100);
    EXPECT_GE(end, reached);
    EXPECT_LE(end, 100);
  }
}

TEST(Appetite, ComesBack) {
  Appetite appetite;
  for (int i = 0; i < 3; ++i) (void)appetite.less(usual, true);
  for (int i = 0; i < 8; ++i) appetite.page_came();
  EXPECT_EQ(appetite.page_rows(usual), 312);
  for (int i = 0; i < 16; ++i) appetite.page_came();
  EXPECT_EQ(appetite.page_rows(usual), usual);
  EXPECT_EQ(appetite.end_of_query(0, std::nullopt, 1'024), 256);
  appetite.query_ended();
  EXPECT_EQ(appetite.end_of_query(256, std::nullopt, 1'024), 1'024);
}

}  // namespace
}  // namespace cqlbulk::operations
