// Log lines: always the same fields, one line each, nothing below the level.
#include "cqlbulk/log_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "../storage/scratch_directory.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {
namespace {

using Json = nlohmann::ordered_json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Logging : public ::testing::Test {
 protected:
  static Beginning beginning() {
    return {"an-id", "operations/an-id", "export", "ks", "t", "csv", "ks.t", "out.csv", 8};
  }
  static Progress after(int seconds) {
    Progress progress;
    progress.operation = "export";
    progress.rows = 100;
    progress.bytes = 2'000;
    progress.pieces_done = 4;
    progress.pieces = 8;
    progress.fraction = 0.9999;
    progress.elapsed = std::chrono::seconds(seconds);
    return progress;
  }
  static PieceDone piece() {
    PieceDone piece;
    piece.range = cql::TokenRange{-5, 7};
    piece.rows = 3;
    return piece;
  }
  /// One of each.
  static void tell_all(LogLines& log) {
    log.begin(beginning());
    log.progress(after(11));
    log.piece_done(piece());
    log.error({"overloaded", "token range (-5, 7]", "busy\nor so", "127.0.0.1:9042", 10});
    log.notice("a \x1b[2Jwarning \xff");
    log.checkpoint({"an-id", "operations/an-id", 1, 8});
    Report report;
    report.status = Status::failed;
    report.rows = 20;
    report.bytes = 30;
    report.pieces = 8;
    report.seconds = 2;
    report.error = "disk full";
    log.complete(report);
  }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::istringstream text(testing::read_file(path));
    for (std::string line; std::getline(text, line);) lines.push_back(line);
    return lines;
  }

  testing::ScratchDirectory scratch;
  std::string path = scratch.path("log");
};

TEST_F(Logging, AJsonLineHasAlwaysTheSameFields) {
  {
    LogLines log(path, {LogFormat::json, LogLevel::debug});
    tell_all(log);
  }
  std::vector<Json> told;
  for (const std::string& line : lines()) told.push_back(Json::parse(line));
  ASSERT_THAT(told, SizeIs(7));
  for (const Json& line : told) {
    std::vector<std::string> names;
    for (const auto& [name, value] : line.items()) names.push_back(name);
    EXPECT_THAT(names, ElementsAre("timestamp", "level", "operation_id", "operation_type", "keyspace", "table",
                                   "format", "destination", "token_range", "progress", "node", "message"));
    names.clear();
    for (const auto& [name, value] : line["progress"].items()) names.push_back(name);
    EXPECT_THAT(names, ElementsAre("rows_processed", "bytes_processed", "ranges_completed", "total_ranges",
                                   "percentage", "rows_per_second", "eta_seconds"));
    EXPECT_THAT(line["timestamp"].get<std::string>(),
                MatchesRegex("20[0-9][0-9]-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]:[0-6][0-9][.][0-9][0-9][0-9]Z"));
    EXPECT_EQ(line["operation_id"], "an-id");
    EXPECT_EQ(line["operation_type"], "export");
    EXPECT_EQ(line["keyspace"], "ks");
    EXPECT_EQ(line["table"], "t");
    EXPECT_EQ(line["format"], "csv");
    EXPECT_EQ(line["destination"], "out.csv");
  }
  EXPECT_EQ(told[0]["progress"]["total_ranges"], 8);
  EXPECT_EQ(told[0]["progress"]["eta_seconds"], nullptr);
  EXPECT_EQ(told[1]["progress"], (Json{{"rows_processed", 100},
                                       {"bytes_processed", 2'000},
                                       {"ranges_completed", 4},
                                       {"total_ranges", 8},
                                       {"percentage", 99.9},
                                       {"rows_per_second", 9.0},
                                       {"eta_seconds", 1.0}}));
  EXPECT_EQ(told[2]["token_range"], (Json{{"start", -5}, {"end", 7}}));
  EXPECT_EQ(told[1]["token_range"], nullptr);
  EXPECT_EQ(told[3]["node"], "127.0.0.1:9042");
  EXPECT_EQ(told[3]["message"], "overloaded: token range (-5, 7]: busy\nor so (number 10 of its kind)");
  EXPECT_EQ(told[6]["progress"]["rows_processed"], 20);
  EXPECT_EQ(told[6]["message"], "FAILED: 20 rows in 2.00 s: disk full");
  std::string levels;
  for (const Json& line : told) levels += line["level"].get<std::string>() + " ";
  EXPECT_EQ(levels, "info info debug warn warn debug error ");
}

TEST_F(Logging, ATextLineIsOneLineWhateverIsQuoted) {
  {
    LogLines log(path, {LogFormat::text, LogLevel::debug});
    tell_all(log);
  }
  const auto told = lines();
  ASSERT_THAT(told, SizeIs(7));
  EXPECT_THAT(told[0], MatchesRegex("20.*Z info  an-id export ks[.]t export of ks[.]t to out[.]csv begins, 8 pieces"));
  EXPECT_THAT(told[2], HasSubstr(" debug an-id export ks.t token range (-5, 7] done: 3 rows in 0.00 s"));
  EXPECT_THAT(told[3], HasSubstr("busy\\nor so"));
  EXPECT_THAT(told[4], HasSubstr("a \\x1b[2Jwarning"));
  EXPECT_THAT(told[5], HasSubstr("1 of 8 pieces are safe in operations/an-id"));
}

TEST_F(Logging, LeavesOutWhatIsBelowItsLevel) {
  const auto count = [&](LogLevel level) {
    std::filesystem::remove(path);
    {
      LogLines log(path, {LogFormat::text, level});
      tell_all(log);
    }
    return lines().size();
  };
  EXPECT_EQ(count(LogLevel::debug), 7U);
  EXPECT_EQ(count(LogLevel::info), 5U);
  EXPECT_EQ(count(LogLevel::warn), 3U);
  EXPECT_EQ(count(LogLevel::error), 1U);
}

TEST_F(Logging, ProgressIsALineEveryTenSeconds) {
  {
    LogLines log(path, {});
    log.begin(beginning());
    for (int second = 0; second <= 35; ++second) log.progress(after(second));
  }
  EXPECT_THAT(lines(), SizeIs(1 + 3));
}

TEST_F(Logging, AppendsAndKeepsToTheOwner) {
  for (int i = 0; i < 2; ++i) {
    LogLines log(path, {});
    log.begin(beginning());
  }
  EXPECT_THAT(lines(), SizeIs(2));
  struct stat status{};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
}

TEST_F(Logging, AFileThatCannotBeIsNamed) {
  try {
    const LogLines log(scratch.path("nowhere/log"), {});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.what(), HasSubstr("nowhere/log cannot be written: No such file"));
  }
}

TEST_F(Logging, AFullDiskIsAnExceptionAndNoEnd) {
  LogLines log("/dev/full", {});
  EXPECT_THROW(log.begin(beginning()), std::system_error);
}

}  // namespace
}  // namespace cqlbulk
