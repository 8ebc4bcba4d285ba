// What observers of whole operations are told, of good and bad ends.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "../unit/observe/recorder.hpp"
#include "../unit/storage/scratch_directory.hpp"
#include "aim_at.hpp"
#include "cqlbulk/export.hpp"
#include "cqlbulk/load.hpp"
#include "scripted_server/server.hpp"

namespace cqlbulk {
namespace {

using cql::scripted::Reply;
using cql::scripted::Request;
using cql::scripted::Rows;
using cql::scripted::ScriptedServer;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsSupersetOf;
using ::testing::Not;
using testing::Recorder;

const std::string select = "SELECT k, v FROM ks.t WHERE token(k) > :start AND token(k) <= :end";
const std::string insert = "INSERT INTO ks.t (k, v) VALUES (?, ?) USING TIMESTAMP ?";

class Observing : public ::testing::Test {
 protected:
  Observing() {
    server.prepared(select, {.parameters = {{"start", "bigint"}, {"end", "bigint"}}, .result = columns()});
    server.prepared(insert,
                    {.parameters = {{"k", "int"}, {"v", "text"}, {"[timestamp]", "bigint"}}, .partition_key = {0}});
    server.on(select, Reply::rows(Rows(columns()).add(1, "v").add(2, "v")));
    server.on(insert, Reply::nothing());
    set(exporting);
    exporting.operation.pace.splits = 1;
    exporting.to = scratch.path("out.csv");
    set(loading);
    loading.from = {scratch.write("in.csv", "k,v\n1,a\nx,b\n3,c\n")};
  }
  template <typename Options>
  void set(Options& options) {
    testing::aim_at(server, options);
    options.operation.operation_dir = scratch.path("operations");
  }
  static cql::scripted::ColumnList columns() { return {{"k", "int"}, {"v", "text"}}; }

  testing::ScratchDirectory scratch;
  ScriptedServer server;
  ExportOptions exporting;
  LoadOptions loading;
  Recorder recorder;
};

TEST_F(Observing, AnExportTellsItsPiecesAndCheckpoints) {
  exporting.to = scratch.path("parts/");
  exporting.format = FormatKind::csv;
  const Report report = export_table(exporting, recorder);
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  const auto calls = recorder.calls();
  EXPECT_EQ(calls.front(), "begin export");
  EXPECT_EQ(calls.back(), "complete SUCCESS");
  EXPECT_THAT(calls, IsSupersetOf({"piece 2", "checkpoint 1/1", "progress 2"}));
}

TEST_F(Observing, WhatIsCheckpointedIsOnDisk) {
  struct Looker : Observer {
    void checkpoint(const Checkpoint& checkpoint) override {
      journals.push_back(testing::read_file(checkpoint.directory + "/journal"));
    }
    std::vector<std::string> journals;
  } looker;
  EXPECT_EQ(load(loading, looker).rows, 2U);
  ASSERT_EQ(looker.journals.size(), 1U);
  EXPECT_THAT(looker.journals[0], HasSubstr("\"unit\""));
}

TEST_F(Observing, ALoadTellsItsRejectedRecordsAndUnits) {
  const Report report = load(loading, recorder);
  EXPECT_EQ(report.status, Status::partial_success) << report.to_text();
  const auto calls = recorder.calls();
  EXPECT_EQ(calls.front(), "begin load");
  EXPECT_EQ(calls.back(), "complete PARTIAL SUCCESS");
  EXPECT_THAT(calls, IsSupersetOf({"error value 1", "piece 2", "checkpoint 1/1", "progress 2"}));
}

TEST_F(Observing, ManyRejectedRecordsAreToldSparingly) {
  std::string text = "k,v\n";
  for (int i = 0; i < 250; ++i) text += "x,v\n";
  scratch.write("in.csv", text);
  loading.max_errors = 1'000;
  EXPECT_EQ(load(loading, recorder).rejected, 250U);
  std::vector<std::string> errors = recorder.calls();
  std::erase_if(errors, [](const std::string& call) { return !call.starts_with("error"); });
  EXPECT_EQ(errors.size(), 11U);
  EXPECT_EQ(errors.back(), "error value 100");
}

TEST_F(Observing, AFailedAttemptNamesItsNodeAndRange) {
  struct Failures : Observer {
    void error(const Failure& failure) override { all.push_back(failure); }
    void piece_done(const PieceDone& piece) override { pieces.push_back(piece); }
    std::vector<Failure> all;
    std::vector<PieceDone> pieces;
  } observer;
  std::atomic<bool> spoiled{false};
  server.on(select, [&](const Request&) {
    if (!spoiled.exchange(true)) return Reply::error(cql::scripted::error_code::overloaded, "busy");
    return Reply::rows(Rows(columns()).add(1, "v"));
  });
  EXPECT_EQ(export_table(exporting, observer).rows, 1U);
  ASSERT_EQ(observer.all.size(), 1U);
  EXPECT_EQ(observer.all[0].kind, "overloaded");
  EXPECT_THAT(observer.all[0].where, HasSubstr("token range"));
  EXPECT_THAT(observer.all[0].node, HasSubstr("127.0.0.1:"));
  ASSERT_EQ(observer.pieces.size(), 1U);
  EXPECT_TRUE(observer.pieces[0].range);
  EXPECT_GT(observer.pieces[0].bytes, 0U);
}

TEST_F(Observing, AFailedEndIsToldAndEveryThrowIsCounted) {
  server.on(select, Reply::error(cql::scripted::error_code::invalid, "no such thing"));
  recorder.throws = true;
  const Report report = export_table(exporting, recorder);
  EXPECT_EQ(report.status, Status::failed);
  EXPECT_EQ(recorder.calls().back(), "complete FAILED");
  EXPECT_EQ(report.failures_by_kind.at("observer").count, recorder.calls().size());
}

}  // namespace
}  // namespace cqlbulk
