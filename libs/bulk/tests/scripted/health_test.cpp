// The look at the nodes' health where there is nothing to see: servers without system_views, roles without the right to
// read it. The run goes by latency alone, says so once, and is whole.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <string>

#include "../unit/observe/recorder.hpp"
#include "../unit/storage/scratch_directory.hpp"
#include "cqlbulk/export.hpp"
#include "scripted_server/server.hpp"

namespace cqlbulk {
namespace {

using cql::scripted::Reply;
using cql::scripted::Request;
using cql::scripted::Rows;
using cql::scripted::ScriptedServer;
using ::testing::HasSubstr;
using testing::Recorder;

const std::string select = "SELECT k, v FROM ks.t WHERE token(k) > :start AND token(k) <= :end";
const std::string stages =
    "SELECT name, active_tasks, active_tasks_limit, pending_tasks, blocked_tasks FROM system_views.thread_pools";
const std::string hints = "SELECT files FROM system_views.pending_hints";
constexpr std::int32_t unauthorized = 0x2100;
constexpr int most_pages = 100'000;  ///< Then what was waited for will not come any more.

class Health : public ::testing::Test {
 protected:
  Health() {
    server.prepared(select, {.parameters = {{"start", "bigint"}, {"end", "bigint"}}, .result = columns()});
    options.operation.cluster = server.client_options();
    options.operation.operation_dir = scratch.path("operations");
    options.operation.pace.splits = 1;
    options.operation.pace.threads = 1;
    options.operation.pace.health_every = std::chrono::milliseconds(1);
    options.subject.keyspace = "ks";
    options.subject.table = "t";
    options.to = scratch.path("out.csv");
  }
  static cql::scripted::ColumnList columns() { return {{"k", "int"}, {"v", "text"}}; }

  /// Exports pages of a row until `seen`, and fifty more.
  Report export_until(const std::function<bool()>& seen) {
    server.on(select, [this, seen](const Request&) {
      ++pages;
      if (pages_after > 0 || pages >= most_pages || seen()) ++pages_after;
      return Reply::rows(Rows(columns()).add(pages, "v"), pages_after < 50 ? std::to_string(pages) : "");
    });
    return export_table(options, recorder);
  }
  [[nodiscard]] std::ptrdiff_t times_said() const {
    return std::ranges::count_if(recorder.calls(),
                                 [](const std::string& call) { return call.find("health") != std::string::npos; });
  }
  void expect_whole(const Report& report) {
    EXPECT_EQ(report.status, Status::success) << report.to_text();
    EXPECT_EQ(report.rows, static_cast<std::uint64_t>(pages));
    EXPECT_EQ(report.paused_seconds, 0);
    EXPECT_EQ(report.retries, 0U);
    EXPECT_LT(pages, most_pages) << "the looks at the nodes' health were never made, or nothing was said of them";
  }

  testing::ScratchDirectory scratch;
  ScriptedServer server;
  ExportOptions options;
  Recorder recorder;
  int pages = 0;  ///< These two are the server's thread's while it runs.
  int pages_after = 0;
};

TEST_F(Health, OnAServerWithoutSystemViewsTheRunGoesByLatencyAndSaysSoOnce) {
  // What is not scripted the server calls invalid, as one of Cassandra 3.11 does.
  expect_whole(export_until([this] { return times_said() > 0; }));
  EXPECT_EQ(times_said(), 1);
  EXPECT_EQ(server.count(stages), 1U) << "what is not there is not asked for again";
}

TEST_F(Health, ARoleThatMayNotReadTheStagesIsToldOnceAndTheRestIsStillLookedAt) {
  std::atomic<int> looks{0};
  server.on(stages, Reply::error(unauthorized, "User bulk_user has no SELECT permission on system_views"));
  server.on(hints, [&looks](const Request&) {
    ++looks;
    return Reply::rows(Rows({{"files", "int"}}));
  });
  expect_whole(export_until([&looks] { return looks >= 5; }));
  EXPECT_EQ(times_said(), 1);
  EXPECT_THAT(recorder.calls(), ::testing::Contains(HasSubstr("bulk_user has no SELECT permission")));
  EXPECT_EQ(server.count(stages), 1U);
}

TEST_F(Health, ANodeThatFailedIsAskedAgainAsSoonAsItAnswersThoughNothingOfItCanBeRead) {
  // Ten errors, and it is left alone for five minutes, unless it shows that it is there.
  std::atomic<int> errors{0};
  options.operation.pace.retry_wait = std::chrono::milliseconds(1);
  server.on("SELECT key FROM system.local", Reply::rows(Rows({{"key", "text"}}).add("local")));
  server.on(select, [&errors](const Request&) {
    if (++errors <= 10) return Reply::error(0x0000, "a server error");
    return Reply::rows(Rows(columns()).add(1, "v"));
  });
  const Report report = export_table(options, recorder);
  EXPECT_EQ(report.status, Status::success) << report.to_text();
  EXPECT_EQ(report.rows, 1U);
  EXPECT_LT(report.seconds, 100);
}

}  // namespace
}  // namespace cqlbulk
