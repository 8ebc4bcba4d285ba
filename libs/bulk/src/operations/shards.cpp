// Threads with an io_context and a Session each, and the small pieces of structured concurrency that operations use.
#include "operations/shards.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/experimental/parallel_group.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "pace/presets.hpp"

namespace cqlbulk::operations {

namespace asio = boost::asio;

namespace {

/// The first failure of any shard, and the stop that it brings about for the others.
class FirstFailure {
 public:
  void set(std::exception_ptr failure) {
    {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::move(failure);
    }
    stop_.request_stop();
  }
  void rethrow_if_any() {
    if (failure_) std::rethrow_exception(failure_);
  }
  [[nodiscard]] std::stop_token token() const { return stop_.get_token(); }
  void stop() { stop_.request_stop(); }

 private:
  std::mutex mutex_;
  std::exception_ptr failure_;
  std::stop_source stop_;
};

asio::awaitable<void> run_shard(const cql::Cluster& cluster, unsigned index, unsigned count, PaceGate& gate,
                                const PaceOptions& pace, std::shared_ptr<MemoryBudget> in_flight, std::stop_token stop,
                                const std::function<asio::awaitable<void>(Shard)>& work) {
  cql::Session session = co_await cql::Session::open(cluster);
  co_await work(
      Shard{index, count, session, std::move(stop), gate, pace.retry_wait, std::move(in_flight), pace.patience});
  co_await session.close();
}

}  // namespace

void run_shards(const cql::Cluster& cluster, unsigned threads, PaceGate& gate, std::uint64_t in_flight,
                const PaceOptions& pace, std::stop_token stop,
                const std::function<asio::awaitable<void>(Shard)>& work) {
  const auto budget = std::make_shared<MemoryBudget>(in_flight);
  FirstFailure failure;
  const std::stop_callback user_stop(std::move(stop), [&failure] { failure.stop(); });
  {
    std::vector<std::jthread> running;
    running.reserve(threads);
    for (unsigned index = 0; index < threads; ++index) {
      running.emplace_back([&, index] {
        try {
          asio::io_context context{1};
          asio::co_spawn(context, run_shard(cluster, index, threads, gate, pace, budget, failure.token(), work),
                         [&failure, &context](std::exception_ptr problem) {
                           if (problem) failure.set(std::move(problem));
                           // What is left are connections that nobody waits for.
                           context.stop();
                         });
          context.run();
        } catch (...) {
          failure.set(std::current_exception());
        }
      });
    }
  }
  failure.rethrow_if_any();
}

unsigned workers_of(const Shard& shard, std::size_t pieces) {
  const std::size_t most = (pace::widest.ranges + shard.count - 1) / shard.count;
  return static_cast<unsigned>(std::min(most, pieces));
}

asio::awaitable<void> run_at_once(unsigned count, std::function<asio::awaitable<void>(unsigned)> work) {
  if (count == 0) co_return;
  const auto executor = co_await asio::this_coro::executor;
  using Copy = decltype(asio::co_spawn(executor, work(0U), asio::deferred));
  std::vector<Copy> copies;
  copies.reserve(count);
  for (unsigned index = 0; index < count; ++index) {
    copies.push_back(asio::co_spawn(executor, work(index), asio::deferred));
  }
  const auto [order, failures] =
      co_await asio::experimental::make_parallel_group(std::move(copies))
          .async_wait(asio::experimental::wait_for_one_error(asio::cancellation_type::terminal), asio::use_awaitable);
  for (const std::size_t index : order) {
    if (failures[index]) std::rethrow_exception(failures[index]);
  }
}

asio::awaitable<void> until_stopped(std::stop_token stop, asio::awaitable<void> work) {
  const auto executor = co_await asio::this_coro::executor;
  // Shared with a callback that may still be queued when the work is over.
  const auto signal = std::make_shared<asio::cancellation_signal>();
  auto child = asio::co_spawn(executor, std::move(work), asio::deferred);
  const std::stop_callback on_stop(stop, [executor, signal] {
    asio::post(executor, [signal] { signal->emit(asio::cancellation_type::terminal); });
  });
  try {
    co_await std::move(child)(asio::bind_cancellation_slot(signal->slot(), asio::use_awaitable));
  } catch (const boost::system::system_error& error) {
    if (!stop.stop_requested() || error.code() != asio::error::operation_aborted) throw;
  } catch (const cql::Error& error) {
    if (!stop.stop_requested() || error.kind() != cql::ErrorKind::cancelled) throw;
  }
}

unsigned thread_count(std::optional<std::uint32_t> wanted) {
  if (wanted) return std::max(1U, *wanted);
  return std::clamp(std::thread::hardware_concurrency(), 1U, 16U);
}

void check_memory(const PaceOptions& pace, std::vector<std::string>& problems) {
  if (!pace.max_memory || *pace.max_memory >= plan::smallest_memory_ceiling) return;
  problems.push_back(fmt::format("--max-memory must be at least {} MiB", plan::smallest_memory_ceiling >> 20U));
}

plan::MemoryShares memory_of(const PaceOptions& pace, unsigned threads, unsigned parallelism) {
  const auto machine = static_cast<std::uint64_t>(std::max(::sysconf(_SC_PHYS_PAGES), 0L)) *
                       static_cast<std::uint64_t>(std::max(::sysconf(_SC_PAGESIZE), 0L));
  plan::MemoryShares shares = plan::share_memory(pace.max_memory, machine, threads, parallelism);
  shares.page = std::min(shares.page, pace::page_bytes(pace.preset));
  return shares;
}

}  // namespace cqlbulk::operations
