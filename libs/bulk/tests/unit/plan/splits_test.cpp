// Splits cover the ring once, whatever the ring and the number asked for.
#include "plan/splits.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

namespace cqlbulk::plan {
namespace {

using cql::maximum_token;
using cql::minimum_token;
using cql::ReplicatedRange;
using cql::Token;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

std::vector<ReplicatedRange> ring_of(std::vector<Token> tokens, std::uint32_t nodes) {
  std::sort(tokens.begin(), tokens.end());
  tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
  std::vector<ReplicatedRange> ranges;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token start = i == 0 ? tokens.back() : tokens[i - 1];
    const auto primary = static_cast<std::uint32_t>(i % nodes);
    ranges.push_back({{start, tokens[i]}, {primary, (primary + 1) % nodes}});
  }
  return ranges;
}

std::vector<ReplicatedRange> random_ring(std::mt19937_64& random) {
  const auto nodes = std::uniform_int_distribution<std::uint32_t>(1, 300)(random);
  // Few vnodes more often than many, for the sake of the tests' time.
  const auto vnodes = std::uniform_int_distribution<std::uint32_t>(1, 1U << (random() % 9))(random);
  std::vector<Token> tokens;
  // Some rings are crowded, so that segments of a few tokens occur; some have the ring's ends among their tokens.
  const bool crowded = random() % 4 == 0;
  std::uniform_int_distribution<Token> anywhere(crowded ? -50'000 : minimum_token, crowded ? 50'000 : maximum_token);
  for (std::uint32_t i = 0; i < nodes * vnodes; ++i) tokens.push_back(anywhere(random));
  if (random() % 8 == 0) tokens.push_back(minimum_token);
  if (random() % 8 == 0) tokens.push_back(maximum_token);
  return ring_of(std::move(tokens), nodes);
}

/// Sorted, touching, none empty, from the line's start to its end: that is covering every token exactly once.
void expect_covers_once(const std::vector<Split>& splits) {
  ASSERT_FALSE(splits.empty());
  EXPECT_EQ(splits.front().range.start, minimum_token);
  EXPECT_EQ(splits.back().range.end, maximum_token);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    ASSERT_LT(splits[i].range.start, splits[i].range.end) << "split " << i;
    if (i > 0) ASSERT_EQ(splits[i].range.start, splits[i - 1].range.end) << "split " << i;
  }
}

const ReplicatedRange& range_of(const std::vector<ReplicatedRange>& ranges, Token token) {
  const auto at = std::lower_bound(ranges.begin(), ranges.end(), token,
                                   [](const ReplicatedRange& range, Token t) { return range.range.end < t; });
  return at == ranges.end() ? ranges.front() : *at;
}

TEST(Splits, cover_random_rings_once_with_exactly_the_number_asked_for) {
  std::mt19937_64 random(20240817);
  for (int round = 0; round < 40; ++round) {
    const auto ranges = random_ring(random);
    for (const std::uint32_t count :
         {static_cast<std::uint32_t>(1 + random() % 8), 1024U, static_cast<std::uint32_t>(1 + random() % 1024)}) {
      SCOPED_TRACE(testing::Message() << ranges.size() << " ranges, " << count << " splits");
      const auto splits = make_splits(ranges, count);
      ASSERT_THAT(splits, SizeIs(count));
      expect_covers_once(splits);
      for (const Split& split : splits) ASSERT_EQ(split.replicas, range_of(ranges, split.range.end).replicas);
    }
  }
}

TEST(Splits, within_ranges_belong_to_their_replicas_wholly) {
  std::mt19937_64 random(4711);
  for (int round = 0; round < 12; ++round) {
    const auto ranges = random_ring(random);
    const auto count = static_cast<std::uint32_t>(1 + random() % 1024);
    SCOPED_TRACE(testing::Message() << ranges.size() << " ranges, " << count << " splits");
    const auto splits = make_splits_within_ranges(ranges, count);
    expect_covers_once(splits);
    ASSERT_GE(splits.size(), std::max<std::size_t>(count, ranges.size()));
    std::set<Token> borders;
    for (const Split& split : splits) {
      borders.insert(split.range.end);
      const ReplicatedRange& range = range_of(ranges, split.range.end);
      ASSERT_EQ(split.replicas, range.replicas);
      ASSERT_TRUE(range.range.contains(split.range.end));
      ASSERT_TRUE(range.range.contains(split.range.start + 1));
    }
    for (const ReplicatedRange& range : ranges) {
      if (range.range.end != minimum_token) ASSERT_TRUE(borders.contains(range.range.end));
    }
  }
}

TEST(Splits, are_proportional_to_width) {
  // One range holds three quarters of the ring.
  const auto ranges = ring_of({0, Token{1} << 62}, 2);
  const auto splits = make_splits(ranges, 64);
  std::uint64_t widest = 0;
  std::uint64_t narrowest = UINT64_MAX;
  for (const Split& split : splits) {
    widest = std::max(widest, split.range.width());
    narrowest = std::min(narrowest, split.range.width());
  }
  EXPECT_LE(widest - narrowest, 1U);
}

