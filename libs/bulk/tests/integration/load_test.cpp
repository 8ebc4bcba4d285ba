// Loading on a real ring: who wins, what is rejected, what is refused before anything is written.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "cqlbulk/error.hpp"
#include "operation_fixture.hpp"

namespace cqlbulk {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Loads : public testing::OperationTest {
 protected:
  static void create(const std::string& table, const std::string& columns = "id int PRIMARY KEY, v text, w text") {
    run("CREATE TABLE %" + table + " (" + columns + ")");
  }
  static std::vector<nlohmann::json> reasons_of(const Report& report) {
    std::istringstream lines(testing::read_file(report.reject_file + ".reasons.jsonl"));
    std::vector<nlohmann::json> reasons;
    for (std::string line; std::getline(lines, line);) reasons.push_back(nlohmann::json::parse(line));
    return reasons;
  }
};

TEST_F(Loads, TheLaterRecordOfAKeyWinsWhoeverIsSentFirst) {
  create("duplicates");
  // Each key 20 times, far apart, over several units and two files; cells of different records never mix.
  for (const char* file : {"1.csv", "2.csv"}) {
    std::string text = "id,v,w\n";
    for (int round = 0; round < 10; ++round) {
      for (int id = 0; id < 3'000; ++id) {
        const std::string mark = std::string(file, 1) + "-" + std::to_string(round);
        text += std::to_string(id) + "," + std::to_string(9 - round) + mark + "," + mark + "\n";
      }
    }
    scratch.write(file, text);
  }
  LoadOptions options = load_options("duplicates", "1.csv");
  options.from.push_back(scratch.path("2.csv"));
  options.operation.pace.threads = 4;
  const Report report = run_load(options);
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 60'000U);
  EXPECT_GT(report.pieces, 2U);
  ExportOptions out = export_options("duplicates", "out.csv");
  EXPECT_EQ(run_export(out).rows, 3'000U);
  for (const std::string& line : sorted_lines("out.csv")) {
    if (line != "id,v,w") EXPECT_THAT(line, ::testing::EndsWith(",02-9,2-9"));
  }
}

TEST_F(Loads, WriteBeforeTheirStartSoThatLaterWritesWin) {
  create("timestamps");
  scratch.write("in.csv", "id,v\n1,a\n2,b\n3,c\n");
  const auto before = std::chrono::system_clock::now().time_since_epoch();
  EXPECT_EQ(run_load(load_options("timestamps", "in.csv")).rows, 3U);
  const auto after = std::chrono::system_clock::now().time_since_epoch();
  const std::int64_t first = number("SELECT writetime(v) FROM %timestamps WHERE id = 1");
  EXPECT_EQ(number("SELECT writetime(v) FROM %timestamps WHERE id = 3"), first + 2);
  EXPECT_GE(first, std::chrono::duration_cast<std::chrono::microseconds>(before).count() - 3);
  EXPECT_LT(first, std::chrono::duration_cast<std::chrono::microseconds>(after).count());
}

TEST_F(Loads, TakeTimestampAndTtlFromFieldsOrNumbers) {
  create("using_fields");
  scratch.write("in.csv", "id,v,when,ttl\n1,a,1234,100\n2,b,5678,\n3,c,,100\n");
  LoadOptions options = load_options("using_fields", "in.csv");
  options.timestamp = "when";
  options.ttl = "ttl";
  const Report report = run_load(options);
  EXPECT_EQ(report.status, Status::partial_success);
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(number("SELECT writetime(v) FROM %using_fields WHERE id = 1"), 1234);
  EXPECT_GT(number("SELECT ttl(v) FROM %using_fields WHERE id = 1"), 0);
  EXPECT_EQ(text("SELECT v FROM %using_fields WHERE id = 2"), "b");
  scratch.write("again.csv", "id,v\n9,x\n");
  LoadOptions constants = load_options("using_fields", "again.csv");
  constants.timestamp = "42";
  constants.ttl = "1000";
  EXPECT_EQ(run_load(constants).rows, 1U);
  EXPECT_EQ(number("SELECT writetime(v) FROM %using_fields WHERE id = 9"), 42);
  EXPECT_GT(number("SELECT ttl(v) FROM %using_fields WHERE id = 9"), 900);
}

TEST_F(Loads, LeaveNullsUnsetOrWriteThemOrRejectThem) {
  create("nulls");
  const auto fill = [] { run("INSERT INTO %nulls (id, v, w) VALUES (1, 'old', 'old') USING TIMESTAMP 1000"); };
  scratch.write("in.csv", "id,v,w\n1,,new\n");
  fill();
  LoadOptions options = load_options("nulls", "in.csv");
  EXPECT_EQ(run_load(options).rows, 1U);
  EXPECT_EQ(text("SELECT v FROM %nulls WHERE id = 1"), "old");
  EXPECT_EQ(text("SELECT w FROM %nulls WHERE id = 1"), "new");
  options.nulls = Nulls::write;
  EXPECT_EQ(run_load(options).rows, 1U);
  EXPECT_EQ(text("SELECT v FROM %nulls WHERE id = 1"), "null");
  options.nulls = Nulls::reject;
  EXPECT_EQ(run_load(options).rejected, 1U);
}

TEST_F(Loads, ListsAreWrittenOnce) {
  create("lists", "id int PRIMARY KEY, tags list<text>");
  scratch.write("in.csv", "id,tags\n1,\"[\"\"a\"\",\"\"b\"\"]\"\n");
  for (int i = 0; i < 2; ++i) EXPECT_EQ(run_load(load_options("lists", "in.csv")).rows, 1U);
  ExportOptions out = export_options("lists", "out.csv");
  EXPECT_EQ(run_export(out).rows, 1U);
  EXPECT_THAT(sorted_lines("out.csv"), ElementsAre("id,tags", "1,\"[\"\"a\"\",\"\"b\"\"]\""));
}

TEST_F(Loads, BadRecordsGoToAFileThatLoadsWhenCorrected) {
  create("rejects");
  scratch.write("in.csv", "id,v,w\n1,a,b\nx,a,b\n2,\"c\nd\",e\n3,f\n,g,h\n");
  const Report report = run_load(load_options("rejects", "in.csv"));
  EXPECT_EQ(report.status, Status::partial_success);
  EXPECT_EQ(report.exit_status(), 1);
  EXPECT_EQ(report.rows, 2U);
  EXPECT_EQ(report.rejected, 3U);
  EXPECT_EQ(report.records_read, 5U);
  EXPECT_EQ(testing::read_file(report.reject_file), "id,v,w\nx,a,b\n3,f\n,g,h\n");
  const auto reasons = reasons_of(report);
  ASSERT_EQ(reasons.size(), 3U);
  EXPECT_EQ(reasons[0]["line"], 3);
  EXPECT_EQ(reasons[0]["record"], 2);
  EXPECT_EQ(reasons[0]["column"], "id");
  EXPECT_EQ(reasons[1]["line"], 6);
  EXPECT_THAT(std::string(reasons[2]["reason"]), HasSubstr("primary key"));
  std::string corrected = testing::read_file(report.reject_file);
  corrected.replace(corrected.find("x,a"), 1, "7");
  corrected.replace(corrected.find("3,f"), 3, "3,f,i");
  corrected.replace(corrected.find("\n,g"), 2, "\n8,");
  scratch.write("corrected.csv", corrected);
  EXPECT_EQ(run_load(load_options("rejects", "corrected.csv")).status, Status::success);
  EXPECT_EQ(number("SELECT count(*) FROM %rejects"), 5);
}

TEST_F(Loads, RowsThatTheServerRefusesAreRejectedWithTheirText) {
  create("refused", "id text, ck int, v text, PRIMARY KEY (id, ck)");
  const std::string too_long(70'000, 'k');
  scratch.write("in.csv", "id,ck,v\na,1,x\na,2,y\n" + too_long + ",1,z\nb,1,x\n\"\",1,empty key\n");
  const Report report = run_load(load_options("refused", "in.csv"));
  EXPECT_EQ(report.rows, 3U) << report.to_text();
  EXPECT_EQ(report.rejected, 2U);
  const auto reasons = reasons_of(report);
  ASSERT_EQ(reasons.size(), 2U);
  EXPECT_EQ(reasons[0]["line"], 4);
  EXPECT_EQ(reasons[1]["line"], 6);
  EXPECT_THAT(std::string(reasons[1]["reason"]), HasSubstr("Key may not be empty"));
  EXPECT_EQ(testing::read_file(report.reject_file), "id,ck,v\n" + too_long + ",1,z\n\"\",1,empty key\n");
}

TEST_F(Loads, TooManyRejectsStopTheLoad) {
  create("too_many");
  std::string text = "id,v\n";
  for (int i = 0; i < 50; ++i) text += "x,y\n";
  scratch.write("in.csv", text);
  LoadOptions options = load_options("too_many", "in.csv");
  options.max_errors = 10;
  const Report report = run_load(options);
  EXPECT_EQ(report.status, Status::failed);
  EXPECT_EQ(report.exit_status(), 3);
  EXPECT_THAT(report.error, HasSubstr("more than 10 records were rejected"));
  options.max_errors_share = 1;
  EXPECT_EQ(run_load(options).status, Status::partial_success);
}

TEST_F(Loads, ADryRunReadsEverythingAndWritesNothing) {
  create("dry");
  scratch.write("in.csv", "id,v\n1,a\nx,b\n");
  LoadOptions options = load_options("dry", "in.csv");
  options.dry_run = true;
  const Report report = run_load(options);
  EXPECT_EQ(report.rows, 1U);
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_THAT(report.to_text(), HasSubstr("nothing was written"));
  EXPECT_EQ(number("SELECT count(*) FROM %dry"), 0);
}

TEST_F(Loads, BatchesOfEveryKindWriteTheSame) {
  create("batches", "p int, c int, v text, PRIMARY KEY (p, c)");
  int first_partition = 0;
  for (const auto& [by, rows, bytes] :
       {std::tuple{BatchBy::replica_set, 50U, 40U << 10U}, std::tuple{BatchBy::partition, 50U, 40U << 10U},
        std::tuple{BatchBy::partition, 3U, 100U}, std::tuple{BatchBy::off, 50U, 1U}}) {
    std::string text = "p,c,v\n";
    for (int i = 0; i < 2'000; ++i) {
      text += fmt::format("{},{},{:v<{}}\n", first_partition + i % 37, i, "", i % 90);
    }
    scratch.write("in.csv", text);
    LoadOptions options = load_options("batches", "in.csv");
    options.batch = by;
    options.batch_rows = rows;
    options.batch_bytes = bytes;
    EXPECT_EQ(run_load(options).rows, 2'000U);
    first_partition += 1'000;
  }
  EXPECT_EQ(number("SELECT count(*) FROM %batches"), 8'000);
}

TEST_F(Loads, RefuseWhatCannotBeBeforeAnythingIsWritten) {
  create("refusing");
  const auto error = [this](const LoadOptions& options) { return usage_error_of([&] { run_load(options); }); };
  scratch.write("no_key.csv", "v,w\na,b\n");
  EXPECT_THAT(error(load_options("refusing", "no_key.csv")), HasSubstr("no field for id"));
  scratch.write("extra.csv", "id,vv\n1,b\n");
  EXPECT_THAT(error(load_options("refusing", "extra.csv")), HasSubstr("Did you mean --map vv=v"));
  scratch.write("empty.csv", "");
  EXPECT_THAT(error(load_options("refusing", "empty.csv")), HasSubstr("empty.csv"));
  scratch.write("open_quote.csv", "id,v\n1,a\n2,\"b\n3,c\n");
  EXPECT_THAT(error(load_options("refusing", "open_quote.csv")), HasSubstr("open_quote.csv"));
  scratch.write("broken.parquet", "PAR1 this is no Parquet file");
  EXPECT_THAT(error(load_options("refusing", "broken.parquet")), HasSubstr("broken.parquet"));
  EXPECT_THAT(error(load_options("refusing", "absent.csv")), HasSubstr("absent.csv: No such file"));
  EXPECT_THAT(error(load_options("refuzing", "extra.csv")), HasSubstr("Did you mean refusing"));
  scratch.write("no_suffix", "id\n1\n");
  EXPECT_THAT(error(load_options("refusing", "no_suffix")), HasSubstr("--format"));
  EXPECT_EQ(number("SELECT count(*) FROM %refusing"), 0);
  EXPECT_THAT(scratch.names("operations"), IsEmpty());
}

TEST_F(Loads, AStopEndsThemWithWhatWasAcknowledged) {
  create("stopped");
  std::string text = "id,v\n";
  for (int i = 0; i < 200'000; ++i) text += std::to_string(i) + ",v\n";
  scratch.write("in.csv", text);
  std::stop_source stop;
  struct Stopper : Observer {
    explicit Stopper(std::stop_source& source) : stop(source) {}
    void progress(const Progress& progress) override {
      if (progress.rows > 0) stop.request_stop();
    }
    std::stop_source& stop;
  } stopper(stop);
  LoadOptions options = load_options("stopped", "in.csv");
  options.operation.pace.threads = 1;
  options.operation.pace.parallelism = 1;
  const Report report = load(options, stopper, stop.get_token());
  EXPECT_EQ(report.status, Status::interrupted) << report.to_text();
  EXPECT_LT(report.rows, 200'000U);
  EXPECT_GE(number("SELECT count(*) FROM %stopped"), static_cast<std::int64_t>(report.rows));
}

}  // namespace
}  // namespace cqlbulk
