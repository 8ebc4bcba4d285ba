// An operation's directory: written, read back, found while running and after a crash.
#include "journal/operation_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <memory>

#include "../storage/scratch_directory.hpp"
#include "cqlbulk/error.hpp"
#include "journal/operation_reader.hpp"

namespace cqlbulk::journal {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;

class OperationDirectoryTest : public ::testing::Test {
 protected:
  std::unique_ptr<OperationDirectory> start() {
    return std::make_unique<OperationDirectory>(scratch.path("ops"), "export", start_time);
  }
  const std::chrono::system_clock::time_point start_time{std::chrono::microseconds(1'795'250'415'123'456)};
  cqlbulk::testing::ScratchDirectory scratch;
};

TEST_F(OperationDirectoryTest, TellsWhatWasDone) {
  std::string path;
  {
    const auto operation = start();
    path = operation->path();
    EXPECT_THAT(operation->id(), MatchesRegex("20261121-[0-9]{6}-export-[a-z2-9]{4}"));
    operation->describe({{"target", "out.csv"}});
    operation->append(PartRecord{PartRecord::Kind::part, "merged", "out.csv", 3, 40, "d", {{0, true, {}, 3}}});
    EXPECT_TRUE(read_operation(path).running);
    operation->end({"SUCCESS", 3, 0, 40, 0.5, ""}, "{}");
  }
  const Operation read = read_operation(path);
  EXPECT_FALSE(read.running);
  EXPECT_EQ(read.description.at("target"), "out.csv");
  EXPECT_EQ(read.description.at("command"), "export");
  EXPECT_THAT(std::string(read.description.at("started")), MatchesRegex("2026-11-21T.*\\.123456Z"));
  ASSERT_EQ(read.parts.size(), 1U);
  EXPECT_EQ(read.parts[0].rows, 3U);
  ASSERT_TRUE(read.end);
  EXPECT_EQ(read.end->status, "SUCCESS");
  EXPECT_THAT(list_operations(scratch.path("ops")), ElementsAre(path));
}

TEST_F(OperationDirectoryTest, IsPrivate) {
  const auto operation = start();
  operation->describe({});
  struct stat info{};
  ASSERT_EQ(::stat(operation->path().c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0700U);
  ASSERT_EQ(::stat(operation->file("journal").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777U, 0600U);
}

TEST_F(OperationDirectoryTest, LeavesNothingWhenItNeverBegan) {
  start().reset();
  EXPECT_THAT(scratch.names("ops"), IsEmpty());
}

TEST_F(OperationDirectoryTest, ACrashLeavesTheRecordsThatWereWhole) {
  std::string path;
  {
    const auto operation = start();
    path = operation->path();
    operation->describe({});
    operation->append(UnitRecord{0, 0, 10, 0, 1, 1, 0});
  }
  std::ofstream(path + "/journal", std::ios::app) << "12345678 {\"record\":\"un";
  const Operation read = read_operation(path);
  EXPECT_EQ(read.units.size(), 1U);
  EXPECT_GT(read.torn_bytes, 0U);
  EXPECT_FALSE(read.end);
  EXPECT_FALSE(read.running);
}

TEST_F(OperationDirectoryTest, NamesThePlaceThatCannotBe) {
  scratch.write("file", "");
  try {
    OperationDirectory(scratch.path("file"), "load", start_time);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(), HasSubstr(scratch.path("file")));
    EXPECT_THAT(error.what(), HasSubstr("--operation-dir"));
  }
  EXPECT_THROW((void)read_operation(scratch.root()), Error);
  EXPECT_THAT(list_operations(scratch.path("absent")), IsEmpty());
}

TEST_F(OperationDirectoryTest, IsTakenUpWhereItEnded) {
  std::string path;
  {
    const auto operation = start();
    path = operation->path();
    operation->describe({});
    operation->append(UnitRecord{0, 0, 10, 0, 1, 1, 0});
    operation->end({"INTERRUPTED", 1, 0, 10, 0.5, ""}, "{}");
  }
  std::ofstream(path + "/journal", std::ios::app) << "12345678 {\"record\":\"un";
  {
    Operation operation;
    OperationDirectory again = OperationDirectory::resume(path, operation);
    EXPECT_EQ(operation.units.size(), 1U);
    again.begin_run();
    EXPECT_TRUE(read_operation(path).running);
    again.append(UnitRecord{0, 10, 20, 1, 1, 1, 0});
    again.end({"SUCCESS", 2, 0, 20, 0.25, ""}, "{}");
  }
  const Operation read = read_operation(path);
  EXPECT_EQ(read.units.size(), 2U);
  EXPECT_EQ(read.torn_bytes, 0U);
  EXPECT_EQ(read.runs, 2U);
  EXPECT_DOUBLE_EQ(read.seconds, 0.75);
  EXPECT_TRUE(read.complete());
}

TEST_F(OperationDirectoryTest, IsNotTakenUpWhileItRunsNorWhenItIsComplete) {
  const auto operation = start();
  operation->describe({});
  Operation read;
  const auto refusal = [&] {
    try {
      (void)OperationDirectory::resume(operation->path(), read);
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage);
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_THAT(refusal(), HasSubstr("is running"));
  EXPECT_TRUE(read_operation(operation->path()).running);
  const std::string path = operation->path();
  operation->end({"SUCCESS", 0, 0, 0, 0, ""}, "{}");
  EXPECT_THAT(refusal(), HasSubstr("is running"));
}

TEST_F(OperationDirectoryTest, IsFoundByWhatItSetOutToDo) {
  std::string path;
  {
    const auto operation = start();
    operation->describe({{"fingerprint", "load a"}});
    path = operation->path();
  }
  const std::string base = scratch.path("ops");
  EXPECT_EQ(find_unfinished(base, "load a"), path);
  EXPECT_EQ(find_unfinished(base, "load b"), std::nullopt);
  Operation read;
  OperationDirectory::resume(path, read).end({"PARTIAL SUCCESS", 0, 0, 0, 0, ""}, "{}");
  EXPECT_EQ(find_unfinished(base, "load a"), std::nullopt);
}

TEST_F(OperationDirectoryTest, ARecordThatCannotBeWrittenLeavesNothingOfItself) {
  const auto operation = start();
  operation->describe({});
  const auto size = std::filesystem::file_size(operation->file("journal"));
  struct rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  struct rlimit small = before;
  small.rlim_cur = size + 10;
  const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &small), 0);
  EXPECT_THROW(operation->append(UnitRecord{0, 0, 10, 0, 1, 1, 0}), Error);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, ignored);
  EXPECT_EQ(std::filesystem::file_size(operation->file("journal")), size);
  operation->append(UnitRecord{0, 0, 10, 0, 1, 1, 0});
  EXPECT_EQ(read_operation(operation->path()).units.size(), 1U);
}

}  // namespace
}  // namespace cqlbulk::journal
