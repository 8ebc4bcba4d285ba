// Loading when the cluster misbehaves: what may be sent again is, what may not is not, and the totals add up.
#include "cqlbulk/load.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <stdexcept>
#include <thread>

#include "../unit/storage/scratch_directory.hpp"
#include "aim_at.hpp"
#include "cqlbulk/converters.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/resume.hpp"
#include "scripted_server/server.hpp"

namespace cqlbulk {
namespace {

using cql::protocol::Opcode;
using cql::scripted::Reply;
using cql::scripted::Request;
using cql::scripted::ScriptedServer;
using ::testing::HasSubstr;

const std::string insert = "INSERT INTO ks.t (k, v) VALUES (?, ?) USING TIMESTAMP ?";
const std::string insert_list = "INSERT INTO ks.lists (k, v) VALUES (?, ?) USING TIMESTAMP ?";

/// Consistency LOCAL_QUORUM, 1 received, 2 required, of a simple write.
Reply write_timeout() {
  cql::Buffer more;
  more.append_integer(std::int16_t{6});
  more.append_integer(std::int32_t{1});
  more.append_integer(std::int32_t{2});
  more.append_integer(std::int16_t{6});
  more.append("SIMPLE");
  return Reply::error(0x1100, "Operation timed out", more.view());
}

class Loading : public ::testing::Test {
 protected:
  Loading() {
    server.prepared(insert,
                    {.parameters = {{"k", "int"}, {"v", "text"}, {"[timestamp]", "bigint"}}, .partition_key = {0}});
    server.prepared(insert_list, {.parameters = {{"k", "int"}, {"v", "list<text>"}, {"[timestamp]", "bigint"}},
                                  .partition_key = {0}});
    server.on(insert, Reply::nothing());
    server.on(insert_list, Reply::nothing());
    testing::aim_at(server, options);
    options.operation.operation_dir = scratch.path("operations");
    options.from = {scratch.path("in.csv")};
  }
  Report run(const std::string& text, std::stop_token stop = {}) {
    scratch.write("in.csv", text);
    return load(options, observer, std::move(stop));
  }
  /// One partition of `rows` rows: a single batch.
  static std::string partition_of(int rows) {
    std::string text = "k,v\n";
    for (int i = 0; i < rows; ++i) text += "1,v\n";
    return text;
  }

  testing::ScratchDirectory scratch;
  ScriptedServer server;
  LoadOptions options;
  Observer observer;
};

TEST_F(Loading, SendsRowsOfOnePartitionAsOneBatch) {
  options.batch = BatchBy::partition;
  const Report report = run(partition_of(20) + "2,w\n");
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 21U);
  EXPECT_EQ(server.count(Opcode::batch), 1U);
  EXPECT_EQ(server.count(Opcode::execute), 1U);
  for (const Request& request : server.requests()) {
    if (request.opcode == Opcode::batch) EXPECT_EQ(request.batch_size, 20U);
    if (request.opcode == Opcode::execute) EXPECT_EQ(request.consistency, 6U);
  }
}

TEST_F(Loading, TakesTheFirstRecordsOfAllInputsTogetherAlsoWhenItGoesOn) {
  scratch.write("in.csv", "k,v\n1,a\n2,b\n");
  scratch.write("more.csv", "k,v\n3,c\n4,d\n");
  scratch.write("never read.csv", "k,v\n5,\"no end\n");
  options.from = {scratch.path("in.csv"), scratch.path("more.csv"), scratch.path("never read.csv")};
  options.max_records = 3;
  options.batch = BatchBy::off;
  options.max_errors = 0;
  const auto key_of = [](const Request& request) {
    return cql::load_big_endian<std::int32_t>(cql::as_bytes(request.values.at(0)).data());
  };
  server.on(insert, [&](const Request& request) {
    return key_of(request) == 3 ? Reply::error(cql::scripted::error_code::invalid, "no") : Reply::nothing();
  });
  const Report failed = load(options, observer);
  EXPECT_EQ(failed.status, Status::failed);
  std::atomic<std::int32_t> largest{0};
  server.on(insert, [&](const Request& request) {
    largest = std::max(largest.load(), key_of(request));
    return Reply::nothing();
  });
  ResumeOptions again;
  again.operation_dir = options.operation.operation_dir;
  again.operation = failed.operation;
  again.cluster = server.client_options();
  const Report report = resume(again, observer);
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.records_read, 3U);
  EXPECT_EQ(largest, 3);
}

