// What records add up to, and that nothing adds up wrongly: every prefix and every flipped bit of a journal gives
// either a state that was once true, or a refusal.
#include "journal/replay.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "cqlbulk/error.hpp"

namespace cqlbulk::journal {
namespace {

using ::testing::HasSubstr;
using Kind = PartRecord::Kind;

PartRecord file(Kind kind, const std::string& name, std::vector<SplitProgress> splits) {
  std::uint64_t rows = 0;
  for (const SplitProgress& split : splits) rows += split.rows;
  return {kind, name, kind == Kind::part ? name : "", rows, rows * 10, "digest", std::move(splits)};
}
SplitProgress done(std::uint64_t split, std::uint64_t rows) { return {split, true, {}, rows, {rows, split}}; }
SplitProgress until(std::uint64_t split, std::uint64_t rows, std::uint8_t state) {
  return {split, false, {{}, {std::byte{state}}}, rows, {rows, split}};
}

template <typename Action>
std::string refusal(Action action) {
  try {
    action();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::failed);
    return error.what();
  }
  return "none";
}

TEST(ReplayExport, GoesOnWhereTheLastFileEnded) {
  const std::vector<PartRecord> records{
      file(Kind::part, "part-00000.csv", {done(0, 5), until(1, 3, 7)}),
      file(Kind::part, "part-00001.csv", {until(1, 2, 8), until(2, 1, 9)}),
      file(Kind::none, "", {done(1, 0)}),
  };
  const ExportState state = replay_export(records, 4, "journal");
  EXPECT_EQ(state.rows, 11U);
  EXPECT_EQ(state.bytes, 110U);
  EXPECT_EQ(state.splits_done, 2U);
  EXPECT_EQ(state.parts.size(), 2U);
  EXPECT_TRUE(state.splits[1].done);
  EXPECT_EQ(state.splits[1].rows, 5U);
  EXPECT_EQ(state.splits[1].checksum, (RowChecksum{5, 3}));
  EXPECT_EQ(state.splits[2].position.paging_state, std::vector{std::byte{9}});
  EXPECT_TRUE(state.splits[3].position.paging_state.empty());
  EXPECT_FALSE(state.splits[3].done);
}

TEST(ReplayExport, APartJoinedOfFragmentsCountsOnce) {
  PartRecord joined{Kind::part, "merged", "/out.csv", 5, 70, "digest", {}};
  const std::vector<PartRecord> records{file(Kind::fragment, "fragment-00000", {done(0, 3)}),
                                        file(Kind::fragment, "fragment-00001", {done(1, 2)}), joined};
  const ExportState state = replay_export(records, 2, "journal");
  EXPECT_EQ(state.rows, 5U);
  EXPECT_EQ(state.bytes, 70U);
  EXPECT_EQ(state.fragments.size(), 2U);
}

TEST(ReplayExport, RefusesWhatCannotBe) {
  const auto why = [](std::vector<PartRecord> records) {
    return refusal([&] { (void)replay_export(records, 2, "dir/journal"); });
  };
  EXPECT_THAT(why({file(Kind::part, "a", {done(2, 1)})}),
              HasSubstr("dir/journal contradicts itself: there is no split 2"));
  EXPECT_THAT(why({file(Kind::part, "a", {done(0, 1)}), file(Kind::part, "b", {done(0, 1)})}),
              HasSubstr("after its end"));
  EXPECT_THAT(why({file(Kind::part, "a", {done(0, 1)}), file(Kind::part, "a", {done(1, 1)})}),
              HasSubstr("finished twice"));
  EXPECT_THAT(why({file(Kind::part, "../a", {done(0, 1)})}), HasSubstr("no name of a part"));
  EXPECT_THAT(why({file(Kind::fragment, "/etc/passwd", {done(0, 1)})}), HasSubstr("no name of a part"));
  PartRecord wrong = file(Kind::part, "a", {done(0, 1)});
  wrong.rows = 2;
  EXPECT_THAT(why({wrong}), HasSubstr("a has 2 rows, its splits have 1"));
  EXPECT_THAT(why({file(Kind::part, "a", {{0, false, {}, 1}})}), HasSubstr("nothing says where split 0 goes on"));
  EXPECT_THAT(why({{Kind::part, "merged", "x", 3, 1, "", {}}}), HasSubstr("merged has 3 rows"));
}

const std::vector<PlannedUnit> units{{0, 0, 10, 0, 3}, {0, 10, 25, 3, 4}, {1, 0, 8, 0, 2}};

TEST(ReplayLoad, AddsUpTheUnitsThatAreDone) {
  const std::vector<UnitRecord> records{{0, 10, 25, 3, 4, 3, 1, 0, {{"r.csv", 0, 20, 40}}},
                                        {1, 0, 8, 0, 2, 1, 0, 1, {{"r.csv", 0, 30, 60}, {"u.csv", 1, 5, 6}}}};
  const std::vector<StartRecord> starts{{0}, {2}, {0}};
  const LoadState state = replay_load(records, starts, units, "journal");
  EXPECT_THAT(state.done, testing::ElementsAre(false, true, true));
  EXPECT_THAT(state.starts, testing::ElementsAre(2, 0, 1));
  EXPECT_EQ(state.rows, 4U);
  EXPECT_EQ(state.rejected, 1U);
  EXPECT_EQ(state.uncertain, 1U);
  EXPECT_EQ(state.records, 6U);
  EXPECT_EQ(state.bytes, 23U);
  ASSERT_EQ(state.reject_files.size(), 2U);
  EXPECT_EQ(state.reject_files[0].bytes, 30U);
}

TEST(ReplayLoad, RefusesWhatCannotBe) {
  const auto why = [](std::vector<UnitRecord> records, std::vector<StartRecord> starts = {}) {
    return refusal([&] { (void)replay_load(records, starts, units, "journal"); });
  };
  EXPECT_THAT(why({{0, 11, 25, 3, 4, 4, 0}}), HasSubstr("there is no unit at 11 of source 0"));
  EXPECT_THAT(why({{0, 10, 25, 3, 5, 5, 0}}), HasSubstr("not as it was planned"));
  EXPECT_THAT(why({{0, 10, 25, 3, 4, 2, 1}}), HasSubstr("not as it was planned"));
  EXPECT_THAT(why({{1, 0, 8, 0, 2, 2, 0}, {1, 0, 8, 0, 2, 2, 0}}), HasSubstr("finished twice"));
  EXPECT_THAT(why({}, {{3}}), HasSubstr("there is no unit 3"));
  EXPECT_THAT(why({{0, 10, 25, 3, 4, 3, 1, 0, {{"r", 0, 20, 40}}}, {1, 0, 8, 0, 2, 1, 1, 0, {{"r", 0, 10, 50}}}}),
              HasSubstr("r became shorter"));
}

/// A journal of an export that never was, but could have been: any number of files, each with some splits.
std::vector<PartRecord> random_export(std::mt19937& random, std::uint64_t splits) {
  std::vector<PartRecord> records;
  std::vector<std::uint64_t> open(splits);
  for (std::uint64_t i = 0; i < splits; ++i) open[i] = i;
  while (!open.empty()) {
    std::vector<SplitProgress> progress;
    for (std::size_t i = 0; i < open.size();) {
      if (random() % 2 == 0) {
        ++i;
        continue;
      }
      const bool ends = random() % 2 == 0;
      const std::uint64_t rows = random() % 100;
      progress.push_back(ends ? done(open[i], rows) : until(open[i], rows, static_cast<std::uint8_t>(random())));
      if (ends) {
        open.erase(open.begin() + static_cast<std::ptrdiff_t>(i));
      } else {
        ++i;
      }
    }
    records.push_back(file(Kind::fragment, "fragment-" + std::to_string(records.size()), std::move(progress)));
  }
  return records;
}

bool same(const ExportState& a, const ExportState& b) {
  return a.rows == b.rows && a.bytes == b.bytes && a.splits_done == b.splits_done &&
         std::equal(a.splits.begin(), a.splits.end(), b.splits.begin(), [](const SplitState& x, const SplitState& y) {
           return x.rows == y.rows && x.done == y.done && x.position == y.position && x.checksum == y.checksum;
         });
}

ExportState state_of(const Records& read, std::uint64_t splits) {
  std::vector<PartRecord> parts;
  for (const Record& record : read.records) {
    if (const auto* part = std::get_if<PartRecord>(&record)) parts.push_back(*part);
  }
  return replay_export(parts, splits, "journal");
}

TEST(ReplayProperty, EveryPrefixAndEveryFlippedBitGivesATrueStateOrARefusal) {
  std::mt19937 random(7);
  for (int round = 0; round < 3; ++round) {
    constexpr std::uint64_t splits = 2;
    const std::vector<PartRecord> records = random_export(random, splits);
    std::string text = line_of(BeginRecord{"ID"});
    std::vector<ExportState> true_states{replay_export({}, splits, "journal")};
    for (std::size_t i = 0; i < records.size(); ++i) {
      text += line_of(records[i]);
      true_states.push_back(replay_export(std::span(records).first(i + 1), splits, "journal"));
    }
    for (std::size_t size = 0; size <= text.size(); ++size) {
      const ExportState state = state_of(read_records(std::string_view(text).substr(0, size), "journal"), splits);
      const auto whole =
          static_cast<std::size_t>(std::count(text.begin(), text.begin() + static_cast<long>(size), '\n'));
      ASSERT_TRUE(same(state, true_states[whole == 0 ? 0 : whole - 1])) << size;
    }
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
      std::string flipped = text;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      try {
        const ExportState state = state_of(read_records(flipped, "journal"), splits);
        // Only the last record may be lost: it looks as if a crash had torn it off.
        ASSERT_TRUE(same(state, true_states[true_states.size() - 2])) << bit;
      } catch (const Error&) {
        SUCCEED();
      }
    }
  }
}

}  // namespace
}  // namespace cqlbulk::journal
