// Waiting for the other side without sleeping.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <stdexcept>

namespace cql::test {

namespace asio = boost::asio;

/// Gives way until something holds on the other side. The limit is there against hanging, not as a verdict.
template <typename Predicate>
asio::awaitable<void> until(Predicate holds, std::chrono::seconds limit = std::chrono::seconds(20)) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  const auto end = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > end) throw std::runtime_error("what the test waits for does not happen");
    timer.expires_after(std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }
}

}  // namespace cql::test
