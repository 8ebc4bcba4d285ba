// The progress file: whole at any time, the owner's, and nothing left beside it.
#include "cqlbulk/progress_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>

#include "../storage/scratch_directory.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class WritingProgress : public ::testing::Test {
 protected:
  [[nodiscard]] json read() const { return json::parse(testing::read_file(path)); }
  [[nodiscard]] unsigned mode() const {
    struct stat status{};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return status.st_mode & 0777U;
  }
  static Progress halfway() {
    Progress progress;
    progress.rows = 10;
    progress.pieces_done = 4;
    progress.pieces = 8;
    progress.rejected = 1;
    progress.fraction = 0.5;
    progress.elapsed = std::chrono::seconds(10);
    return progress;
  }

  testing::ScratchDirectory scratch;
  std::string path = scratch.path("progress.json");
};

TEST_F(WritingProgress, SaysAtEveryStepHowFarItIs) {
  ProgressFile file(path);
  EXPECT_EQ(read()["status"], "STARTING");
  EXPECT_EQ(read()["operation_id"], nullptr);
  file.begin({"an-id", "operations/an-id", "load", "ks", "t", "csv", "in.csv", "ks.t", 8});
  EXPECT_EQ(read()["status"], "RUNNING");
  EXPECT_EQ(read()["operation_id"], "an-id");
  EXPECT_EQ(read()["source"], "in.csv");
  EXPECT_EQ(read()["process"], ::getpid());
  EXPECT_EQ(read()["progress"]["total_ranges"], 8);
  file.progress(halfway());
  EXPECT_EQ(read()["progress"]["rows_processed"], 10);
  EXPECT_EQ(read()["progress"]["rows_per_second"], 1);
  EXPECT_EQ(read()["progress"]["eta_seconds"], 10);
  EXPECT_EQ(read()["rejected"], 1);
  Report report;
  report.status = Status::failed;
  report.rows = 12;
  report.error = "the disk is \xff full";
  file.complete(report);
  EXPECT_EQ(read()["status"], "FAILED");
  EXPECT_EQ(read()["progress"]["rows_processed"], 12);
  EXPECT_THAT(read()["error"].get<std::string>(), HasSubstr("full"));
  EXPECT_THAT(scratch.names(), ElementsAre("progress.json"));
}

TEST_F(WritingProgress, IsTheOwnersUnlessTheFileBeforeWasNot) {
  ProgressFile file(path);
  EXPECT_EQ(mode(), 0600U);
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  file.progress(halfway());
  EXPECT_EQ(mode(), 0644U);
}

TEST_F(WritingProgress, WhatNeverBeganHasFailed) {
  {
    const ProgressFile file(path);
  }
  EXPECT_EQ(read()["status"], "FAILED");
  EXPECT_EQ(read()["error"], "it ended before any work");
}

TEST_F(WritingProgress, ReadersFindAWholeFileAtAnyTime) {
  ProgressFile file(path);
  std::atomic<bool> done{false};
  std::atomic<int> reads{0};
  std::thread reader([&] {
    while (!done) {
      EXPECT_TRUE(json::accept(testing::read_file(path)));
      ++reads;
    }
  });
  for (int i = 0; i < 200 || reads < 20; ++i) file.progress(halfway());
  done = true;
  reader.join();
}

TEST_F(WritingProgress, APlaceThatCannotBeIsRefusedAtOnce) {
  for (const std::string& place : {scratch.path("nowhere/p.json"), scratch.root(), std::string("/dev/null")}) {
    try {
      const ProgressFile file(place);
      ADD_FAILURE() << place;
    } catch (const Error& error) {
      EXPECT_EQ(error.error_class(), ErrorClass::usage);
      EXPECT_THAT(error.what(), HasSubstr("the progress file " + place + " cannot be written: "));
    }
  }
}

TEST_F(WritingProgress, APlaceThatIsGoneIsAnException) {
  std::filesystem::create_directory(scratch.path("d"));
  ProgressFile file(scratch.path("d/p.json"));
  std::filesystem::remove_all(scratch.path("d"));
  EXPECT_THROW(file.progress(halfway()), std::system_error);
}

}  // namespace
}  // namespace cqlbulk
