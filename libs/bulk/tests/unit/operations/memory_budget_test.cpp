// A store of memory that coroutines of several threads take from: never more than there is, first come first served.
#include "operations/memory_budget.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <thread>
#include <vector>

namespace cqlbulk::operations {
namespace {

namespace asio = boost::asio;

asio::awaitable<void> turn() { co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable); }

/// Takes, lets others run, gives back; notes its number when it has its turn.
asio::awaitable<void> take_and_give(MemoryBudget& budget, std::uint64_t bytes, int number, std::vector<int>& order) {
  const MemoryBudget::Lease lease = co_await budget.take(bytes);
  order.push_back(number);
  for (int i = 0; i < 5; ++i) co_await turn();
}

TEST(MemoryBudget, ServesInTheOrderOfArrival) {
  asio::io_context context;
  MemoryBudget budget(100);
  std::vector<int> order;
  // The second does not fit beside the first; the third would, but came later.
  const std::vector<std::uint64_t> sizes{60, 60, 10, 100, 1};
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    asio::co_spawn(context, take_and_give(budget, sizes[i], static_cast<int>(i), order), asio::detached);
  }
  context.run();
  EXPECT_EQ(order, (std::vector{0, 1, 2, 3, 4}));
}

TEST(MemoryBudget, LetsInWhatIsLargerThanAllOfItWhenNobodyElseIsThere) {
  asio::io_context context;
  MemoryBudget budget(100);
  std::vector<int> order;
  asio::co_spawn(context, take_and_give(budget, 50, 0, order), asio::detached);
  asio::co_spawn(context, take_and_give(budget, 1'000, 1, order), asio::detached);
  asio::co_spawn(context, take_and_give(budget, 50, 2, order), asio::detached);
  context.run();
  EXPECT_EQ(order, (std::vector{0, 1, 2}));
}

TEST(MemoryBudget, LosesNothingToOneThatWasCalledOff) {
  asio::io_context context;
  MemoryBudget budget(100);
  std::vector<int> order;
  asio::cancellation_signal signal;
  asio::co_spawn(context, take_and_give(budget, 100, 0, order), asio::detached);
  asio::co_spawn(context, take_and_give(budget, 100, 1, order),
                 asio::bind_cancellation_slot(signal.slot(), asio::detached));
  asio::co_spawn(context, take_and_give(budget, 100, 2, order), asio::detached);
  asio::post(context, [&] { signal.emit(asio::cancellation_type::terminal); });
  context.run();
  EXPECT_EQ(order, (std::vector{0, 2}));
}

TEST(MemoryBudget, IsKeptByManyThreads) {
  constexpr std::uint64_t all = 1'000;
  MemoryBudget budget(all);
  std::atomic<std::uint64_t> taken{0};
  std::atomic<std::uint64_t> most{0};
  std::atomic<int> done{0};
  const auto work = [&](std::uint64_t bytes) -> asio::awaitable<void> {
    for (int round = 0; round < 200; ++round) {
      MemoryBudget::Lease lease = co_await budget.take(bytes);
      const std::uint64_t now = taken.fetch_add(bytes) + bytes;
      for (std::uint64_t seen = most; now > seen && !most.compare_exchange_weak(seen, now);) {
      }
      co_await turn();
      taken.fetch_sub(bytes);
      lease.release();
    }
    ++done;
  };
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&, thread] {
        asio::io_context context;
        for (std::uint64_t i = 0; i < 8; ++i) asio::co_spawn(context, work(50 + 40 * thread + 7 * i), asio::detached);
        context.run();
      });
    }
  }
  EXPECT_EQ(done, 32);
  EXPECT_LE(most, all);
  EXPECT_GT(most, all / 2) << "they do work at once";
}

}  // namespace
}  // namespace cqlbulk::operations
