// Counting when the cluster misbehaves: too slow, too busy, broken, gone.
#include "cqlbulk/count.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "aim_at.hpp"
#include "cqlbulk/error.hpp"
#include "scripted_server/server.hpp"

namespace cqlbulk {
namespace {

using cql::scripted::Reply;
using cql::scripted::Request;
using cql::scripted::Rows;
using cql::scripted::ScriptedServer;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string range = " FROM ks.t WHERE token(k) > :start AND token(k) <= :end";
const std::string counting = "SELECT COUNT(*)" + range;
const std::string keys = "SELECT k" + range;
const std::string groups = "SELECT k, COUNT(*)" + range + " GROUP BY k";

constexpr std::int32_t read_timeout = 0x1200;
constexpr std::int32_t unavailable = 0x1000;

/// Consistency ONE, 0 received, 1 required, no data.
Reply slow() {
  cql::Buffer more;
  more.append_integer(std::int16_t{1});
  more.append_integer(std::int32_t{0});
  more.append_integer(std::int32_t{1});
  more.append_integer(std::int8_t{0});
  return Reply::error(read_timeout, "Operation timed out", more.view());
}

/// Consistency ONE, 1 required, 0 alive.
Reply too_few_replicas() {
  cql::Buffer more;
  more.append_integer(std::int16_t{1});
  more.append_integer(std::int32_t{1});
  more.append_integer(std::int32_t{0});
  return Reply::error(unavailable, "Cannot achieve consistency level ONE", more.view());
}

class Counting : public ::testing::Test {
 protected:
  Counting() {
    const cql::scripted::ColumnList range_markers{{"start", "bigint"}, {"end", "bigint"}};
    server.prepared(counting, {.parameters = range_markers, .result = {{"count", "bigint"}}});
    server.prepared(keys, {.parameters = range_markers, .result = {{"k", "int"}}});
    server.prepared(groups, {.parameters = range_markers, .result = {{"k", "int"}, {"count", "bigint"}}});
    testing::aim_at(server, options);
    options.operation.pace.splits = 1;
  }

  static Reply count_of(std::int64_t rows) { return Reply::rows(Rows({{"count", "bigint"}}).add(rows)); }

  CountResult count(std::stop_token stop = {}) { return cqlbulk::count(options, observer, std::move(stop)); }

