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

const RejectForm csv{"id,v", ".csv"};

BadRecord record(std::uint64_t ordinal, std::uint64_t line, const std::string& raw) {
  return {ordinal, line, "id", "not a number", raw};
}

TEST(RejectFile, IsNotMadeWithoutNeed) {
  ScratchDirectory scratch;
  {
    RejectFile rejects(scratch.path("rejected"), 10);
  }
  EXPECT_THAT(scratch.names(), IsEmpty());
}

TEST(RejectFile, KeepsTheRecordAndSaysWhy) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("rejected"), 10);
  rejects.add("in.csv", csv, record(4, 7, "x,\"a\nb\""));
  rejects.add("in.csv", csv, record(5, 9, "\xff,b"));
  EXPECT_EQ(read_file(scratch.path("rejected.csv")), "id,v\nx,\"a\nb\"\n\xff,b\n");
  std::istringstream reasons(read_file(scratch.path("rejected.csv.reasons.jsonl")));
  std::string line;
  std::getline(reasons, line);
  EXPECT_EQ(nlohmann::json::parse(line), nlohmann::json::parse(R"({"source":"in.csv","record":5,"line":7,
      "column":"id","reason":"not a number"})"));
  EXPECT_EQ(rejects.count(), 2U);
  EXPECT_THAT(rejects.files(), ElementsAre(scratch.path("rejected.csv")));
}

TEST(RejectFile, GivesInputsOfAnotherFormAFileOfTheirOwn) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("bad.txt"), 10);
  rejects.add("a.csv", csv, record(0, 2, "x,y"));
  rejects.add("b.parquet", {"", ".jsonl"}, record(0, 0, "{\"id\":1}"));
  rejects.add("a.csv", csv, record(1, 3, "z,y"));
  EXPECT_THAT(rejects.files(), ElementsAre(scratch.path("bad.txt"), scratch.path("bad-2.txt")));
  EXPECT_EQ(read_file(scratch.path("bad-2.txt")), "{\"id\":1}\n");
}

TEST(RejectFile, SaysWhenTheyAreTooManyAfterWritingThemDown) {
  ScratchDirectory scratch;
  RejectFile rejects(scratch.path("rejected"), 1);
  rejects.add("in.csv", csv, record(0, 2, "x,y"));
  try {
    rejects.add("in.csv", csv, record(1, 3, "z,y"));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::failed);
    EXPECT_THAT(error.what(), HasSubstr("more than 1 records were rejected"));
    EXPECT_THAT(error.what(), HasSubstr("rejected.csv.reasons.jsonl"));
  }
  EXPECT_THAT(read_file(scratch.path("rejected.csv")), HasSubstr("z,y"));
}

}  // namespace
}  // namespace cqlbulk::operations
