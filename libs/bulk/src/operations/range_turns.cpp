#include "operations/range_turns.hpp"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cqlbulk::operations {

namespace asio = boost::asio;

/// A coroutine that waits. It belongs to its own thread, but for `granted`, which the lock guards.
struct RangeTurns::Waiter {
  explicit Waiter(const asio::any_io_executor& executor) : timer(executor, asio::steady_timer::time_point::max()) {}

  static void wake(const std::shared_ptr<Waiter>& waiter) {
    asio::post(waiter->timer.get_executor(), [waiter] { waiter->timer.cancel(); });
  }

  asio::steady_timer timer;
  bool granted = false;
};

RangePermit::~RangePermit() {
  if (turns_ != nullptr) turns_->leave(shard_);
}

void RangeTurns::allow(std::uint32_t ranges) {
  const std::lock_guard lock(mutex_);
  allowed_ = ranges;
  serve();
}

bool RangeTurns::may_enter(unsigned shard) const {
  const auto shards = static_cast<std::uint32_t>(shards_.size());
  return no_more_ || shards_[shard].at_work < allowed_ / shards + (shard < allowed_ % shards ? 1 : 0);
}

void RangeTurns::serve() {
  for (unsigned shard = 0; shard < shards_.size(); ++shard) {
    auto& queue = shards_[shard].waiting;
    while (!queue.empty() && may_enter(shard)) {
      ++shards_[shard].at_work;
      queue.front()->granted = true;
      Waiter::wake(queue.front());
      queue.pop_front();
    }
  }
}

void RangeTurns::leave(unsigned shard) {
  const std::lock_guard lock(mutex_);
  --shards_[shard].at_work;
  serve();
}

void RangeTurns::no_more() {
  const std::lock_guard lock(mutex_);
  no_more_ = true;
  serve();
}

asio::awaitable<RangePermit> RangeTurns::enter(unsigned shard, std::stop_token stop) {
  const auto waiter = std::make_shared<Waiter>(co_await asio::this_coro::executor);
  struct InQueue {
    RangeTurns& turns;
    const std::shared_ptr<Waiter>& waiter;
    unsigned shard;
    bool taken = false;
    ~InQueue() {
      if (taken) return;
      {
        const std::lock_guard lock(turns.mutex_);
        if (!waiter->granted) std::erase(turns.shards_[shard].waiting, waiter);
      }
      if (waiter->granted) turns.leave(shard);
    }
  };
  {
    const std::lock_guard lock(mutex_);
    shards_[shard].waiting.push_back(waiter);
    serve();
  }
  InQueue in_queue{*this, waiter, shard};
  const std::stop_callback on_stop(stop, [this, waiter] {
    const std::lock_guard lock(mutex_);
    Waiter::wake(waiter);
  });
  while (true) {
    {
      const std::lock_guard lock(mutex_);
      if (stop.stop_requested()) co_return RangePermit{};
      if (waiter->granted) {
        in_queue.taken = true;
        co_return RangePermit(*this, shard);
      }
    }
    waiter->timer.expires_at(asio::steady_timer::time_point::max());
    boost::system::error_code woken;
    co_await waiter->timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  }
}

}  // namespace cqlbulk::operations
