// Records come back as written; a torn tail is dropped, damage before it is refused.
#include "journal/records.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cqlbulk/error.hpp"
#include "journal/crc32.hpp"

namespace cqlbulk::journal {
namespace {

using ::testing::HasSubstr;

std::string sample() {
  PartRecord part{PartRecord::Kind::part, "part-00000.csv", "part-00000.csv", 12, 345, "d1"};
  part.splits.push_back({3, true, {}, 10, {1, 2}});
  part.splits.push_back(
      {4, false, {{}, {std::byte{0x00}, std::byte{0xff}, std::byte{0x1c}}}, 2, {3, 0xffffffffffffffffU}});
  part.splits.push_back({5, false, {std::int64_t{-9'007'199'254'740'993}, {}}, 0, {}});
  UnitRecord unit{1, 10, 20, 5, 5, 3, 1, 1, {{"dir/rejected.csv", 1, 70, 80}}};
  return line_of(BeginRecord{"ID"}) + line_of(part) + line_of(ResumeRecord{"2026-11-21T08:30:15.000000Z", 77}) +
         line_of(StartRecord{9}) + line_of(unit) + line_of(EndRecord{"FAILED", 12, 1, 345, 1.5, "disk \"full\"\n"});
}
constexpr std::size_t sample_records = 6;

TEST(Records, UseTheChecksumOfZlib) {
  EXPECT_EQ(crc32("123456789"), 0xCBF43926U);
  EXPECT_EQ(line_of(BeginRecord{"ID"}), "8bfdb671 {\"record\":\"begin\",\"format\":1,\"operation\":\"ID\"}\n");
}

TEST(Records, ComeBackAsWritten) {
  const Records read = read_records(sample(), "journal");
  ASSERT_EQ(read.records.size(), sample_records);
  EXPECT_EQ(read.torn_bytes, 0U);
  const auto& part = std::get<PartRecord>(read.records[1]);
  EXPECT_EQ(part.file, "part-00000.csv");
  EXPECT_EQ(part.rows, 12U);
  ASSERT_EQ(part.splits.size(), 3U);
  EXPECT_TRUE(part.splits[0].done);
  EXPECT_FALSE(part.splits[1].done);
  EXPECT_EQ(part.splits[1].position.paging_state, (std::vector{std::byte{0x00}, std::byte{0xff}, std::byte{0x1c}}));
  EXPECT_FALSE(part.splits[1].position.after);
  EXPECT_EQ(part.splits[2].position, (SplitPosition{-9'007'199'254'740'993, {}}));
  EXPECT_EQ(part.splits[1].checksum, (RowChecksum{3, 0xffffffffffffffffU}));
  EXPECT_EQ(part.kind, PartRecord::Kind::part);
  EXPECT_EQ(part.digest, "d1");
  EXPECT_EQ(std::get<ResumeRecord>(read.records[2]).process, 77);
  EXPECT_EQ(std::get<StartRecord>(read.records[3]).unit, 9U);
  const auto& unit = std::get<UnitRecord>(read.records[4]);
  EXPECT_EQ(unit.end, 20U);
  EXPECT_EQ(unit.rejected, 1U);
  EXPECT_EQ(unit.uncertain, 1U);
  ASSERT_EQ(unit.reject_files.size(), 1U);
  EXPECT_EQ(unit.reject_files[0].reason_bytes, 80U);
  EXPECT_EQ(std::get<EndRecord>(read.records[5]).error, "disk \"full\"\n");
}

TEST(Records, EveryPrefixGivesTheRecordsThatAreWhole) {
  const std::string text = sample();
  std::size_t whole = 0;
  for (std::size_t size = 0; size <= text.size(); ++size) {
    if (size > 0 && text[size - 1] == '\n') ++whole;
    const Records read = read_records(std::string_view(text).substr(0, size), "journal");
    ASSERT_EQ(read.records.size(), whole) << size;
  }
}

TEST(Records, EveryFlippedBitIsFound) {
  const std::string text = sample();
  const std::size_t last_line = text.rfind('\n', text.size() - 2) + 1;
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      std::string flipped = text;
      flipped[at] = static_cast<char>(flipped[at] ^ (1 << bit));
      if (at >= last_line) {
        EXPECT_EQ(read_records(flipped, "journal").records.size(), sample_records - 1) << at << " " << bit;
      } else {
        EXPECT_THROW((void)read_records(flipped, "journal"), Error) << at << " " << bit;
      }
    }
  }
}

TEST(Records, NameTheLineThatIsDamaged) {
  std::string text = sample();
  text[text.find("part-") + 2] = 'X';
  try {
    (void)read_records(text, "dir/journal");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("dir/journal:2: a record is damaged"));
  }
}

TEST(Records, RefuseAKindOfALaterVersion) {
  const std::string json = R"({"record":"tomorrow"})";
  char line[64];
  std::snprintf(line, sizeof line, "%08x %s\n", crc32(json), json.c_str());
  try {
    (void)read_records(line, "journal");
    FAIL();
  } catch (const Error& error) {
    EXPECT_THAT(error.message(), HasSubstr("unknown kind \"tomorrow\""));
  }
}

}  // namespace
}  // namespace cqlbulk::journal
