// The webhook against a server of the test's own: what it is told, and what its failings do to the operation.
#include "cqlbulk/webhook.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <stdexcept>

#include "../http/http_listener.hpp"
#include "cqlbulk/error.hpp"
#include "cqlbulk/report.hpp"

namespace cqlbulk {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;
using testing::HttpListener;
using ::testing::Not;

Webhook::Options options_for(const std::string& url) {
  Webhook::Options options;
  options.url = url;
  options.first_wait = std::chrono::milliseconds(1);
  options.request_timeout = std::chrono::seconds(30);
  options.time_at_end = std::chrono::seconds(60);
  return options;
}

Beginning beginning() { return {"an-id", "operations/an-id", "export", "ks", "t", "csv", "ks.t", "out.csv", 8}; }

Progress progress_after(int seconds, std::uint64_t rows) {
  Progress progress;
  progress.operation = "export";
  progress.rows = rows;
  progress.pieces_done = 4;
  progress.pieces = 8;
  progress.fraction = 0.5;
  progress.elapsed = std::chrono::seconds(seconds);
  return progress;
}

Report done() {
  Report report;
  report.command = "export";
  report.operation = "an-id";
  report.rows = 20;
  report.seconds = 2;
  report.pieces = 8;
  return report;
}

std::string problem_at_end(Webhook& webhook) {
  try {
    webhook.complete(done());
  } catch (const std::runtime_error& error) {
    return error.what();
  }
  return {};
}

TEST(Webhook, TellsBeginProgressErrorsAndTheEnd) {
  HttpListener listener({HttpListener::status(200)});
  Webhook::Options options = options_for(listener.url());
  options.token = [] { return std::string("open-sesame"); };
  Webhook webhook(options);
  webhook.begin(beginning());
  listener.await(1);
  webhook.progress(progress_after(1, 1));  // Too soon.
  webhook.progress(progress_after(10, 10));
  listener.await(2);
  webhook.error({"overloaded", "token range (1, 2]", "busy", "127.0.0.1:9042", 1});
  webhook.notice("said \xff once");
  EXPECT_EQ(problem_at_end(webhook), "");
  const auto bodies = listener.bodies();
  ASSERT_EQ(bodies.size(), 5U);
  std::vector<json> told;
  for (const std::string& body : bodies) told.push_back(json::parse(body));
  for (std::size_t i = 0; i < told.size(); ++i) {
    EXPECT_EQ(told[i]["sequence"], i + 1);
    EXPECT_EQ(told[i]["dropped"], 0);
    EXPECT_EQ(told[i]["operation_id"], "an-id");
    EXPECT_THAT(listener.requests()[i], HasSubstr("Authorization: Bearer open-sesame\r\n"));
    EXPECT_THAT(bodies[i], Not(HasSubstr("sesame")));
  }
  EXPECT_EQ(told[0]["event"], "begin");
  EXPECT_EQ(told[0]["status"], "RUNNING");
  EXPECT_EQ(told[0]["destination"], "out.csv");
  EXPECT_EQ(told[1]["event"], "progress");
  EXPECT_EQ(told[1]["progress"]["rows_processed"], 10);
  EXPECT_EQ(told[1]["progress"]["percentage"], 50);
  EXPECT_EQ(told[2]["event"], "error");
  EXPECT_EQ(told[2]["node"], "127.0.0.1:9042");
  EXPECT_EQ(told[2]["message"], "overloaded: token range (1, 2]: busy");
  EXPECT_EQ(told[3]["event"], "notice");
  EXPECT_EQ(told[4]["event"], "complete");
  EXPECT_EQ(told[4]["status"], "SUCCESS");
  EXPECT_EQ(told[4]["report"]["rows"], 20);
}

TEST(Webhook, TriesAgainAfterAStatus500) {
  HttpListener listener({HttpListener::status(500), HttpListener::close(), HttpListener::status(200)});
  Webhook webhook(options_for(listener.url()));
  EXPECT_EQ(problem_at_end(webhook), "");
  EXPECT_EQ(listener.bodies().size(), 3U);
  EXPECT_EQ(listener.bodies()[0], listener.bodies()[2]);
}

TEST(Webhook, DoesNotTryAgainAfterAStatus401) {
  HttpListener listener({HttpListener::status(401), HttpListener::status(200)});
  Webhook webhook(options_for(listener.url("/SECRET")));
  const std::string problem = problem_at_end(webhook);
  EXPECT_THAT(problem, HasSubstr("did not take the end: it answers with status 401"));
  EXPECT_THAT(problem, Not(HasSubstr("SECRET")));
  EXPECT_EQ(listener.bodies().size(), 1U);
}

TEST(Webhook, WhoRefusesConnectionsIsNamedAtTheEnd) {
  testing::Listener listener;
  Webhook::Options options = options_for("http://127.0.0.1:" + std::to_string(listener.port()));
  options.time_at_end = std::chrono::milliseconds(50);
  listener.close();
  Webhook webhook(options);
  webhook.begin(beginning());
  EXPECT_THAT(problem_at_end(webhook), HasSubstr("Connection refused"));
}

TEST(Webhook, WhoHangsDoesNotHoldTheOperationUp) {
  HttpListener listener({HttpListener::hang()});
  Webhook::Options options = options_for(listener.url());
  options.request_timeout = std::chrono::milliseconds(100);
  options.time_at_end = std::chrono::milliseconds(200);
  Webhook webhook(options);
  webhook.begin(beginning());
  // Far more than the queue holds, and nobody waits.
  for (int i = 1; i <= 1000; ++i) webhook.progress(progress_after(i * 10, 1));
  EXPECT_THAT(problem_at_end(webhook), HasSubstr("did not take the end"));
}

TEST(Webhook, ATokenThatCannotBeHadIsSaidAtTheEnd) {
  HttpListener listener({HttpListener::status(200)});
  Webhook::Options options = options_for(listener.url());
  options.time_at_end = std::chrono::milliseconds(50);
  options.token = []() -> std::string { throw std::runtime_error("the token file is gone"); };
  Webhook webhook(options);
  EXPECT_THAT(problem_at_end(webhook), HasSubstr("the token file is gone"));
  EXPECT_TRUE(listener.bodies().empty());
}

TEST(Webhook, AUrlThatIsNoneIsRefused) { EXPECT_THROW(Webhook(options_for("ftp://h/")), Error); }

}  // namespace
}  // namespace cqlbulk
