// Rejected records stay as they were, with their reasons beside them, and too many of them are an error.
#include "operations/reject_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "../storage/scratch_directory.hpp"
#include "cqlbulk/error.hpp"

namespace cqlbulk::operations {
namespace {

using cqlbulk::testing::read_file;
using cqlbulk::testing::ScratchDirectory;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Sizes = std::vector<journal::RejectFileSize>;

RejectFile::Origin csv(const std::string& name = "in.csv") { return {name, 0, {"id,v", ".csv"}}; }

BadRecord record(std::uint64_t ordinal, std::uint64_t line, const std::string& raw) {
  return {ordinal, line, "id", "not a number", raw};
}

/// Adds the records of a unit; the sizes as the journal would have them.
Sizes add(RejectFile& rejects, const RejectFile::Origin& origin, const std::vector<BadRecord>& records) {
  Sizes recorded;
  rejects.add(origin, records, [&](Sizes sizes) { recorded = std::move(sizes); });
  return recorded;
}

TEST(RejectFile, IsNotMadeWithoutNeed) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("rejected"));
  EXPECT_TRUE(add(rejects, csv(), {}).empty());
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(RejectFile, KeepsTheRecordAndSaysWhy) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("rejected"));
  const Sizes sizes = add(rejects, csv(), {record(4, 7, "x,\"a\nb\""), record(5, 9, "\xff,b")});
  const std::string text = read_file(scratch.path("rejected.csv"));
  EXPECT_EQ(text, "id,v\nx,\"a\nb\"\n\xff,b\n");
  std::istringstream reasons(read_file(scratch.path("rejected.csv.reasons.jsonl")));
  std::string line;
  std::getline(reasons, line);
  EXPECT_EQ(nlohmann::json::parse(line), nlohmann::json::parse(R"({"source":"in.csv","record":5,"line":7,
      "column":"id","reason":"not a number"})"));
  EXPECT_THAT(rejects.files(), ElementsAre(scratch.path("rejected.csv")));
  ASSERT_EQ(sizes.size(), 1U);
  EXPECT_EQ(sizes[0].bytes, text.size());
}

TEST(RejectFile, GivesInputsOfAnotherFormAFileOfTheirOwn) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("bad.txt"));
  add(rejects, csv("a.csv"), {record(0, 2, "x,y")});
  add(rejects, {"b.parquet", 1, {"", ".jsonl"}}, {record(0, 0, "{\"id\":1}")});
  add(rejects, csv("a.csv"), {record(1, 3, "z,y")});
  EXPECT_THAT(rejects.files(), ElementsAre(scratch.path("bad.txt"), scratch.path("bad-2.txt")));
  EXPECT_EQ(read_file(scratch.path("bad-2.txt")), "{\"id\":1}\n");
}

TEST(RejectFile, TakenUpItHoldsWhatIsAccountedForAndGoesOn) {
  ScratchDirectory scratch;
  Sizes sizes;
  {
    RejectFile rejects(scratch.path("rejected"));
    sizes = add(rejects, csv(), {record(0, 2, "a,1")});
    rejects.show(csv(), std::vector{record(1, 3, "b,2")});
    EXPECT_EQ(read_file(scratch.path("rejected.csv")), "id,v\na,1\nb,2\n");
  }
  RejectFile again(scratch.path("rejected"));
  again.take_up(sizes, [](std::uint64_t) { return csv().form; });
  EXPECT_EQ(read_file(scratch.path("rejected.csv")), "id,v\na,1\n");
  add(again, csv(), {record(7, 9, "c,3")});
  EXPECT_EQ(read_file(scratch.path("rejected.csv")), "id,v\na,1\nc,3\n");
  EXPECT_THAT(again.files(), ElementsAre(scratch.path("rejected.csv")));
}

TEST(RejectFile, BeginsAnewWhatNothingAccountsFor) {
  ScratchDirectory scratch;
  {
    RejectFile rejects(scratch.path("rejected"));
    rejects.show(csv(), std::vector{record(1, 3, "b,2")});
  }
  RejectFile again(scratch.path("rejected"));
  again.take_up({}, [](std::uint64_t) { return csv().form; });
  add(again, csv(), {record(7, 9, "c,3")});
  EXPECT_EQ(read_file(scratch.path("rejected.csv")), "id,v\nc,3\n");
}

TEST(RejectFile, IsMissedWhenItIsGone) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("rejected"));
  const Sizes gone{{scratch.path("rejected.csv"), 0, 10, 10}};
  try {
    rejects.take_up(gone, [](std::uint64_t) { return csv().form; });
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(), HasSubstr(scratch.path("rejected.csv")));
  }
}

}  // namespace
}  // namespace cqlbulk::operations
