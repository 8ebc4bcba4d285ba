// Delivering: what is dropped, what is tried again, and that the end comes.
#include "observe/delivery.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <vector>

namespace cqlbulk::observe {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::Le;

/// A receiver whose answers are told beforehand; the last one serves all that follow. closed, it holds its answers.
class Receiver {
 public:
  explicit Receiver(std::vector<Delivery::Outcome> outcomes) : outcomes_(std::move(outcomes)) {}

  Delivery::Send send() {
    return [this](const std::string& message, milliseconds timeout) {
      std::unique_lock lock(mutex_);
      const Delivery::Outcome outcome = outcomes_[std::min(messages_.size(), outcomes_.size() - 1)];
      messages_.push_back(message);
      timeouts_.push_back(timeout);
      changed_.notify_all();
      changed_.wait(lock, [this] { return !closed_; });
      return outcome;
    };
  }
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  void open() {
    const std::lock_guard lock(mutex_);
    closed_ = false;
    changed_.notify_all();
  }
  void await(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return messages_.size() >= count; });
  }
  std::vector<std::string> messages() {
    const std::lock_guard lock(mutex_);
    return messages_;
  }
  std::vector<milliseconds> timeouts() {
    const std::lock_guard lock(mutex_);
    return timeouts_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Delivery::Outcome> outcomes_;
  std::vector<std::string> messages_;
  std::vector<milliseconds> timeouts_;
  bool closed_ = false;
};

const Delivery::Outcome taken{true, false, {}};
const Delivery::Outcome busy{false, true, "busy"};
const Delivery::Outcome refused{false, false, "go away"};

Delivery::Pace quick() {
  Delivery::Pace pace;
  pace.first_wait = milliseconds(1);
  pace.longest_wait = milliseconds(2);
  pace.most_waiting = 3;
  return pace;
}

TEST(Delivery, SendsAllInOrderAndTheEndLast) {
  Receiver receiver({taken});
  Delivery delivery(receiver.send(), quick());
  delivery.add("begin", Delivery::Kind::lasting);
  delivery.add("error", Delivery::Kind::lasting);
  EXPECT_EQ(delivery.finish("end", hours(1)), std::nullopt);
  EXPECT_THAT(receiver.messages(), ElementsAre("begin", "error", "end"));
  EXPECT_EQ(delivery.dropped(), 0U);
}

TEST(Delivery, TriesAgainWhatIsWorthItAFewTimes) {
  Receiver receiver({busy, busy, taken, refused, busy, busy, busy, busy, busy, taken});
  Delivery delivery(receiver.send(), quick());
  delivery.add("a", Delivery::Kind::lasting);  // The third time.
  receiver.await(3);
  delivery.add("b", Delivery::Kind::lasting);  // Refused for good.
  receiver.await(4);
  delivery.add("c", Delivery::Kind::lasting);  // Five times in vain.
  receiver.await(9);
  EXPECT_EQ(delivery.finish("end", hours(1)), std::nullopt);
  EXPECT_THAT(receiver.messages(), ElementsAre("a", "a", "a", "b", "c", "c", "c", "c", "c", "end"));
  EXPECT_EQ(delivery.dropped(), 2U);
}

TEST(Delivery, DropsProgressFirstAndCounts) {
  Receiver receiver({taken});
  receiver.close();
  Delivery delivery(receiver.send(), quick());
  delivery.add("under way", Delivery::Kind::lasting);
  receiver.await(1);
  delivery.add("progress 1", Delivery::Kind::passing);
  delivery.add("error 1", Delivery::Kind::lasting);
  delivery.add("progress 2", Delivery::Kind::passing);
  delivery.add("error 2", Delivery::Kind::lasting);     // In place of progress 1.
  delivery.add("progress 3", Delivery::Kind::passing);  // In place of progress 2.
  delivery.add("error 3", Delivery::Kind::lasting);     // In place of progress 3.
  delivery.add("error 4", Delivery::Kind::lasting);     // Has no place.
  EXPECT_EQ(delivery.dropped(), 4U);
  receiver.open();
  EXPECT_EQ(delivery.finish("end", hours(1)), std::nullopt);
  EXPECT_THAT(receiver.messages(), ElementsAre("under way", "error 1", "error 2", "error 3", "end"));
}

TEST(Delivery, GivesTheEndAllTheTimeAndTheOthersNone) {
  Receiver receiver({busy, busy, busy, busy, taken});
  receiver.close();
  Delivery::Pace pace = quick();
  pace.first_wait = hours(1);  // Cut short by the end.
  Delivery delivery(receiver.send(), pace);
  delivery.add("begin", Delivery::Kind::lasting);
  receiver.await(1);
  delivery.add("progress", Delivery::Kind::passing);
  delivery.add("error", Delivery::Kind::lasting);
  receiver.open();
  EXPECT_EQ(delivery.finish("end", milliseconds(200)), "busy");
  // The end waits an hour after its first attempt: it was tried once, and in the time that was left.
  EXPECT_THAT(receiver.messages(), ElementsAre("begin", "end"));
  EXPECT_THAT(receiver.timeouts(), ElementsAre(milliseconds(5'000), AllOf(Ge(milliseconds(1)), Le(milliseconds(200)))));
  EXPECT_EQ(delivery.dropped(), 3U);
}

TEST(Delivery, TriesTheEndAgainMoreOftenThanOthers) {
  Receiver receiver({busy, busy, busy, busy, busy, busy, busy, taken});
  Delivery delivery(receiver.send(), quick());
  EXPECT_EQ(delivery.finish("end", hours(1)), std::nullopt);
  EXPECT_EQ(receiver.messages().size(), 8U);
}

TEST(Delivery, SaysWhyTheEndWasNotTaken) {
  Receiver receiver({refused});
  Delivery delivery(receiver.send(), quick());
  EXPECT_EQ(delivery.finish("end", hours(1)), "go away");
}

TEST(Delivery, LeavesWhoeverHangsWhenTheTimeIsOver) {
  Receiver receiver({taken});
  receiver.close();
  Delivery delivery(receiver.send(), quick());
  delivery.add("begin", Delivery::Kind::lasting);
  EXPECT_EQ(delivery.finish("end", milliseconds(20)), "it does not answer");
  receiver.open();  // As a request's own timeout does.
}

TEST(Delivery, EndsAtOnceWhereNobodyFinishes) {
  Receiver receiver({busy});
  Delivery::Pace pace = quick();
  pace.first_wait = hours(1);
  Delivery delivery(receiver.send(), pace);
  delivery.add("begin", Delivery::Kind::lasting);
  receiver.await(1);
}

}  // namespace
}  // namespace cqlbulk::observe
