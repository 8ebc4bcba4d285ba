// The slowest and the largest of many pieces.
#include "observe/piece_ranking.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

namespace cqlbulk::observe {
namespace {

using ::testing::ElementsAre;

PieceDone piece(std::uint64_t rows, double seconds) {
  PieceDone done;
  done.rows = rows;
  done.seconds = std::chrono::duration<double>(seconds);
  return done;
}

TEST(PieceRanking, KeepsTheFirstFiveOfEachOrder) {
  PieceRanking ranking;
  EXPECT_TRUE(ranking.slowest().empty());
  std::vector<std::uint64_t> numbers(100);
  std::iota(numbers.begin(), numbers.end(), 1);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(1));
  for (const std::uint64_t number : numbers) ranking.add(piece(number, 1000.0 - static_cast<double>(number)));
  std::vector<double> seconds;
  for (const PieceSample& sample : ranking.slowest()) seconds.push_back(sample.seconds);
  std::vector<std::uint64_t> rows;
  for (const PieceSample& sample : ranking.largest()) rows.push_back(sample.rows);
  EXPECT_THAT(seconds, ElementsAre(999, 998, 997, 996, 995));
  EXPECT_THAT(rows, ElementsAre(100, 99, 98, 97, 96));
}

TEST(PieceRanking, NamesRangesUnitsAndWholeQueries) {
  PieceDone done;
  EXPECT_EQ(name_of(done), "the whole query");
  done.source = "in.csv";
  done.first_record = 1'000;
  EXPECT_EQ(name_of(done), "in.csv from record 1,001");
  done.range = cql::TokenRange{-5, 7};
  EXPECT_EQ(name_of(done), "token range (-5, 7]");
}

}  // namespace
}  // namespace cqlbulk::observe