  ScriptedServer server;
  CountOptions options;
  Observer observer;
};

TEST_F(Counting, adds_up_its_splits) {
  options.operation.pace.splits = 8;
  options.operation.pace.threads = 2;
  server.on(counting, count_of(5));
  const CountResult result = count();
  EXPECT_EQ(result.total, 40U);
  EXPECT_EQ(result.report.status, Status::success);
  EXPECT_EQ(result.report.requests, 8U);
  EXPECT_EQ(result.pieces_counted, 8U);
}

TEST_F(Counting, halves_what_the_server_cannot_count_in_time) {
  server.once(counting, slow());
  server.on(counting, count_of(10));
  const CountResult result = count();
  EXPECT_EQ(result.total, 20U);
  EXPECT_EQ(result.report.status, Status::success);
  EXPECT_EQ(result.report.retries, 1U);
}

TEST_F(Counting, reads_keys_where_halving_does_not_help) {
  server.on(counting, slow());
  server.on(keys, Reply::rows(Rows({{"k", "int"}}).add(1).add(1).add(1)));
  const CountResult result = count();
  // Six halvings make 64 pieces of three rows each.
  EXPECT_EQ(result.total, 64U * 3U);
  EXPECT_EQ(result.report.status, Status::success);
}

TEST_F(Counting, goes_through_all_pages_when_it_reads_keys) {
  options.subject = {};
  options.subject.query = "SELECT k FROM ks.t LIMIT 100";
  server.prepared(options.subject.query, {.result = {{"k", "int"}}});
  server.on(options.subject.query, [](const Request& request) {
    if (request.paging_state.empty()) return Reply::rows(Rows({{"k", "int"}}).add(1).add(2), "more");
    // Pages may be empty while more follow.
    if (request.paging_state == "more") return Reply::rows(Rows({{"k", "int"}}), "last");
    return Reply::rows(Rows({{"k", "int"}}).add(3));
  });
  EXPECT_EQ(count().total, 3U);
}

TEST_F(Counting, tries_again_when_the_node_is_busy) {
  server.once(counting, Reply::error(cql::scripted::error_code::overloaded, "busy"));
  server.on(counting, count_of(7));
  const CountResult result = count();
  EXPECT_EQ(result.total, 7U);
  EXPECT_EQ(result.report.retries, 1U);
}

TEST_F(Counting, tries_again_when_the_connection_is_lost) {
  server.once(counting, Reply::hang_up());
  server.on(counting, count_of(7));
  EXPECT_EQ(count().total, 7U);
}

TEST_F(Counting, is_partial_when_pieces_fail_within_the_limits) {
  options.operation.pace.splits = 2;
  options.operation.pace.parallelism = 1;
  for (int tries = 0; tries < 6; ++tries) server.once(counting, too_few_replicas());
  server.on(counting, count_of(7));
  const CountResult result = count();
  EXPECT_EQ(result.report.status, Status::partial_success);
  EXPECT_EQ(result.report.exit_status(), 1);
  EXPECT_EQ(result.report.pieces_failed, 1U);
  EXPECT_EQ(result.report.failures_by_kind.at("unavailable").count, 6U);
}

TEST_F(Counting, stops_at_what_no_second_try_helps_and_names_it) {
  server.on(counting, Reply::error(cql::scripted::error_code::invalid, "no such thing"));
  const CountResult result = count();
  EXPECT_EQ(result.report.status, Status::failed);
  EXPECT_EQ(result.report.exit_status(), 3);
  EXPECT_THAT(result.report.error, HasSubstr("no such thing"));
  EXPECT_THAT(result.report.error, HasSubstr("counting ks.t"));
}

TEST_F(Counting, stops_at_a_garbled_answer_and_names_the_node) {
  server.on(counting, Reply::garbage());
  const CountResult result = count();
  EXPECT_EQ(result.report.status, Status::failed);
  EXPECT_THAT(result.report.error, HasSubstr("127.0.0.1:"));
}

TEST_F(Counting, ends_soon_when_it_is_asked_to_stop) {
  server.on(counting, Reply::stall());
  std::stop_source stop;
  const std::jthread stopper([&] {
    while (server.count(counting) < 2) std::this_thread::yield();  // Prepared and executed.
    stop.request_stop();
  });
  const CountResult result = count(stop.get_token());
  EXPECT_EQ(result.report.status, Status::interrupted);
  EXPECT_EQ(result.report.exit_status(), 4);
}

TEST_F(Counting, tells_the_largest_partitions) {
  options.by = CountBy::partition;
  options.top = 2;
  Rows rows({{"k", "int"}, {"count", "bigint"}});
  for (std::int32_t key = 0; key < 100; ++key) rows.add(key, std::int64_t{key % 10 + (key == 42 ? 100 : 0)});
  server.on(groups, Reply::rows(rows));
  const CountResult result = count();
  EXPECT_EQ(result.total, 550U);
  ASSERT_THAT(result.partitions, SizeIs(2));
  EXPECT_EQ(result.partitions[0].key, R"({"k":42})");
  EXPECT_EQ(result.partitions[0].rows, 102U);
  EXPECT_EQ(result.partitions[1].rows, 9U);
}

TEST_F(Counting, reads_keys_when_the_server_cannot_group_in_time) {
  options.by = CountBy::partition;
  server.on(groups, slow());
  server.on(keys, Reply::rows(Rows({{"k", "int"}}).add(1).add(1).add(2)));
  const CountResult result = count();
  EXPECT_EQ(result.total, 3U);
  ASSERT_THAT(result.partitions, SizeIs(2));
  EXPECT_EQ(result.partitions[0].key, R"({"k":1})");
  EXPECT_EQ(result.partitions[0].rows, 2U);
}

TEST_F(Counting, is_wrong_usage_when_the_server_refuses_the_statement) {
  server.on(cql::protocol::Opcode::prepare,
            Reply::error(cql::scripted::error_code::invalid, "Undefined column name x"));
  try {
    static_cast<void>(count());
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.message(), HasSubstr("Undefined column name x"));
  }
}

TEST_F(Counting, runs_as_one_query_where_the_server_takes_no_token_restriction) {
  // Once for the statement with the restriction, not for the one without.
  server.once(cql::protocol::Opcode::prepare, Reply::error(cql::scripted::error_code::invalid, "not with token()"));
  const std::string whole = "SELECT COUNT(*) FROM ks.t";
  server.prepared(whole, {.result = {{"count", "bigint"}}});
  server.on(whole, count_of(12));
  const CountResult result = count();
  EXPECT_EQ(result.total, 12U);
  EXPECT_EQ(result.report.pieces, 1U);
}

TEST_F(Counting, refuses_settings_that_cannot_be_before_it_connects) {
  options.operation.pace.splits = 0;
  options.operation.pace.page_size = 0;
  try {
    static_cast<void>(count());
    FAIL() << "was taken";
  } catch (const Error& error) {
    EXPECT_EQ(error.error_class(), ErrorClass::usage);
    EXPECT_THAT(error.message(), HasSubstr("--splits"));
    EXPECT_THAT(error.message(), HasSubstr("--page-size"));
  }
  EXPECT_EQ(server.requests().size(), 0U);
}

}  // namespace
}  // namespace cqlbulk
