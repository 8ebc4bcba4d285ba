// Telling observers: in order, all of it, however slow or broken they are.
#include "observe/ticker.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "cqlbulk/checkpoint_hook.hpp"
#include "cqlbulk/composite_observer.hpp"
#include "recorder.hpp"

namespace cqlbulk {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using testing::Recorder;
using ::testing::SizeIs;

Report beginning() {
  Report report;
  report.command = "load";
  report.operation = "an-id";
  report.operation_dir = "operations/an-id";
  report.keyspace = "ks";
  report.table = "t";
  report.source_or_target = "in.csv";
  report.format = "csv";
  report.pieces = 7;
  return report;
}

Progress rows_42() {
  Progress progress;
  progress.rows = 42;
  return progress;
}

PieceDone piece_of(std::uint64_t rows) {
  PieceDone piece;
  piece.rows = rows;
  return piece;
}

TEST(Ticker, TellsAllOfItInOrder) {
  Recorder recorder;
  Report report = beginning();
  observe::Ticker ticker(recorder, report, rows_42);
  ticker.notice("a");
  ticker.piece_done(piece_of(3));
  ticker.checkpoint(1);
  ticker.error({"value", "in.csv:2", "no number", {}, 1});
  ticker.checkpoint(2);
  ticker.stop();
  ticker.complete(report);
  ticker.notice("too late");
  EXPECT_THAT(recorder.calls(), ElementsAre("begin load", "notice a", "piece 3", "checkpoint 1/7", "error value 1",
                                            "checkpoint 3/7", "progress 42", "complete SUCCESS"));
}

TEST(Ticker, TellsWhoBegins) {
  struct Beginner : Observer {
    void begin(const Beginning& beginning) override { begun.push_back(beginning); }
    std::vector<Beginning> begun;
  } observer;
  {
    Report report = beginning();
    observe::Ticker load(observer, report, rows_42);
    load.stop();
    report.command = "export";
    report.source_or_target = "out.csv";
    const observe::Ticker exporting(observer, report, rows_42);
  }
  ASSERT_THAT(observer.begun, SizeIs(2));
  EXPECT_EQ(observer.begun[0].operation, "an-id");
  EXPECT_EQ(observer.begun[0].directory, "operations/an-id");
  EXPECT_EQ(observer.begun[0].source, "in.csv");
  EXPECT_EQ(observer.begun[0].destination, "ks.t");
  EXPECT_EQ(observer.begun[0].pieces, 7U);
  EXPECT_EQ(observer.begun[1].source, "ks.t");
  EXPECT_EQ(observer.begun[1].destination, "out.csv");
}

TEST(Ticker, ToldOncePerTextUpToItsNumbersAndAtMostAHundredTimes) {
  Recorder recorder;
  Report report = beginning();
  observe::Ticker ticker(recorder, report, rows_42);
  ticker.notice("batch of 5123");
  ticker.notice("batch of 77");
  for (char a = 'a'; a <= 'z'; ++a) {
    for (char b = 'a'; b <= 'z'; ++b) ticker.notice(std::string{a, b});
  }
  ticker.stop();
  const std::vector<std::string> calls = recorder.calls();
  ASSERT_THAT(calls, SizeIs(102));  // begin, 100 notices, progress
  EXPECT_EQ(calls[1], "notice batch of 5123");
  EXPECT_EQ(calls[2], "notice aa");
  EXPECT_THAT(calls[100], EndsWith("(further warnings are not shown)"));
}

TEST(Ticker, CountsWhatAnObserverThrowsAndGoesOnTellingIt) {
  Recorder recorder;
  recorder.throws = true;
  Report report = beginning();
  observe::Ticker ticker(recorder, report, rows_42);
  for (int i = 0; i < 20; ++i) ticker.checkpoint(1);
  ticker.stop();
  ticker.write_failures_to(report);
  EXPECT_EQ(report.failures_by_kind.at("observer").count, 22U);  // begin, 20, progress
  EXPECT_THAT(report.failure_samples, SizeIs(10));
  EXPECT_EQ(report.failure_samples[0].message, "broken at begin load");
  ticker.complete(report);
  EXPECT_EQ(report.failures_by_kind.at("observer").count, 23U);
  EXPECT_THAT(recorder.calls(), SizeIs(23));
}

TEST(Ticker, SlowObserversHoldTheWorkUpInsteadOfPilingUp) {
  Recorder recorder;
  Report report = beginning();
  observe::Ticker ticker(recorder, report, rows_42, {std::chrono::hours(1), 4});
  recorder.await(1);
  recorder.close();
  std::atomic<int> handed{0};
  std::thread worker([&] {
    for (std::uint64_t i = 0; i < 50; ++i) {
      ticker.piece_done(piece_of(i));
      ++handed;
    }
  });
  recorder.await(2);  // One is with the observer, four wait, and the worker waits with the sixth.
  while (handed < 5) std::this_thread::yield();
  ticker.notice("never waits");
  EXPECT_EQ(handed, 5);
  recorder.open();
  worker.join();
  ticker.stop();
  EXPECT_THAT(recorder.calls(), SizeIs(1 + 50 + 1 + 1));
  EXPECT_EQ(recorder.calls()[50 + 1], "piece 49");
}

TEST(Ticker, ThatAnOperationEndsWithAnExceptionIsToldToo) {
  Recorder recorder;
  const Report report = beginning();
  try {
    const observe::Ticker ticker(recorder, report, rows_42);
    throw std::logic_error("a defect");
  } catch (const std::logic_error&) {
  }
  EXPECT_THAT(recorder.calls(), ElementsAre("begin load", "progress 42", "complete FAILED"));
}

TEST(CompositeObserver, TellsEachInOrderWhateverOthersThrow) {
  struct Named : Observer {
    Named(std::string its_name, std::vector<std::string>& its_log, bool it_throws)
        : name(std::move(its_name)), log(its_log), throws(it_throws) {}
    void notice(std::string_view message) override {
      log.push_back(name + " " + std::string(message));
      if (throws) throw std::runtime_error(name + " is broken");
    }
    std::string name;
    std::vector<std::string>& log;
    bool throws;
  };
  std::vector<std::string> log;
  Named first("first", log, true);
  Named second("second", log, false);
  Named third("third", log, true);
  CompositeObserver all;
  for (Named* one : {&first, &second, &third}) all.add(*one);
  try {
    all.notice("hear");
    FAIL() << "it hides what they threw";
  } catch (const std::exception& error) {
    EXPECT_STREQ(error.what(), "first is broken; third is broken");
  }
  EXPECT_THAT(log, ElementsAre("first hear", "second hear", "third hear"));
}

TEST(CompositeObserver, PassesEveryCallOn) {
  Recorder recorder;
  int checkpoints = 0;
  CheckpointHook hook([&](const Checkpoint& checkpoint) {
    EXPECT_EQ(checkpoint.directory, "operations/an-id");
    ++checkpoints;
  });
  CompositeObserver all;
  all.add(recorder);
  all.add(hook);
  Report report = beginning();
  observe::Ticker ticker(all, report, rows_42);
  ticker.notice("n");
  ticker.piece_done(piece_of(1));
  ticker.checkpoint(1);
  ticker.error({"value", {}, {}, {}, 1});
  ticker.complete(report);
  EXPECT_THAT(recorder.calls(), ElementsAre("begin load", "notice n", "piece 1", "checkpoint 1/7", "error value 1",
                                            "progress 42", "complete SUCCESS"));
  EXPECT_EQ(checkpoints, 1);
}

}  // namespace
}  // namespace cqlbulk
