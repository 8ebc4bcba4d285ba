// What is ready goes out, never more at once than allowed, and everybody goes home at the end.
#include "operations/send_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "operations/shards.hpp"

namespace cqlbulk::operations {
namespace {

namespace asio = boost::asio;

class SendQueueTest : public ::testing::Test {
 protected:
  static SendItem item(std::size_t rows, std::uint32_t bytes = 10) {
    SendItem item;
    for (std::size_t i = 0; i < rows; ++i) item.rows.push_back({nullptr, bytes, i});
    return item;
  }

  /// Takes items as a sender does, each "under way" for some turns of the loop.
  asio::awaitable<void> send(SendQueue& queue) {
    while (const auto taken = co_await queue.pop()) {
      const std::size_t weight = taken->rows.size() > 1 ? 8 : 1;
      most_ = std::max(most_, under_way_ += weight);
      for (int turn = 0; turn < 3; ++turn) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
      under_way_ -= weight;
      rows_ += taken->rows.size();
      queue.done(*taken);
    }
    ++gone_;
  }

  void run(unsigned senders, std::function<asio::awaitable<void>(SendQueue&)> feed, SendQueue::Limits limits = {}) {
    asio::io_context context{1};
    SendQueue queue(context.get_executor(), limits);
    asio::co_spawn(
        context,
        [&]() -> asio::awaitable<void> {
          co_await run_at_once(senders + 1, [&](unsigned index) { return index == 0 ? feed(queue) : send(queue); });
        },
        [](std::exception_ptr problem) {
          if (problem) std::rethrow_exception(problem);
        });
    context.run_for(std::chrono::seconds(20));
  }

  std::size_t under_way_ = 0;
  std::size_t most_ = 0;
  std::size_t rows_ = 0;
  unsigned gone_ = 0;
};

TEST(MovedRows, LieInWhatIsReturned) {
  std::string bytes = "first row, second";
  RowGroup group{{cql::as_bytes(bytes).data(), 9, 4}, {cql::as_bytes(bytes).data() + 11, 6, 17}};
  const std::shared_ptr<const RowWindow> holder = moved_rows(group);
  std::ranges::fill(bytes, 'x');
  ASSERT_EQ(group.size(), 2U);
  EXPECT_EQ(cql::as_text(group[0].wire()), "first row");
  EXPECT_EQ(cql::as_text(group[1].wire()), "second");
  EXPECT_EQ(group[1].record, 17U);
}

TEST_F(SendQueueTest, SendsEverythingAndEnds) {
  run(256, [](SendQueue& queue) -> asio::awaitable<void> {
    for (int i = 0; i < 1'000; ++i) {
      queue.push(item(i % 3 == 0 ? 1 : 50));
      co_await queue.room();
      if (i % 7 == 0) co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    }
    queue.close();
  });
  EXPECT_EQ(rows_, 334U + 666U * 50U);
  EXPECT_LE(most_, 256U);
  EXPECT_EQ(gone_, 256U);
}

TEST_F(SendQueueTest, SendsHomeWhoWasIdleWhenItWasClosed) {
  run(50,
      [](SendQueue& queue) -> asio::awaitable<void> {
        co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
        for (int i = 0; i < 100; ++i) queue.push(item(50));
        queue.close();
      },
      {16, 8, 1'000});
  EXPECT_EQ(rows_, 5'000U);
  EXPECT_EQ(most_, 16U);
  EXPECT_EQ(gone_, 50U);
}

TEST_F(SendQueueTest, EndsWithoutAnyItem) {
  run(10, [](SendQueue& queue) -> asio::awaitable<void> {
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    queue.close();
  });
  EXPECT_EQ(gone_, 10U);
}

TEST_F(SendQueueTest, MakesTheReaderWaitWhenMuchIsWaiting) {
  std::size_t most_waiting = 0;
  run(4,
      [&](SendQueue& queue) -> asio::awaitable<void> {
        for (std::size_t i = 1; i <= 200; ++i) {
          queue.push(item(1, 100));
          co_await queue.room();
          most_waiting = std::max(most_waiting, i - rows_);
        }
        queue.close();
      },
      {256, 8, 1'000});
  EXPECT_EQ(rows_, 200U);
  EXPECT_LE(most_waiting, 15U);
}

/// What is under way is held as well: of rows larger than the limit the reader has one at a time.
TEST_F(SendQueueTest, MakesTheReaderWaitForLargeRowsUnderWay) {
  std::size_t most_held = 0;
  run(4,
      [&](SendQueue& queue) -> asio::awaitable<void> {
        for (std::size_t i = 1; i <= 50; ++i) {
          queue.push(item(1, 2'000));
          most_held = std::max(most_held, i - rows_);
          co_await queue.room();
        }
        queue.close();
      },
      {256, 8, 1'000});
  EXPECT_EQ(rows_, 50U);
  EXPECT_EQ(most_held, 1U);
}

TEST_F(SendQueueTest, CountsWhatRowsTakeBesideTheirBytes) {
  std::size_t most_held = 0;
  SendQueue::Limits limits{256, 8, 1'000};
  limits.bytes_beside_row = 90;
  run(4,
      [&](SendQueue& queue) -> asio::awaitable<void> {
        for (std::size_t i = 1; i <= 50; ++i) {
          queue.push(item(20, 10));
          most_held = std::max(most_held, i - rows_ / 20);
          co_await queue.room();
        }
        queue.close();
      },
      limits);
  EXPECT_EQ(rows_, 1'000U);
  EXPECT_EQ(most_held, 1U);
}

TEST_F(SendQueueTest, DropsWhatNobodyTookWhenDiscarded) {
  run(1, [&](SendQueue& queue) -> asio::awaitable<void> {
    for (int i = 0; i < 100; ++i) queue.push(item(1));
    co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    queue.discard();
    queue.close();
  });
  EXPECT_LT(rows_, 100U);
  EXPECT_EQ(gone_, 1U);
}

}  // namespace
}  // namespace cqlbulk::operations