TEST_F(Loading, BindsWhatAConverterMakesOfAField) {
  options.converters = {out_of_file<std::string_view>("v", [](std::string_view text) {
    if (text == "bad") throw std::invalid_argument("not in the list");
    return "<" + std::string(text) + ">";
  })};
  options.batch = BatchBy::off;
  std::set<std::string> bound;
  server.on(insert, [&](const Request& request) {
    bound.insert(std::string(request.values.at(1)));
    return Reply::nothing();
  });
  const Report report = run("k,v\n1,a\n2,bad\n3,b\n");
  EXPECT_EQ(report.status, Status::partial_success) << report.to_text();
  EXPECT_EQ(bound, (std::set<std::string>{"<a>", "<b>"}));
  EXPECT_EQ(testing::read_file(report.reject_file), "k,v\n2,bad\n");
  options.converters[0].column = "w";
  EXPECT_THROW((void)run("k,v\n1,a\n"), Error);
}

TEST_F(Loading, SendsSmallPartitionsTogetherAsFarAsServersTakeThemWithoutAWarning) {
  std::string text = "k,v\n";
  for (int i = 0; i < 25; ++i) text += std::to_string(i) + ",v\n";
  const Report report = run(text);
  EXPECT_EQ(report.rows, 25U) << report.to_text();
  std::vector<std::size_t> sizes;
  for (const Request& request : server.requests()) {
    if (request.opcode == Opcode::batch) sizes.push_back(request.batch_size);
  }
  EXPECT_THAT(sizes, ::testing::UnorderedElementsAre(10U, 10U, 5U));
  EXPECT_EQ(server.count(Opcode::execute), 0U);
}

/// Of a list nobody knows whether a failed batch was written: as few rows as can be should be in doubt.
TEST_F(Loading, SendsOnlyRowsOfOnePartitionTogetherWhereARepetitionWouldDouble) {
  options.subject.table = "lists";
  EXPECT_EQ(run("k,v\n1,\"[\"\"a\"\"]\"\n2,\"[\"\"b\"\"]\"\n").rows, 2U);
  EXPECT_EQ(server.count(Opcode::execute), 2U);
  EXPECT_EQ(server.count(Opcode::batch), 0U);
}

TEST_F(Loading, SendsAgainWhatTimedOut) {
  server.once(insert, write_timeout());
  const Report report = run(partition_of(5));
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 5U);
  EXPECT_GE(report.retries + server.count(Opcode::batch), 2U);
  EXPECT_EQ(server.count(Opcode::batch), 2U);
}

TEST_F(Loading, SendsAListAgainWithALaterTimestampWhenItMayHaveBeenApplied) {
  options.subject.table = "lists";
  std::vector<std::int64_t> timestamps;
  server.on(insert_list, [&](const Request& request) {
    timestamps.push_back(cql::load_big_endian<std::int64_t>(cql::as_bytes(request.values.at(2)).data()));
    return timestamps.size() == 1 ? write_timeout() : Reply::nothing();
  });
  const Report report = run("k,v\n1,\"[\"\"a\"\"]\"\n");
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  ASSERT_EQ(timestamps.size(), 2U);
  EXPECT_EQ(timestamps[1], timestamps[0] + 1);
}

TEST_F(Loading, NeverSendsAListAgainWhoseTimestampIsTheUsers) {
  options.subject.table = "lists";
  options.timestamp = "1000";
  const std::string statement = "INSERT INTO ks.lists (k, v) VALUES (?, ?) USING TIMESTAMP 1000";
  server.prepared(statement, {.parameters = {{"k", "int"}, {"v", "list<text>"}}, .partition_key = {0}});
  server.on(statement, Reply::nothing());
  server.once(statement, write_timeout());
  const Report report = run("k,v\n1,\"[\"\"a\"\"]\"\n2,\"[\"\"b\"\"]\"\n");
  EXPECT_EQ(report.status, Status::partial_success) << report.to_text();
  EXPECT_EQ(report.rows, 1U);
  EXPECT_EQ(report.uncertain, 1U);
  EXPECT_EQ(server.count(Opcode::execute), 2U);
  const std::string uncertain = testing::read_file(report.uncertain_file);
  EXPECT_THAT(uncertain, HasSubstr("k,v\n"));
  EXPECT_THAT(uncertain, HasSubstr("[\"\"a\"\"]"));
  EXPECT_THAT(testing::read_file(report.uncertain_file + ".reasons.jsonl"), HasSubstr("may have been written"));
}

