// The structured concurrency that operations stand on: all end, the first failure is told, a stop gets through.
#include "operations/shards.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <stdexcept>
#include <thread>
#include <vector>

namespace cqlbulk::operations {
namespace {

namespace asio = boost::asio;

/// Runs a coroutine to its end; rethrows.
void run(asio::awaitable<void> work) {
  asio::io_context context{1};
  std::exception_ptr failure;
  asio::co_spawn(context, std::move(work), [&](std::exception_ptr problem) { failure = problem; });
  context.run();
  if (failure) std::rethrow_exception(failure);
}

/// Ends only by cancellation.
asio::awaitable<void> wait_forever() {
  asio::steady_timer timer(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
  co_await timer.async_wait(asio::use_awaitable);
}

asio::awaitable<void> step() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

TEST(Claim, hands_each_out_once) {
  Claim claim(1'000);
  std::vector<std::vector<std::uint64_t>> claimed(4);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : claimed) {
      threads.emplace_back([&claim, &mine] {
        while (const auto next = claim.next()) mine.push_back(*next);
      });
    }
  }
  std::vector<bool> seen(1'000, false);
  for (const auto& mine : claimed) {
    for (const std::uint64_t index : mine) {
      ASSERT_FALSE(seen.at(index));
      seen[index] = true;
    }
  }
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 1'000);
  EXPECT_EQ(claim.next(), std::nullopt);
}

TEST(RunAtOnce, runs_all_at_the_same_time) {
  unsigned begun = 0;
  unsigned most = 0;
  run(run_at_once(5, [&](unsigned) -> asio::awaitable<void> {
    most = std::max(most, ++begun);
    for (int i = 0; i < 10; ++i) co_await step();
    --begun;
  }));
  EXPECT_EQ(most, 5U);
  EXPECT_EQ(begun, 0U);
}

TEST(RunAtOnce, of_none_is_done) {
  run(run_at_once(0, [](unsigned) { return wait_forever(); }));
}

TEST(RunAtOnce, cancels_the_others_and_tells_the_first_failure_when_all_have_ended) {
  std::vector<int> ended;
  const auto work = [&](unsigned index) -> asio::awaitable<void> {
    struct Mark {
      std::vector<int>& ended;
      int index;
      ~Mark() { ended.push_back(index); }
    } const mark{ended, static_cast<int>(index)};
    if (index == 1) {
      co_await step();
      throw std::runtime_error("first");
    }
    co_await wait_forever();
  };
  try {
    run(run_at_once(3, work));
    FAIL() << "nothing was thrown";
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "first");
  }
  EXPECT_THAT(ended, testing::UnorderedElementsAre(0, 1, 2));
}

TEST(UntilStopped, lets_work_end_and_passes_its_failure_on) {
  std::stop_source stop;
  bool done = false;
  run(until_stopped(stop.get_token(), [](bool& flag) -> asio::awaitable<void> {
    co_await step();
    flag = true;
  }(done)));
  EXPECT_TRUE(done);
  EXPECT_THROW(run(until_stopped(stop.get_token(),
                                 []() -> asio::awaitable<void> {
                                   co_await step();
                                   throw std::runtime_error("mine");
                                 }())),
               std::runtime_error);
}

TEST(UntilStopped, cancels_waiting_work_from_another_thread) {
  std::stop_source stop;
  const std::jthread stopper([&] { stop.request_stop(); });
  run(until_stopped(stop.get_token(), wait_forever()));
  run(until_stopped(stop.get_token(), wait_forever()));  // Requested already.
  run(until_stopped(stop.get_token(), run_at_once(8, [](unsigned) { return wait_forever(); })));
}

TEST(ThreadCount, is_what_is_wanted_or_one_per_core) {
  EXPECT_EQ(thread_count(3), 3U);
  EXPECT_EQ(thread_count(0), 1U);
  EXPECT_GE(thread_count(std::nullopt), 1U);
  EXPECT_LE(thread_count(std::nullopt), 16U);
}

}  // namespace
}  // namespace cqlbulk::operations
