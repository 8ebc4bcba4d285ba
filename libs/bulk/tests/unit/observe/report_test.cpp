// Reports say what happened in exact numbers, as text and as JSON.
#include "cqlbulk/report.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "observe/number_text.hpp"

namespace cqlbulk {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Report sample() {
  Report report;
  report.command = "load";
  report.operation = "20261121-083015-load-x7k2";
  report.operation_dir = "ops/20261121-083015-load-x7k2";
  report.status = Status::partial_success;
  report.keyspace = "nyc";
  report.table = "flights";
  report.format = "csv";
  report.rows = 336'774;
  report.records_read = 336'776;
  report.rejected = 2;
  report.bytes = 30'960'000;
  report.seconds = 2;
  report.files = {"flights.csv"};
  report.reject_file = "ops/x/rejected.csv";
  const std::chrono::system_clock::time_point first{std::chrono::seconds(1'700'000'000)};
  report.failures_by_kind["value"] = {2, first, first + std::chrono::milliseconds(61'500)};
  report.failure_samples.push_back({"value", "flights.csv:17", "column id: not a number: \"\xff\""});
  return report;
}

TEST(Report, ExitStatusFollowsTheContract) {
  Report report;
  EXPECT_EQ(report.exit_status(), 0);
  report.status = Status::partial_success;
  EXPECT_EQ(report.exit_status(), 1);
  report.status = Status::failed;
  EXPECT_EQ(report.exit_status(), 3);
  report.status = Status::interrupted;
  EXPECT_EQ(report.exit_status(), 4);
}

TEST(Report, TextNamesRowsRejectsAndWhereTheyLie) {
  const std::string text = sample().to_text();
  EXPECT_THAT(text, HasSubstr("PARTIAL SUCCESS: loaded 336,774 rows into nyc.flights in 2.00 s (168,387 rows/s)"));
  EXPECT_THAT(text, HasSubstr("2 of 336,776 records"));
  EXPECT_THAT(text, HasSubstr("ops/x/rejected.csv"));
  EXPECT_THAT(text, HasSubstr("flights.csv:17: column id"));
  EXPECT_THAT(text, HasSubstr("2 × value (data), 2023-11-14T22:13:20.000Z to 2023-11-14T22:14:21.500Z"));
  Report failing = sample();
  failing.failures_by_kind = {{"read_timeout", {3}}, {"read_failure", {1}}, {"no_node", {2}}, {"news", {2}}};
  const nlohmann::json report = nlohmann::json::parse(failing.to_json());
  EXPECT_EQ(report["failures"][2], (nlohmann::json{{"kind", "read_failure"},
                                                   {"class", "range"},
                                                   {"count", 1},
                                                   {"percentage", 12.5},
                                                   {"first", "1970-01-01T00:00:00.000Z"},
                                                   {"last", "1970-01-01T00:00:00.000Z"}}));
  const nlohmann::json json = report["failures_by_class"];
  EXPECT_EQ(json, (nlohmann::json{{"range", 4}, {"node down", 2}, {"unknown", 2}}));
  EXPECT_THAT(text, Not(HasSubstr("run the command again")));
}

TEST(Report, TellsWhatWaitedOnTheDisk) {
  Report report = sample();
  EXPECT_THAT(report.to_text(), Not(HasSubstr("spilled")));
  report.spilled_bytes = 28'400'000;
  EXPECT_THAT(report.to_text(), HasSubstr("spilled      28.4 MB of rows waited on the disk"));
  EXPECT_EQ(nlohmann::json::parse(report.to_json())["spilled_bytes"], 28'400'000);
}

TEST(Report, NamesWhatStandsOut) {
  Report report = sample();
  report.pieces = 2;
  report.slowest_pieces = {{"token range (1, 2]", 10, 100, 4.25}};
  report.largest_pieces = {{"token range (2, 3]", 12'345, 100, 0.5}};
  report.largest_partitions = {{R"({"id":7})", 5'000}, {R"({"id":8})", 1}};
  const std::string text = report.to_text();
  EXPECT_THAT(text, HasSubstr("slowest      token range (1, 2]: 10 rows in 4.25 s"));
  EXPECT_THAT(text, HasSubstr("largest      token range (2, 3]: 12,345 rows"));
  EXPECT_THAT(text, HasSubstr("partitions   {\"id\":7}: 5,000 rows"));
  const nlohmann::json json = nlohmann::json::parse(report.to_json());
  EXPECT_EQ(json["largest_partitions"][0]["key"]["id"], 7);
  EXPECT_EQ(json["slowest_pieces"][0]["seconds"], 4.25);
  report.pieces = 1;
  EXPECT_THAT(report.to_text(), Not(HasSubstr("slowest"))) << "of one piece";
}

TEST(Report, TextOfAFailureSaysWhatToDo) {
  Report report = sample();
  report.status = Status::failed;
  report.error = "127.0.0.1:9042: connection lost";
  EXPECT_THAT(report.to_text(), HasSubstr("FAILED: loaded"));
  EXPECT_THAT(report.to_text(), HasSubstr("127.0.0.1:9042: connection lost\n"));
  EXPECT_THAT(report.to_text(), HasSubstr("run the command again"));
}

TEST(Report, JsonHasEveryNumberAndSurvivesForeignBytes) {
  const auto json = nlohmann::json::parse(sample().to_json());
  EXPECT_EQ(json.at("rows"), 336'774);
  EXPECT_EQ(json.at("records_read"), 336'776);
  EXPECT_EQ(json.at("status"), "PARTIAL SUCCESS");
  EXPECT_EQ(json.at("exit_status"), 1);
  EXPECT_EQ(json.at("files"), nlohmann::json({"flights.csv"}));
  EXPECT_EQ(json.at("failure_samples").size(), 1U);
}

TEST(NumberText, IsWhatPeopleRead) {
  EXPECT_EQ(observe::grouped(0), "0");
  EXPECT_EQ(observe::grouped(999), "999");
  EXPECT_EQ(observe::grouped(1000), "1,000");
  EXPECT_EQ(observe::grouped(18'446'744'073'709'551'615U), "18,446,744,073,709,551,615");
  EXPECT_EQ(observe::bytes_text(999), "999 B");
  EXPECT_EQ(observe::bytes_text(999'999), "1.0 MB");
  EXPECT_EQ(observe::bytes_text(28'400'000), "28.4 MB");
  using Seconds = std::chrono::duration<double>;
  EXPECT_EQ(observe::duration_text(Seconds(0.416)), "0.42 s");
  EXPECT_EQ(observe::duration_text(Seconds(125)), "2 min 5 s");
  EXPECT_EQ(observe::duration_text(Seconds(12'000)), "3 h 20 min");
  EXPECT_EQ(observe::duration_text(Seconds(187'200)), "2 d 4 h");
  EXPECT_EQ(observe::counted(1, "row", "rows"), "1 row");
}

}  // namespace
}  // namespace cqlbulk