TEST_F(Loading, NeverSendsAStatementAgainThatMayCountTwice) {
  const std::string statement = "UPDATE ks.t SET n = n + :n WHERE k = :k IF EXISTS";
  server.prepared(statement, {.parameters = {{"n", "int"}, {"k", "int"}}, .partition_key = {1}});
  server.on(statement, Reply::rows(cql::scripted::Rows({{"[applied]", "boolean"}}).add(true)));
  server.once(statement, write_timeout());
  options.subject = {};
  options.subject.query = statement;
  const Report report = run("k,n\n1,1\n2,1\n");
  EXPECT_EQ(report.status, Status::partial_success) << report.to_text();
  EXPECT_EQ(report.rows, 1U);
  EXPECT_EQ(report.uncertain, 1U);
  EXPECT_EQ(server.count(Opcode::execute), 2U);
  EXPECT_EQ(testing::read_file(report.uncertain_file), "k,n\n1,1\n");
}

TEST_F(Loading, WantsToHearWhetherAConditionHeld) {
  const std::string statement = "UPDATE ks.t SET n = :n WHERE k = :k IF EXISTS";
  server.prepared(statement, {.parameters = {{"n", "int"}, {"k", "int"}}, .partition_key = {1}});
  server.on(statement, Reply::nothing());
  options.subject = {};
  options.subject.query = statement;
  const Report report = run("k,n\n1,1\n");
  EXPECT_EQ(report.uncertain, 1U) << report.to_text();
  EXPECT_THAT(testing::read_file(report.uncertain_file + ".reasons.jsonl"), HasSubstr("does not say whether"));
}

TEST_F(Loading, SendsAListAgainWhenTheNodeTookNothing) {
  options.subject.table = "lists";
  server.once(insert_list, Reply::error(cql::scripted::error_code::overloaded, "busy"));
  const Report report = run("k,v\n1,\"[\"\"a\"\"]\"\n");
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(server.count(Opcode::execute), 2U);
}

TEST_F(Loading, FindsTheRowThatSpoilsABatch) {
  std::atomic<int> alone{0};
  server.on(insert, [&](const Request& request) {
    const bool spoiled = request.opcode == Opcode::batch || ++alone == 3;
    return spoiled ? Reply::error(cql::scripted::error_code::invalid, "Invalid value") : Reply::nothing();
  });
  const Report report = run("k,v\n1,a\n1,b\n1,c\n1,d\n");
  EXPECT_EQ(report.status, Status::partial_success) << report.to_text();
  EXPECT_EQ(report.rows, 3U);
  EXPECT_EQ(report.rejected, 1U);
  EXPECT_EQ(testing::read_file(report.reject_file), "k,v\n1,c\n");
  EXPECT_THAT(testing::read_file(report.reject_file + ".reasons.jsonl"),
              HasSubstr(R"("record":3,"line":4,"column":"","reason":"Invalid value")"));
}

TEST_F(Loading, StopsWithTheNodeAndTheReasonWhenWritesFailForGood) {
  server.on(insert, Reply::error(0x2100, "User x has no MODIFY permission"));
  const Report report = run(partition_of(3));
  EXPECT_EQ(report.status, Status::failed);
  EXPECT_EQ(report.exit_status(), 3);
  EXPECT_THAT(report.error, HasSubstr("no MODIFY permission"));
  EXPECT_THAT(report.error, HasSubstr("127.0.0.1:"));
}

TEST_F(Loading, TellsTheServersWarningsOnce) {
  struct Notices : Observer {
    void notice(std::string_view message) override { all += std::string(message) + "\n"; }
    std::string all;
  } notices;
  server.on(insert, Reply::nothing().warning({"Batch of size 5123 exceeds the threshold"}));
  scratch.write("in.csv", "k,v\n1,a\n2,b\n3,c\n");
  EXPECT_EQ(load(options, notices).rows, 3U);
  EXPECT_THAT(notices.all, HasSubstr("warns: Batch of size 5123"));
  EXPECT_EQ(std::count(notices.all.begin(), notices.all.end(), '\n'), 1);
}

TEST_F(Loading, WhatIsUnderWayIsHeardOfAfterAStop) {
  server.on(insert, Reply::nothing().held());
  options.batch = BatchBy::off;
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (server.count(Opcode::execute) < 3) std::this_thread::yield();
    stop.request_stop();
    server.release();
  });
  const Report report = run("k,v\n1,a\n2,b\n3,c\n", stop.get_token());
  EXPECT_EQ(report.status, Status::interrupted);
  EXPECT_EQ(report.rows, 3U);
}

TEST_F(Loading, DoesNotWaitForeverForWhatIsUnderWayAfterAStop) {
  server.on(insert, Reply::stall());
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (server.count(Opcode::execute) < 1) std::this_thread::yield();
    stop.request_stop();
  });
  const Report report = run("k,v\n1,a\n", stop.get_token());
  EXPECT_EQ(report.status, Status::interrupted);
  EXPECT_EQ(report.rows, 0U);
  EXPECT_LT(report.seconds, 15);
}

}  // namespace
}  // namespace cqlbulk