TEST(Splits, widest_is_no_wider_than_twice_the_mean_when_there_are_enough) {
  std::mt19937_64 random(99);
  for (int round = 0; round < 20; ++round) {
    std::vector<Token> tokens;
    for (int i = 0; i < 48; ++i) tokens.push_back(static_cast<Token>(random()));
    const auto splits = make_splits(ring_of(tokens, 3), 512);
    for (const Split& split : splits) ASSERT_LE(split.range.width(), UINT64_MAX / 512 * 2);
  }
}

TEST(Splits, joined_are_about_equal) {
  std::mt19937_64 random(7);
  std::vector<Token> tokens;
  for (int i = 0; i < 3 * 256; ++i) tokens.push_back(static_cast<Token>(random()));
  for (const Split& split : make_splits(ring_of(tokens, 3), 8)) {
    EXPECT_NEAR(static_cast<double>(split.range.width()), 0x1p64 / 8, 0x1p64 / 8 * 0.1);
  }
}

TEST(Splits, one_is_the_whole_ring) {
  EXPECT_THAT(make_splits(ring_of({-5, 5}, 2), 1),
              ElementsAre(testing::Field(&Split::range, cql::TokenRange{minimum_token, maximum_token})));
  EXPECT_THAT(make_splits(ring_of({-5, 5}, 2), 0), SizeIs(1));
}

TEST(Splits, of_a_ring_without_tokens_are_one) {
  const auto splits = make_splits({}, 32);
  ASSERT_THAT(splits, SizeIs(1));
  expect_covers_once(splits);
  EXPECT_THAT(splits.front().replicas, IsEmpty());
  EXPECT_THAT(make_splits_within_ranges({}, 32), SizeIs(1));
}

TEST(Splits, of_a_ring_with_one_token) {
  for (const Token token : {minimum_token, minimum_token + 1, Token{0}, maximum_token}) {
    SCOPED_TRACE(token);
    for (const std::uint32_t count : {1U, 2U, 3U, 1000U}) {
      const auto splits = make_splits({{{token, token}, {0}}}, count);
      EXPECT_THAT(splits, SizeIs(count));
      expect_covers_once(splits);
    }
  }
}

TEST(Splits, may_be_many_more_than_usual) {
  const auto splits = make_splits(ring_of({-1'000'000, 0, 1'000'000}, 3), 100'000);
  EXPECT_THAT(splits, SizeIs(100'000));
  expect_covers_once(splits);
}

TEST(Bisect, halves_until_a_single_token) {
  const Split split{{10, 13}, {2, 1}};
  const auto halves = bisect(split);
  ASSERT_THAT(halves, SizeIs(2));
  EXPECT_EQ(halves[0].range, (cql::TokenRange{10, 11}));
  EXPECT_EQ(halves[1].range, (cql::TokenRange{11, 13}));
  EXPECT_EQ(halves[1].replicas, split.replicas);
  EXPECT_THAT(bisect(halves[0]), IsEmpty());
}

TEST(Bisect, of_the_whole_ring_meets_in_the_middle) {
  const auto halves = bisect({{minimum_token, maximum_token}, {}});
  ASSERT_THAT(halves, SizeIs(2));
  EXPECT_EQ(halves[0].range, (cql::TokenRange{minimum_token, -1}));
  EXPECT_EQ(halves[1].range, (cql::TokenRange{-1, maximum_token}));
}

TEST(InterleaveByPrimary, takes_turns_and_names_each_once) {
  const std::vector<Split> splits{{{0, 1}, {0}}, {{1, 2}, {0}}, {{2, 3}, {0}},
                                  {{3, 4}, {1}}, {{4, 5}, {2}}, {{5, 6}, {}}};
  EXPECT_THAT(interleave_by_primary(splits), ElementsAre(0, 3, 4, 5, 1, 2));
  EXPECT_THAT(interleave_by_primary({}), IsEmpty());
}

TEST(DefaultSplitCount, follows_nodes_parallelism_and_size_up_to_a_bound) {
  EXPECT_EQ(default_split_count(1, 1, 0, 0), 8U);
  EXPECT_EQ(default_split_count(100, 16, 0, 0), 400U);
  EXPECT_EQ(default_split_count(3, 16, 0, 0), 128U);
  EXPECT_EQ(default_split_count(3, 16, 500'000'000, 0), 500U);
  EXPECT_EQ(default_split_count(3, 16, 0, 200ULL << 30U), 800U);
  EXPECT_EQ(default_split_count(1'000, 256, UINT64_MAX, UINT64_MAX), 1'024U);
  EXPECT_EQ(default_split_count(0, 0, 0, 0), 1U);
}

}  // namespace
}  // namespace cqlbulk::plan
