#include "operations/memory_budget.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace cqlbulk::operations {

namespace asio = boost::asio;

void MemoryBudget::Lease::release() noexcept {
  if (budget_ != nullptr) budget_->give_back(bytes_);
  budget_ = nullptr;
  bytes_ = 0;
}

asio::awaitable<MemoryBudget::Lease> MemoryBudget::take(std::uint64_t bytes) {
  const auto executor = co_await asio::this_coro::executor;
  std::shared_ptr<Waiter> waiter;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty() && fits(bytes)) {
      taken_ += bytes;
      co_return Lease(*this, bytes);
    }
    waiter = std::make_shared<Waiter>(Waiter{bytes, executor, asio::steady_timer(executor)});
    waiter->turn.expires_at(asio::steady_timer::time_point::max());
    waiting_.push_back(waiter);
  }
  const auto has_turn = [&] {
    const std::lock_guard lock(mutex_);
    return waiter->has_turn;
  };
  try {
    while (!has_turn()) {
      boost::system::error_code woken;
      co_await waiter->turn.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    }
  } catch (...) {
    leave(waiter);
    throw;
  }
  co_return Lease(*this, bytes);
}

void MemoryBudget::give_back(std::uint64_t bytes) noexcept {
  const std::lock_guard lock(mutex_);
  taken_ -= bytes;
  serve();
}

void MemoryBudget::serve() {
  while (!waiting_.empty() && fits(waiting_.front()->bytes)) {
    const std::shared_ptr<Waiter> next = std::move(waiting_.front());
    waiting_.pop_front();
    taken_ += next->bytes;
    next->has_turn = true;
    // Its timer belongs to its thread.
    asio::post(next->executor, [next] { next->turn.cancel(); });
  }
}

void MemoryBudget::leave(const std::shared_ptr<Waiter>& waiter) noexcept {
  const std::lock_guard lock(mutex_);
  if (waiter->has_turn) {
    taken_ -= waiter->bytes;
  } else {
    std::erase(waiting_, waiter);
  }
  serve();
}

}  // namespace cqlbulk::operations
